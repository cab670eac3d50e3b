//! The provider of `autoscaling_policy`.

use super::named::{self, Named, parts_of};
use super::policy_calls::{delete_policy, policies, put_policy};
use super::rule::read_rule;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{Context, Error};
use ebbtide::aws::autoscaling::{POLICY_INFIX, ScalingPolicy, ScalingPolicyOutputs, ScalingRule};
use ebbtide::aws::{AlarmName, ScalableResource, ScalingPolicyArn};
use ebbtide::resource::Resolved;

type Inputs = ScalingPolicy<Resolved>;

impl Named for Inputs {
    const INFIX: &'static str = POLICY_INFIX;
    const DESCRIPTION: &'static str = "scaling policy";

    fn target(&self) -> &ScalableResource {
        &self.target
    }

    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    async fn exists(context: &Context, resource: &str, name: &str) -> Result<bool, Error> {
        Ok(!policies(context, resource, Some(name)).await?.is_empty())
    }

    async fn put(&self, context: &Context, resource: &str, name: &str) -> Result<(), Error> {
        put_policy(context, resource, name, &self.rule).await
    }
}

impl Provider for ScalingPolicy {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*",
        reads: "application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies \
            application-autoscaling:ListTagsForResource",
        creates: "application-autoscaling:PutScalingPolicy",
        updates: "application-autoscaling:PutScalingPolicy application-autoscaling:DeleteScalingPolicy",
        deletes: "application-autoscaling:DeleteScalingPolicy",
    });

    async fn find(context: &Context, inputs: &Inputs) -> Result<Option<String>, Error> {
        named::find(context, inputs).await
    }

    async fn create(context: &Context, inputs: &Inputs) -> Result<String, Error> {
        named::create(context, inputs).await
    }

    async fn read(context: &Context, id: &str, last: &Inputs) -> Result<Option<Reading<Self>>, Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        let found = policies(context, resource, Some(name)).await?;
        let Some(policy) = found.first() else { return Ok(None) };
        let inputs = ScalingPolicy {
            name: last.name.clone(),
            target: ScalableResource(resource.to_owned()),
            rule: read_rule(policy).unwrap_or_else(|| last.rule.clone()),
        };
        let mut alarms: Vec<_> = policy.alarms().iter().map(|alarm| AlarmName(alarm.alarm_name().to_owned())).collect();
        // The alarms of a step policy are those that trigger it: they are declared on their own.
        alarms.retain(|_| matches!(inputs.rule, ScalingRule::TargetTracking(_)));
        alarms.sort();
        let outputs =
            ScalingPolicyOutputs::<Resolved> { arn: ScalingPolicyArn(policy.policy_arn().to_owned()), alarms };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Inputs, to: &Inputs) -> Result<(), Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        if std::mem::discriminant(&from.rule) != std::mem::discriminant(&to.rule) {
            // AWS does not change the type of a policy.
            delete_policy(context, resource, name).await?;
        }
        put_policy(context, resource, name, &to.rule).await
    }

    async fn delete(context: &Context, id: &str, _last: &Inputs) -> Result<(), Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        delete_policy(context, resource, name).await
    }
}
