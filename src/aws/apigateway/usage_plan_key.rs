//! `apigateway_usage_plan_key`: a key of a usage plan.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{ApiKeyId, UsagePlanId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Resolved, Resource, fields};

/// A key of a usage plan: the plan's limits are those of the key, at the plan's stages.
///
/// ```
/// # use ebbtide::aws::{ApiKeyId, UsagePlanId};
/// # use ebbtide::aws::apigateway::UsagePlanKey;
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, key: &Input<ApiKeyId>, partners: &Input<UsagePlanId>) {
/// stack.add("acme", UsagePlanKey::new(key, partners));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct UsagePlanKey<P: Phase = Declared> {
    /// The key.
    pub key: P::Of<ApiKeyId>,
    /// The plan.
    pub plan: P::Of<UsagePlanId>,
}

impl UsagePlanKey {
    /// Adds a key to a plan.
    pub fn new(key: impl Into<Input<ApiKeyId>>, plan: impl Into<Input<UsagePlanId>>) -> Self {
        Self { key: key.into(), plan: plan.into() }
    }
}

/// The outputs of a key of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct UsagePlanKeyOutputs<P: Phase> {
    /// The id: those of key and plan, joined by `:`.
    pub id: P::Of<String>,
}

/// Returns the id: "the ID of the key and ID of the usage plan combined with a `:`" (CloudFormation's reference of the type).
fn id(key: &ApiKeyId, plan: &UsagePlanId) -> String {
    format!("{key}:{plan}")
}

impl Resource for UsagePlanKey {
    const KIND: &'static str = "apigateway_usage_plan_key";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(UsagePlanKey: key, plan);
    const DELETED_WITH: &'static [&'static str] = fields!(UsagePlanKey: key, plan);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = UsagePlanKey<Resolved>;
    type Outputs<P: Phase> = UsagePlanKeyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not the keys of its plans")
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let pair = |of: &Self| Some((format!("{:?}", of.key), format!("{:?}", of.plan)));
        repeat_conflicts(all, pair, |_| "the key is one of the plan already".to_owned())
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        let known = self.key.known().zip(self.plan.known());
        known.map(|(key, plan)| ("id".to_owned(), json!(id(key, plan)))).into_iter().collect()
    }
}

impl CloudControl for UsagePlanKey {
    const TYPE: &'static str = "AWS::ApiGateway::UsagePlanKey";
    const PROPERTIES: &'static [Property] = &[Property::plain("key", "KeyId"), Property::plain("plan", "UsagePlanId")];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "Id")];

    fn placed(inputs: &UsagePlanKey<Resolved>, _identity: &Identity) -> Placed {
        // AWS has one type of keys.
        Placed::at(id(&inputs.key, &inputs.plan), Map::from_iter([("KeyType".to_owned(), json!("API_KEY"))]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_a_key_once() {
        let pairs = [("a", "p"), ("a", "q"), ("a", "p")].map(|(key, plan)| UsagePlanKey::new(key, plan));
        let conflicts = UsagePlanKey::conflicts(&pairs);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [2]);
    }
}
