//! A stack as a program registers it: its name, its settings, and the function that declares it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Declarations, DeclareResult, Policy, Stack};

/// A registered stack, its settings erased.
pub struct Definition {
    name: String,
    about: String,
    schema: fn(&mut SchemaGenerator) -> Schema,
    check: fn(&Value) -> Result<(), SettingsFault>,
    declare: Declare,
    policies: Vec<Policy>,
}

type Declare = Box<dyn Fn(&mut Stack, &Value) -> Result<(), SettingsFault> + Send + Sync>;

/// The error of settings that do not have the form of their type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SettingsFault {
    /// Keys and indices from the top of the settings.
    pub path: Vec<String>,
    /// The problem.
    pub message: String,
}

impl Definition {
    /// Registers a stack under a name, with a description of one line.
    ///
    /// `declare` adds the resources. It returns nothing, or a result whose error becomes a problem of the stack. It must
    /// depend on nothing but the stack's scope and its settings, so that the same inputs declare the same stack.
    ///
    /// ```
    /// use ebbtide::prelude::*;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Settings {
    ///     /// The name of the bucket.
    ///     bucket: String,
    /// }
    ///
    /// fn declare(stack: &mut Stack, settings: &Settings) -> Result {
    ///     let name = settings.bucket.strip_prefix("models-").ok_or("the bucket is named `models-…`")?;
    ///     stack.add(name, s3::Bucket { name: Some(settings.bucket.clone()), ..s3::Bucket::new() });
    ///     Ok(())
    /// }
    ///
    /// let definition = Definition::new("models", "a bucket for models", declare);
    /// ```
    pub fn new<Settings, Returned>(name: &str, about: &str, declare: fn(&mut Stack, &Settings) -> Returned) -> Self
    where
        Settings: DeserializeOwned + JsonSchema + 'static,
        Returned: DeclareResult + 'static,
    {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            schema: SchemaGenerator::subschema_for::<Settings>,
            check: |value| typed::<Settings>(value).map(drop),
            declare: Box::new(move |stack, value| {
                if let Some(error) = declare(stack, &typed::<Settings>(value)?).error() {
                    let at = stack.scope().stack.clone();
                    stack.problem(&at, None, error);
                }
                Ok(())
            }),
            policies: Vec::new(),
        }
    }

    /// Adds a policy that the declared stack has to keep to.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        self.policies([policy])
    }

    /// Adds policies that the declared stack has to keep to.
    #[must_use]
    pub fn policies(mut self, policies: impl IntoIterator<Item = Policy>) -> Self {
        self.policies.extend(policies);
        self
    }

    /// Returns the declared stack with everything in it that violates the policies.
    pub fn checked(&self, mut declarations: Declarations) -> Declarations {
        let found = self.policies.iter().flat_map(|policy| policy.check(&declarations)).collect();
        declarations.violations = found;
        declarations
    }

    /// Returns the stack's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the description of the stack, one line.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the JSON schema of the settings.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }

    /// Checks settings.
    pub fn check(&self, settings: &Value) -> Result<(), SettingsFault> {
        (self.check)(settings)
    }

    /// Declares the stack with these settings.
    pub fn declare(&self, stack: &mut Stack, settings: &Value) -> Result<(), SettingsFault> {
        (self.declare)(stack, settings)
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("name", &self.name).field("about", &self.about).finish_non_exhaustive()
    }
}

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.join("."))?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for SettingsFault {}

/// Deserializes settings. An error names the path to the invalid one.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, SettingsFault> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error
            .path()
            .iter()
            .filter_map(|segment| match segment {
                serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
                serde_path_to_error::Segment::Map { key } => Some(key.clone()),
                serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
            })
            .collect();
        SettingsFault { path, message: error.into_inner().to_string() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    fn problems<Returned: DeclareResult + 'static>(declare: fn(&mut Stack, &()) -> Returned) -> Vec<String> {
        let scope = Scope {
            environment: "test".into(),
            stack: "shop".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, Default::default());
        let definition = Definition::new("shop", "a shop", declare);
        definition.declare(&mut stack, &Value::Null).unwrap();
        stack.finish().err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_error_of_the_declaring_function_is_a_problem_of_the_stack() {
        assert_eq!(problems(|_, ()| Err("no models")), ["shop: no models"]);
        assert!(problems(|_, ()| Ok::<_, String>(())).is_empty());
        assert!(problems(|_, ()| ()).is_empty());
    }

    #[test]
    fn settings_of_another_form_name_the_path_to_the_fault() {
        #[derive(Debug, serde::Deserialize)]
        struct Settings {
            #[expect(dead_code, reason = "only its form is checked")]
            zones: Vec<String>,
        }
        let fault = typed::<Settings>(&serde_json::json!({"zones": ["a", 1]})).unwrap_err();
        assert_eq!(fault.path, ["zones", "1"]);
        assert!(fault.to_string().starts_with("zones.1: invalid type"), "{fault}");
    }
}
