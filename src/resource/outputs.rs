//! The outputs of a declared resource: every field is a reference to that output.

use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::Value;

use crate::resource::Address;

/// Returns the outputs of a resource as references: each field of `Out` is `{"$ref": address, "output": name}`.
pub(crate) fn outputs_of<Out: DeserializeOwned>(address: &Address) -> Result<Out, serde_json::Error> {
    Out::deserialize(SelfReferring { address })
}

struct SelfReferring<'a> {
    address: &'a Address,
}

impl<'de> Deserializer<'de> for SelfReferring<'_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("the outputs of a kind are a struct with named fields"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let address = Value::String(self.address.to_string());
        visitor.visit_map(MapDeserializer::new(
            fields.iter().map(|field| (*field, serde_json::json!({ "$ref": address, "output": field }))),
        ))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
