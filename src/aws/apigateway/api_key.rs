//! `apigateway_api_key`: an API key.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::aws::ApiKeyId;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 1024;

/// The length of a derived name, in characters.
const DERIVED_NAME_LENGTH: usize = 128;

/// An API key. AWS makes its value up, which is a secret: it is neither declared nor read, and reaches no record, plan or log. Whoever may
/// reads it with `aws apigateway get-api-key --api-key ID --include-value`.
///
/// ```
/// # use ebbtide::aws::UsagePlanId;
/// # use ebbtide::aws::apigateway::{ApiKey, UsagePlanKey};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, partners: &Input<UsagePlanId>) {
/// let key = stack.add("acme", ApiKey::new());
/// stack.add("acme", UsagePlanKey::new(&key.id, partners));
/// stack.output("ACME_KEY_ID", &key.id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ApiKey<P: Phase = Declared> {
    /// The name, up to 1,024 characters, which others may have as well; derived from environment, stack and address unless given.
    /// Another one makes another key, with another value.
    #[serde(default)]
    pub name: Option<String>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether the key may be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The id of a customer of AWS Marketplace.
    #[serde(default)]
    pub customer: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn yes() -> bool {
    true
}

impl ApiKey {
    /// Creates a key that may be used.
    pub fn new() -> Self {
        Self { name: None, description: None, enabled: true, customer: None, tags: Tags::new() }
    }
}

impl Default for ApiKey {
    fn default() -> Self {
        Self::new()
    }
}

/// The outputs of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ApiKeyOutputs<P: Phase> {
    /// The id, which is no secret.
    pub id: P::Of<ApiKeyId>,
}

impl Resource for ApiKey {
    const KIND: &'static str = "apigateway_api_key";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(ApiKey: name);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = ApiKey<Resolved>;
    type Outputs<P: Phase> = ApiKeyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not its keys")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| !(1..=MAX_NAME_LENGTH).contains(&name.chars().count())) {
            problems.refuse("name", format!("has not 1 to {MAX_NAME_LENGTH} characters"));
        }
        validate_tags(&self.tags, problems);
    }
}

impl CloudControl for ApiKey {
    const TYPE: &'static str = "AWS::ApiGateway::ApiKey";
    // `Value` is left out: a read shows it.
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::plain("enabled", "Enabled"),
        Property::plain("customer", "CustomerId").has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "APIKeyId")];

    fn placed(inputs: &ApiKey<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| identity.name(DERIVED_NAME_LENGTH));
        // Without the second one, the id may be the value ("generateDistinctId", API reference of CreateApiKey).
        let properties = [("Name".to_owned(), json!(name)), ("GenerateDistinctId".to_owned(), json!(true))];
        Placed { properties: Map::from_iter(properties), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_keys_are_refused() {
        let cases = [
            ("name", ApiKey { name: Some(String::new()), ..ApiKey::new() }),
            ("name", ApiKey { name: Some("x".repeat(1025)), ..ApiKey::new() }),
            ("tags", ApiKey { tags: Tags::from([("aws:x".into(), "y".into())]), ..ApiKey::new() }),
        ];
        for (field, key) in cases {
            let mut problems = Problems::new();
            key.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn no_property_is_the_value() {
        let has_value = |path: &str| path.split('/').any(|part| part == "Value");
        assert!(!ApiKey::PROPERTIES.iter().any(|property| has_value(property.path)));
        assert!(!ApiKey::OUTPUTS.iter().any(|(_, path)| has_value(path)));
    }
}
