//! The forms of the inputs and outputs of a kind, on data.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::providers::Remark;
use crate::sdk::Error;
use ebbtide::resource::cloud_control::{
    CloudControl, DELETED_BY_PAUSE, Facts, HOLDS_DATA, Placed, did_you_mean, types,
};
use ebbtide::resource::{Identity, Resolved};

/// What differs between a kind with a declaration of its own and one of any type.
pub(super) trait Forms: Send + Sync {
    /// Returns declared inputs in the form that their type gives them.
    fn declared(&self, inputs: &Value) -> Result<Value, Error>;
    /// Returns resolved inputs in the form that their type gives them.
    fn resolved(&self, inputs: &Value) -> Result<Value, Error>;
    /// Returns outputs in the form that their type gives them.
    fn outputs(&self, outputs: &Value) -> Result<Value, Error>;
    /// Returns the outputs that follow from resolved inputs and change with them.
    fn derived(&self, inputs: &Value, identity: &Identity) -> Result<Map<String, Value>, Error>;
    /// Returns what follows from the identity.
    fn placed(&self, inputs: &Value, identity: &Identity) -> Result<Placed, Error>;
    /// Returns the data that a deletion may lose, in words.
    fn data(&self, inputs: &Value) -> Option<String>;
    /// Returns remarks on a declaration.
    fn remarks(&self) -> Vec<Remark>;
}

/// The forms of a declaration.
pub(super) struct OfKind<R>(PhantomData<fn() -> R>);

impl<R> OfKind<R> {
    pub(super) const NEW: Self = Self(PhantomData);
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    Ok(T::deserialize(value)?)
}

fn normal<T: DeserializeOwned + Serialize>(value: &Value) -> Result<Value, Error> {
    Ok(serde_json::to_value(typed::<T>(value)?)?)
}

impl<R: CloudControl> Forms for OfKind<R> {
    fn declared(&self, inputs: &Value) -> Result<Value, Error> {
        normal::<R>(inputs)
    }

    fn resolved(&self, inputs: &Value) -> Result<Value, Error> {
        normal::<R::Resolved>(inputs)
    }

    fn outputs(&self, outputs: &Value) -> Result<Value, Error> {
        normal::<R::Outputs<Resolved>>(outputs)
    }

    fn derived(&self, inputs: &Value, identity: &Identity) -> Result<Map<String, Value>, Error> {
        if R::DERIVED_OUTPUTS.is_empty() {
            return Ok(Map::new());
        }
        let known = typed::<R>(inputs)?.known_outputs(identity);
        Ok(known.into_iter().filter(|(name, _)| R::DERIVED_OUTPUTS.contains(&name.as_str())).collect())
    }

    fn placed(&self, inputs: &Value, identity: &Identity) -> Result<Placed, Error> {
        Ok(R::placed(&typed(inputs)?, identity))
    }

    fn data(&self, _inputs: &Value) -> Option<String> {
        R::DATA.map(|data| format!("{data}, which Cloud Control does not count"))
    }

    fn remarks(&self) -> Vec<Remark> {
        Vec::new()
    }
}

/// The forms of any type: those of the properties themselves.
pub(super) struct OfType {
    pub(super) type_name: String,
    pub(super) facts: Option<&'static Facts>,
}

impl Forms for OfType {
    fn declared(&self, inputs: &Value) -> Result<Value, Error> {
        Ok(inputs.clone())
    }

    fn resolved(&self, inputs: &Value) -> Result<Value, Error> {
        Ok(inputs.clone())
    }

    fn outputs(&self, outputs: &Value) -> Result<Value, Error> {
        Ok(outputs.clone())
    }

    fn derived(&self, _inputs: &Value, _identity: &Identity) -> Result<Map<String, Value>, Error> {
        Ok(Map::new())
    }

    fn placed(&self, inputs: &Value, _identity: &Identity) -> Result<Placed, Error> {
        let given = |facts: &Facts| {
            let part = |name: &String| {
                let is_given = !facts.read_only.contains(name);
                inputs.get(name).and_then(Value::as_str).filter(|_| is_given).map(str::to_owned)
            };
            Some(facts.identifier.iter().map(part).collect::<Option<Vec<_>>>()?.join("|"))
        };
        Ok(match self.facts.and_then(given) {
            Some(identifier) => Placed::at(identifier, Map::new()),
            None => Placed::default(),
        })
    }

    fn data(&self, inputs: &Value) -> Option<String> {
        let none = inputs[HOLDS_DATA] == false || inputs[DELETED_BY_PAUSE] == true;
        (!none).then(|| "contents that Ebbtide does not know".to_owned())
    }

    fn remarks(&self) -> Vec<Remark> {
        let near = did_you_mean(&self.type_name, types().map(|facts| facts.type_name.as_str()));
        let unknown = Remark {
            message: format!("Ebbtide does not know the type {}: AWS alone checks its properties", self.type_name),
            hint: format!("`ebb types` lists the types that it knows{near}"),
            is_over: false,
        };
        if self.facts.is_some() { Vec::new() } else { vec![unknown] }
    }
}
