//! The shapes of AWS's inputs: which members are required, how long, how large, of which form or set.
//!
//! A service that speaks JSON keeps its shapes as data (`shapes.json` beside it, in the words of AWS's own service
//! model), and every call is checked against them before it is acted on, in AWS's words. Members that the shapes do
//! not know are ignored, as AWS does. Rules beyond one shape (a member that excludes another) are the service's.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::service::Fault;

/// The inputs of one service.
#[derive(Debug, Deserialize)]
pub struct Shapes {
    /// Operation → the shape of its input.
    operations: BTreeMap<String, String>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    r#type: String,
    required: Vec<String>,
    members: BTreeMap<String, String>,
    member: String,
    key: String,
    value: String,
    min: Option<f64>,
    max: Option<f64>,
    r#enum: Vec<String>,
    pattern: Option<String>,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

impl Shape {
    fn matches(&self, text: &str) -> bool {
        let Some(pattern) = &self.pattern else { return true };
        // A pattern that does not compile refuses everything, so that a test meets it at once.
        self.compiled
            .get_or_init(|| Regex::new(&format!(r"\A(?s:{pattern})\z")).ok())
            .as_ref()
            .is_some_and(|regex| regex.is_match(text))
    }

    /// Returns the breach of the bounds by a size or number, as the rest of "Member must …".
    fn outside(&self, size: f64, what: &str) -> Option<String> {
        let word = if what.is_empty() { "value" } else { what };
        if let Some(min) = self.min.filter(|min| size < *min) {
            return Some(format!("have {word} greater than or equal to {min}"));
        }
        self.max.filter(|max| size > *max).map(|max| format!("have {word} less than or equal to {max}"))
    }
}

impl Shapes {
    /// Reads `shapes.json`.
    pub fn read(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text)
            .map_err(|error| Fault::new("InternalFailure", format!("the shapes of the service are damaged: {error}")))
    }

    /// Returns whether the service has the operation.
    pub fn knows(&self, operation: &str) -> bool {
        self.operations.contains_key(operation)
    }

    /// Checks the input of an operation that the service knows.
    pub fn check(&self, operation: &str, input: &Value) -> Result<(), Fault> {
        let Some(shape) = self.operations.get(operation) else { return Ok(()) };
        let mut found = Vec::new();
        self.walk(shape, input, "", &mut found)?;
        match found.len() {
            0 => Ok(()),
            1 => Err(Fault::new("ValidationException", format!("1 validation error detected: {}", found[0]))),
            n => {
                let message = format!("{n} validation errors detected: {}", found.join("; "));
                Err(Fault::new("ValidationException", message))
            }
        }
    }

    fn walk(&self, name: &str, value: &Value, path: &str, found: &mut Vec<String>) -> Result<(), Fault> {
        let Some(shape) = self.shapes.get(name) else {
            return Err(Fault::new("InternalFailure", format!("the shapes of the service lack {name}")));
        };
        let wrong_type = || Fault::new("SerializationException", format!("'{path}' must be a {}", shape.r#type));
        match shape.r#type.as_str() {
            "structure" => {
                let members = value.as_object().ok_or_else(wrong_type)?;
                for required in &shape.required {
                    if members.get(required).is_none_or(Value::is_null) {
                        found.push(complaint(&Value::Null, &below(path, required), "not be null"));
                    }
                }
                for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
                    if let Some(name) = shape.members.get(member) {
                        self.walk(name, value, &below(path, member), found)?;
                    }
                }
            }
            "list" => {
                let items = value.as_array().ok_or_else(wrong_type)?;
                if let Some(must) = shape.outside(count(items.len()), "length") {
                    found.push(complaint(value, path, &must));
                }
                for (index, item) in items.iter().enumerate() {
                    self.walk(&shape.member, item, &format!("{path}.{}.member", index + 1), found)?;
                }
            }
            "map" => {
                let entries = value.as_object().ok_or_else(wrong_type)?;
                if let Some(must) = shape.outside(count(entries.len()), "length") {
                    found.push(complaint(value, path, &must));
                }
                for (key, entry) in entries {
                    self.walk(&shape.key, &Value::from(key.as_str()), &format!("{path}.{key}.key"), found)?;
                    self.walk(&shape.value, entry, &format!("{path}.{key}.value"), found)?;
                }
            }
            "string" => {
                let text = value.as_str().ok_or_else(wrong_type)?;
                if let Some(must) = shape.outside(count(text.chars().count()), "length") {
                    found.push(complaint(value, path, &must));
                }
                if !shape.matches(text) {
                    let pattern = shape.pattern.as_deref().unwrap_or_default();
                    found.push(complaint(value, path, &format!("satisfy regular expression pattern: {pattern}")));
                }
                if !shape.r#enum.is_empty() && !shape.r#enum.iter().any(|allowed| allowed == text) {
                    let must = format!("satisfy enum value set: [{}]", shape.r#enum.join(", "));
                    found.push(complaint(value, path, &must));
                }
            }
            "blob" => {
                let text = value.as_str().ok_or_else(wrong_type)?;
                let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
                if let Some(must) = shape.outside(count((text.len() / 4 * 3).saturating_sub(padding)), "length") {
                    // AWS leaves the value out, as it may be secret.
                    found.push(format!("Value at '{path}' failed to satisfy constraint: Member must {must}"));
                }
            }
            "boolean" => {
                value.as_bool().ok_or_else(wrong_type)?;
            }
            "integer" | "long" => {
                let number = value.as_i64().ok_or_else(wrong_type)?;
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "the bounds are small, so a rounded giant is outside too"
                )]
                if let Some(must) = shape.outside(number as f64, "") {
                    found.push(complaint(value, path, &must));
                }
            }
            // Floats, doubles and timestamps (seconds since the epoch).
            _ => {
                let number = value.as_f64().ok_or_else(wrong_type)?;
                if let Some(must) = shape.outside(number, "") {
                    found.push(complaint(value, path, &must));
                }
            }
        }
        Ok(())
    }
}

fn complaint(value: &Value, path: &str, must: &str) -> String {
    let value = match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => format!("'{text}'"),
        other => format!("'{other}'"),
    };
    format!("Value {value} at '{path}' failed to satisfy constraint: Member must {must}")
}

/// Returns the path of a member, with a small first letter as AWS writes it.
fn below(path: &str, member: &str) -> String {
    let mut letters = member.chars();
    let member: String = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    if path.is_empty() { member } else { format!("{path}.{member}") }
}

#[expect(clippy::cast_precision_loss, reason = "sizes of what arrived in one request fit a double exactly")]
fn count(size: usize) -> f64 {
    size as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SAGEMAKER: &str = include_str!("sagemaker/shapes.json");
    const OTHERS: [&str; 7] = [
        include_str!("autoscaling/shapes.json"),
        include_str!("bedrock/shapes.json"),
        include_str!("cloudcontrol/shapes.json"),
        include_str!("cost_explorer/shapes.json"),
        include_str!("kms/shapes.json"),
        include_str!("pricing/shapes.json"),
        include_str!("tagging/shapes.json"),
    ];

    #[test]
    fn all_shapes_are_there_and_all_patterns_compile() {
        for text in OTHERS.into_iter().chain([SAGEMAKER]) {
            let shapes = Shapes::read(text).unwrap();
            for (name, shape) in &shapes.shapes {
                let parts = shape.members.values().chain([&shape.member, &shape.key, &shape.value]);
                for part in parts.filter(|part| !part.is_empty()) {
                    assert!(shapes.shapes.contains_key(part), "{name} needs {part}");
                }
                shape.matches("");
                assert!(!matches!(shape.compiled.get(), Some(None)), "the pattern of {name} does not compile");
            }
        }
    }

    #[test]
    fn breaches_are_reported_in_the_words_of_aws() {
        let shapes = Shapes::read(SAGEMAKER).unwrap();
        let message_of = |operation: &str, input: Value| shapes.check(operation, &input).unwrap_err().message;
        assert_eq!(
            message_of("CreateModel", json!({})),
            "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: Member must not be null"
        );
        let long = "a".repeat(64);
        assert_eq!(
            message_of("DescribeEndpoint", json!({ "EndpointName": long })),
            format!(
                "2 validation errors detected: Value '{long}' at 'endpointName' failed to satisfy constraint: Member must \
                 have length less than or equal to 63; Value '{long}' at 'endpointName' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){{0,62}}"
            )
        );
        let variant = json!({ "VariantName": "a", "InstanceType": "ml.g5.3xlarge", "InitialInstanceCount": 0 });
        let message =
            message_of("CreateEndpointConfig", json!({ "EndpointConfigName": "c", "ProductionVariants": [variant] }));
        assert!(message.contains("'ml.g5.3xlarge' at 'productionVariants.1.member.instanceType'"), "{message}");
        assert!(message.contains("greater than or equal to 1"), "{message}");
    }

    #[test]
    fn the_size_of_a_blob_is_that_of_its_bytes() {
        let shapes = Shapes::read(include_str!("kms/shapes.json")).unwrap();
        let input = |text: String| json!({ "KeyId": "k", "Plaintext": text });
        shapes.check("Encrypt", &input("AA==".to_owned())).unwrap();
        shapes.check("Encrypt", &input(format!("{}AA==", "AAAA".repeat(1365)))).unwrap();
        for wrong in [String::new(), "AAAA".repeat(1366)] {
            let message = shapes.check("Encrypt", &input(wrong)).unwrap_err().message;
            assert!(message.contains("Value at 'plaintext' failed"), "{message}");
        }
    }

    #[test]
    fn unknown_members_are_ignored_and_wrong_types_are_not() {
        let shapes = Shapes::read(SAGEMAKER).unwrap();
        shapes.check("DescribeModel", &json!({ "ModelName": "a", "Newer": 1 })).unwrap();
        let fault = shapes.check("DescribeModel", &json!({ "ModelName": 1 })).unwrap_err();
        assert_eq!(fault.code, "SerializationException");
    }
}
