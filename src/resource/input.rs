//! An input of a declared resource: a value, a reference to an output, or text joined from both.

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Address, Expr, Field, Reference};

/// An input of type `T`. It is data, never a closure: it serializes, compares, and travels in a plan file.
#[derive(Clone, Debug, PartialEq)]
pub enum Input<T> {
    /// The output of another resource: `{"$ref": "ec2_vpc.main", "output": "vpc_id"}`.
    Ref(Reference, PhantomData<fn() -> T>),
    /// Text joined from parts: `{"$join": ["arn:…", {"$ref": …}]}`.
    Join(Vec<Part>, PhantomData<fn() -> T>),
    /// A known value.
    Value(T),
}

/// A part of joined text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// The output of another resource, which must be text.
    Ref(Reference),
    /// Text as it is.
    Text(String),
}

impl<T: Field> Input<T> {
    /// Creates a reference to an output.
    pub fn reference(address: Address, output: impl Into<String>) -> Self {
        Self::Ref(Reference { address, output: output.into() }, PhantomData)
    }

    /// Returns the same value as text, for example a bucket's name for a field that takes any text.
    pub fn text(&self) -> Input<String> {
        Input::Join(self.parts(), PhantomData).simplified()
    }

    /// Returns the same text with more behind it: `bucket.arn.then("/*")`.
    #[must_use]
    pub fn then(&self, text: impl Into<String>) -> Self {
        let mut parts = self.parts();
        parts.push(Part::Text(text.into()));
        Self::Join(parts, PhantomData).simplified()
    }

    /// Returns the same text with more before it: `bucket.name.after("s3://")`.
    #[must_use]
    pub fn after(&self, text: impl Into<String>) -> Self {
        let mut parts = vec![Part::Text(text.into())];
        parts.extend(self.parts());
        Self::Join(parts, PhantomData).simplified()
    }

    /// Returns the value, if it is known while declaring.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Ref(..) | Self::Join(..) => None,
        }
    }

    /// Returns the resource that this value refers to: that of a reference, or the only one in joined text.
    pub fn resource(&self) -> Option<&Address> {
        match self {
            Self::Ref(reference, _) => Some(&reference.address),
            Self::Join(parts, _) => {
                let mut addresses = parts.iter().filter_map(|part| match part {
                    Part::Ref(reference) => Some(&reference.address),
                    Part::Text(_) => None,
                });
                let first = addresses.next()?;
                addresses.all(|other| other == first).then_some(first)
            }
            Self::Value(_) => None,
        }
    }

    /// Returns the parts of this value as text.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            Self::Ref(reference, _) => vec![Part::Ref(reference.clone())],
            Self::Join(parts, _) => parts.clone(),
            Self::Value(value) => match serde_json::to_value(value) {
                Ok(Value::String(text)) => vec![Part::Text(text)],
                Ok(other) => vec![Part::Text(other.to_string())],
                Err(error) => vec![Part::Text(format!("<{error}>"))],
            },
        }
    }

    /// Joins parts to text.
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Self {
        Self::Join(parts.into_iter().collect(), PhantomData).simplified()
    }

    fn simplified(self) -> Self {
        let Self::Join(parts, _) = &self else { return self };
        if let [Part::Ref(reference)] = parts.as_slice() {
            return Self::Ref(reference.clone(), PhantomData);
        }
        let texts: Option<String> = parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => Some(text.as_str()),
                Part::Ref(_) => None,
            })
            .collect();
        match texts.and_then(|text| serde_json::from_value(Value::String(text)).ok()) {
            Some(value) => Self::Value(value),
            None => self,
        }
    }
}

impl<T: Field> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl From<&str> for Input<String> {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

impl<T: Field> From<&Input<T>> for Input<T> {
    fn from(value: &Input<T>) -> Self {
        value.clone()
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[derive(Serialize, Deserialize)]
struct Joined {
    #[serde(rename = "$join")]
    parts: Vec<Part>,
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ref(reference, _) => reference.serialize(serializer),
            Self::Join(parts, _) => Joined { parts: parts.clone() }.serialize(serializer),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Field> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match Expr::of(&value) {
            Some(Expr::Ref(reference)) => Ok(Self::Ref(reference, PhantomData)),
            Some(Expr::Join(_)) => {
                let joined: Joined = serde_json::from_value(value).map_err(serde::de::Error::custom)?;
                Ok(Self::Join(joined.parts, PhantomData))
            }
            None => serde_json::from_value(value).map(Self::Value).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vpc() -> Input<String> {
        Input::reference("ec2_vpc.main".parse().unwrap(), "vpc_id")
    }

    #[test]
    fn an_input_travels_as_data() {
        let cases: [(Input<String>, Value); 3] = [
            (vpc(), serde_json::json!({"$ref": "ec2_vpc.main", "output": "vpc_id"})),
            (vpc().then("/*"), serde_json::json!({"$join": [{"$ref": "ec2_vpc.main", "output": "vpc_id"}, "/*"]})),
            (Input::from("vpc-1").then("/*"), serde_json::json!("vpc-1/*")),
        ];
        for (input, json) in cases {
            assert_eq!(serde_json::to_value(&input).unwrap(), json);
            assert_eq!(serde_json::from_value::<Input<String>>(json).unwrap(), input);
        }
    }

    #[test]
    fn a_reference_and_text_joined_from_one_name_their_resource() {
        let address: Address = "ec2_vpc.main".parse().unwrap();
        assert_eq!(vpc().resource(), Some(&address));
        assert_eq!(vpc().after("arn:").then("/*").resource(), Some(&address));
        let other = Input::<String>::reference("ec2_vpc.other".parse().unwrap(), "vpc_id");
        assert_eq!(Input::<String>::join([vpc().parts(), other.parts()].concat()).resource(), None);
        assert_eq!(Input::<String>::from("vpc-1").resource(), None);
    }
}
