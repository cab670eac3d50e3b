//! Placeholders: values to go on with after a problem was reported.

use std::iter::repeat_n;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};

/// Returns a value of a type without meaning: its references lead nowhere, its numbers are zero, its texts and lists are
/// empty.
///
/// # Panics
///
/// Panics if no such data deserializes into the type. Then there is nothing to return: an enum without variants, say.
pub(crate) fn placeholder<T: DeserializeOwned>() -> T {
    T::deserialize(Placeholder)
        .unwrap_or_else(|error| panic!("{} has no placeholder: {error}", std::any::type_name::<T>()))
}

/// Deserializes into whatever is asked for.
#[derive(Clone, Copy)]
struct Placeholder;

impl IntoDeserializer<'_> for Placeholder {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Writes functions of a deserializer that have a fixed value to visit.
macro_rules! visit {
    ($($function:ident => $visit:ident($($value:expr)?),)*) => { $(
        fn $function<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit($($value)?)
        }
    )* };
}

impl<'de> Deserializer<'de> for Placeholder {
    type Error = Error;

    visit! {
        // Inputs ask for anything.
        deserialize_any => visit_map(MapDeserializer::new([("$ref", "invalid.invalid"), ("output", "invalid")].into_iter())),
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_i8(0),
        deserialize_i16 => visit_i16(0),
        deserialize_i32 => visit_i32(0),
        deserialize_i64 => visit_i64(0),
        deserialize_u8 => visit_u8(0),
        deserialize_u16 => visit_u16(0),
        deserialize_u32 => visit_u32(0),
        deserialize_u64 => visit_u64(0),
        deserialize_f32 => visit_f32(0.0),
        deserialize_f64 => visit_f64(0.0),
        deserialize_char => visit_char('0'),
        deserialize_str => visit_str(""),
        deserialize_string => visit_str(""),
        deserialize_bytes => visit_bytes(&[]),
        deserialize_byte_buf => visit_bytes(&[]),
        deserialize_option => visit_none(),
        deserialize_unit => visit_unit(),
        deserialize_seq => visit_seq(SeqDeserializer::new(repeat_n(Placeholder, 0))),
        deserialize_map => visit_map(MapDeserializer::new(repeat_n(("", Self), 0))),
        deserialize_identifier => visit_str(""),
        deserialize_ignored_any => visit_unit(),
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _name: &str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(SeqDeserializer::new(repeat_n(Placeholder, len)))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(self, _name: &str, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(fields.iter().map(|field| (*field, Self))))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let first = variants.first().ok_or_else(|| Error::custom("it is an enum without variants"))?;
        visitor.visit_enum(first.into_deserializer())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Input;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    enum Choice {
        First,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Everything {
        text: String,
        number: u32,
        list: Vec<u8>,
        pair: (bool, Option<char>),
        choice: Choice,
    }

    #[test]
    fn types_that_hold_no_references_have_placeholders() {
        let expected =
            Everything { text: String::new(), number: 0, list: Vec::new(), pair: (false, None), choice: Choice::First };
        assert_eq!(placeholder::<Everything>(), expected);
        placeholder::<()>();
        assert!(matches!(placeholder::<Input<u32>>(), Input::Ref(..)));
    }
}
