//! From a typed kind to its erased form: (de)serialization at the border, nothing else.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::cloud_control::did_you_mean;
use super::{
    Address, Billing, Declared, Field, Identity, InputsError, Kind, KindInfo, OnPause, Problems, Resource,
    is_expression, outputs_of,
};

/// The erased form of a [`Resource`].
#[derive(Debug)]
pub struct TypedKind<R> {
    info: KindInfo,
    resource: PhantomData<fn() -> R>,
}

impl<R: Resource> TypedKind<R> {
    /// Creates the erased form of a kind.
    pub fn new() -> Self {
        let info = KindInfo {
            name: R::KIND.to_owned(),
            version: R::VERSION,
            persistence: R::PERSISTENCE,
            replace_on: owned(R::REPLACE_ON),
            replacement: R::REPLACEMENT,
            unique_name_field: R::UNIQUE_NAME_FIELD.map(str::to_owned),
            deleted_with: owned(R::DELETED_WITH),
            unordered: owned(R::UNORDERED),
            bounds: owned(R::BOUNDS),
            share: R::SHARE,
            is_job: R::IS_JOB,
            derived_outputs: owned(R::DERIVED_OUTPUTS),
            holds_data: R::HOLDS_DATA,
            billed_while_paused: R::BILLED_WHILE_PAUSED.map(str::to_owned),
            idempotent_create: R::IDEMPOTENT_CREATE,
            typical_seconds: R::TYPICAL_SECONDS,
            outputs: output_names::<R::Outputs<Declared>>(R::KIND),
        };
        Self { info, resource: PhantomData }
    }
}

impl<R: Resource> Default for TypedKind<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R: Resource> Kind for TypedKind<R> {
    fn info(&self) -> &KindInfo {
        &self.info
    }

    fn migrate(&self, version: u32, inputs: &mut Map<String, Value>) -> Result<(), String> {
        R::migrate(version, inputs)
    }

    fn known_outputs(&self, identity: &Identity, declared: &Value) -> Result<Map<String, Value>, InputsError> {
        Ok(typed::<R>(declared)?.known_outputs(identity))
    }

    fn billing(&self, declared: &Value) -> Result<Billing, InputsError> {
        Ok(typed::<R>(declared)?.billing())
    }

    fn paused(&self, declared: &Value) -> Result<OnPause<Value>, InputsError> {
        Ok(match typed::<R>(declared)?.paused() {
            OnPause::Keep => OnPause::Keep,
            OnPause::Delete => OnPause::Delete,
            OnPause::Reduce(reduced) => OnPause::Reduce(serde_json::to_value(reduced)?),
        })
    }

    fn log_groups(&self, identity: &Identity, declared: &Value) -> Result<Vec<String>, InputsError> {
        Ok(typed::<R>(declared)?.log_groups(identity))
    }

    fn validate(&self, declared: &Value, problems: &mut Problems) {
        match typed::<R>(declared).and_then(|inputs| Ok((serde_json::to_value(&inputs)?, inputs))) {
            Ok((known, inputs)) => {
                refuse_unknown(declared, &known, "", problems);
                inputs.validate(problems);
            }
            Err(error) => problems.refuse("", error.to_string()),
        }
    }

    fn check(&self, inputs: &Value) -> Result<(), InputsError> {
        typed::<R::Resolved>(inputs).map(drop)
    }
}

fn owned(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|field| (*field).to_owned()).collect()
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, InputsError> {
    Ok(T::deserialize(value)?)
}

/// Returns the field names of a struct of outputs; none if it is no such struct.
fn output_names<Outputs: Field>(kind: &str) -> Vec<String> {
    Address::new(kind, "outputs")
        .ok()
        .and_then(|address| outputs_of::<Outputs>(&address).ok())
        .and_then(|outputs| serde_json::to_value(outputs).ok())
        .and_then(|outputs| outputs.as_object().map(|fields| fields.keys().cloned().collect()))
        .unwrap_or_default()
}

/// Reports fields of a value that are not among those that were read from it. Empty ones may be left out where a value is written.
fn refuse_unknown(declared: &Value, known: &Value, path: &str, problems: &mut Problems) {
    match (declared, known) {
        (Value::Object(_), _) if is_expression(declared) => {}
        (Value::Object(declared), Value::Object(known)) => {
            for (name, value) in declared {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match known.get(name) {
                    Some(known) => refuse_unknown(value, known, &path, problems),
                    None if is_empty(value) => {}
                    None => {
                        let others = known.keys().filter(|name| !declared.contains_key(*name)).map(String::as_str);
                        problems.refuse(path, format!("there is no such field{}", did_you_mean(name, others)));
                    }
                }
            }
        }
        (Value::Array(declared), Value::Array(known)) if declared.len() == known.len() => {
            for (index, (declared, known)) in declared.iter().zip(known).enumerate() {
                refuse_unknown(declared, known, &format!("{path}.{index}"), problems);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::aws::sqs::Queue;

    fn problems(inputs: &Value) -> Vec<(String, String)> {
        let mut problems = Problems::new();
        TypedKind::<Queue>::new().validate(inputs, &mut problems);
        problems.into_iter().collect()
    }

    #[test]
    fn fields_that_a_kind_does_not_have_are_refused_with_the_nearest_name() {
        let queue = serde_json::to_value(Queue::default()).unwrap();
        assert_eq!(problems(&queue), []);
        let with = |name: &str, value: Value| {
            let mut queue = queue.clone();
            queue[name] = value;
            problems(&queue)
        };
        assert_eq!(with("nobody_has_it", Value::Null), [], "an empty field says nothing");
        let found = with("visibility_timeout_second", json!(30));
        assert_eq!(found[0].0, "visibility_timeout_second");
        assert!(found[0].1.starts_with("there is no such field"), "{found:?}");
        assert_eq!(with("tags", json!(1))[0].0, "", "the form is wrong");
    }

    #[test]
    fn fields_inside_of_others_are_found() {
        let mut problems = Problems::new();
        let declared = json!({ "rules": [{ "day": 1, "days": 2 }], "arn": { "$ref": "sqs_queue.a", "output": "arn" }, "none": {} });
        let known = json!({ "rules": [{ "days": 2, "daytime": 0 }], "arn": "a" });
        refuse_unknown(&declared, &known, "", &mut problems);
        assert_eq!(problems.fields(), ["rules.0.day"]);
    }
}
