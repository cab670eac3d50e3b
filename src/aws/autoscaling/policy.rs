//! `autoscaling_policy`: when capacity is added and taken.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::snapshot::aws_name;
use super::{ScalingRule, TargetTracking, calls};
use crate::aws::{AlarmName, ScalableResource, ScalingPolicyArn};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{Context, Error};
use crate::resource::{
    Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields,
};

/// The longest name that AWS takes, in characters.
const LONGEST: usize = 256;

/// When capacity is added and taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalingPolicy<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The target.
    pub target: P::Of<ScalableResource>,
    /// The rule.
    pub rule: ScalingRule,
}

impl ScalingPolicy {
    /// Keeps a metric at a value.
    pub fn tracking(target: impl Into<Input<ScalableResource>>, tracking: TargetTracking) -> Self {
        Self { name: None, target: target.into(), rule: ScalingRule::TargetTracking(tracking) }
    }
}

/// The outputs of a policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ScalingPolicyOutputs<P: Phase> {
    /// The ARN: the action of an alarm that sets a step policy off.
    pub arn: P::Of<ScalingPolicyArn>,
    /// The alarms that AWS keeps for it.
    pub alarms: P::Of<Vec<AlarmName>>,
}

impl Resource for ScalingPolicy {
    const KIND: &'static str = "autoscaling_policy";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(ScalingPolicy: name, target);
    /// Two of them for one metric, or of one name, cannot exist at once.
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    type Resolved = ScalingPolicy<Resolved>;
    type Outputs<P: Phase> = ScalingPolicyOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name {
            problems.extend(name_problem(name).map(|message| ("name".to_owned(), message)));
        }
        self.rule.validate(problems);
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        match self.rule {
            // Only target tracking has alarms of its own.
            ScalingRule::Step(_) => Map::from_iter([("alarms".to_owned(), Value::Array(Vec::new()))]),
            ScalingRule::TargetTracking(_) => Map::new(),
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let repeats = |(index, one): (usize, &Self)| {
            let same = |other: &Self| one.name.is_some() && (&other.name, &other.target) == (&one.name, &one.target);
            all[..index].iter().any(same).then(|| (index, "another of this target has the same name".to_owned()))
        };
        all.iter().enumerate().filter_map(repeats).collect()
    }
}

impl Provider for ScalingPolicy {
    async fn find(context: &Context, inputs: &ScalingPolicy<Resolved>) -> Result<Option<String>, Error> {
        let (resource, name) = (inputs.target.as_str(), aws_name(&context.identity, inputs.name.as_deref()));
        if calls::policies(context, resource, Some(&name)).await?.is_empty() {
            return Ok(None);
        }
        let is_ours = inputs.name.is_none() || calls::is_of_this_stack(context, resource).await?;
        Ok(is_ours.then(|| id_of(resource, &name)))
    }

    async fn create(context: &Context, inputs: &ScalingPolicy<Resolved>) -> Result<String, Error> {
        let (resource, name) = (inputs.target.as_str(), aws_name(&context.identity, inputs.name.as_deref()));
        calls::put_policy(context, resource, &name, &inputs.rule).await?;
        Ok(id_of(resource, &name))
    }

    async fn read(context: &Context, id: &str, last: &ScalingPolicy<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let (resource, name) = parts_of(id)?;
        let found = calls::policies(context, resource, Some(name)).await?;
        let Some(policy) = found.first() else { return Ok(None) };
        let inputs = ScalingPolicy {
            name: last.name.clone(),
            target: ScalableResource(resource.to_owned()),
            rule: ScalingRule::from_sdk(policy).unwrap_or_else(|| last.rule.clone()),
        };
        let mut alarms: Vec<_> = policy.alarms().iter().map(|alarm| AlarmName(alarm.alarm_name().to_owned())).collect();
        // A step policy's alarms are whatever calls it, which is none of its own affairs.
        alarms.retain(|_| matches!(inputs.rule, ScalingRule::TargetTracking(_)));
        alarms.sort();
        let outputs =
            ScalingPolicyOutputs::<Resolved> { arn: ScalingPolicyArn(policy.policy_arn().to_owned()), alarms };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &ScalingPolicy<Resolved>,
        to: &ScalingPolicy<Resolved>,
    ) -> Result<(), Error> {
        let (resource, name) = parts_of(id)?;
        if std::mem::discriminant(&from.rule) != std::mem::discriminant(&to.rule) {
            // AWS does not turn one type of policy into another.
            calls::delete_policy(context, resource, name).await?;
        }
        calls::put_policy(context, resource, name, &to.rule).await
    }

    async fn delete(context: &Context, id: &str, _last: &ScalingPolicy<Resolved>) -> Result<(), Error> {
        let (resource, name) = parts_of(id)?;
        calls::delete_policy(context, resource, name).await
    }
}

/// What is wrong with a name.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=LONGEST).contains(&name.len())
        && !name.contains(|c: char| c.is_control() || c == '|' || c == ':' || c == '/');
    (!fits).then(|| format!("`{name}`: AWS takes 1 to {LONGEST} characters, without `:`, `/` and `|`"))
}

fn id_of(resource: &str, name: &str) -> String {
    format!("{resource}:policy/{name}")
}

fn parts_of(id: &str) -> Result<(&str, &str), Error> {
    id.split_once(":policy/").ok_or_else(|| Error::invalid(format!("`{id}` is not the id of a scaling policy")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_the_resource_and_the_name() {
        let id = id_of("endpoint/llm/variant/v", "keep-busy");
        assert_eq!(parts_of(&id).unwrap(), ("endpoint/llm/variant/v", "keep-busy"));
        assert!(parts_of("endpoint/llm").is_err());
    }
}
