//! The provider of `autoscaling_target`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::PauseSnapshot;
use super::dimension::dimension_of;
use super::missed::bounds;
use super::target_calls::{
    Settings, deregister, read_suspended, register, target, target_arn, target_tags, targets, update_tags,
};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{Aws, Context, Error, ErrorKind};
use ebbtide::aws::autoscaling::{ScalableTarget, ScalableTargetOutputs};
use ebbtide::aws::{Arn, ScalableResource};
use ebbtide::resource::{Resolved, own_tags};

type Inputs = ScalableTarget<Resolved>;

impl Provider for ScalableTarget {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*",
        reads: "application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies \
            application-autoscaling:DescribeScheduledActions application-autoscaling:ListTagsForResource",
        creates: "application-autoscaling:RegisterScalableTarget",
        updates: "application-autoscaling:RegisterScalableTarget(again) application-autoscaling:PutScalingPolicy \
            application-autoscaling:PutScheduledAction application-autoscaling:TagResource \
            application-autoscaling:UntagResource",
        deletes: "application-autoscaling:DeregisterScalableTarget",
    });

    async fn find(context: &Context, inputs: &Inputs) -> Result<Option<String>, Error> {
        let resource = inputs.of.resource();
        let Some(target) = target(context, &resource).await? else { return Ok(None) };
        let tags = target_tags(context, &target).await?;
        Ok(context.identity.owns(&tags).then_some(resource))
    }

    async fn create(context: &Context, inputs: &Inputs) -> Result<String, Error> {
        let resource = inputs.of.resource();
        // Registering a registered target changes it without an error: check the owner first.
        if let Some(target) = target(context, &resource).await?
            && !context.identity.owns(&target_tags(context, &target).await?)
        {
            let message = format!("{resource} is scaled already, by a target that this stack does not own");
            return Err(Error::new(ErrorKind::AlreadyExists, message)
                .hint("deregister that target, or do not declare one here, then run the same command"));
        }
        let tags = Some(context.tags(&inputs.tags));
        let settings = Settings { min: Some(inputs.min), max: Some(inputs.max), suspended: Some(inputs.suspended) };
        register(context, &resource, dimension_of(&inputs.of), settings, tags).await?;
        Ok(resource)
    }

    async fn read(context: &Context, id: &str, last: &Inputs) -> Result<Option<Reading<Self>>, Error> {
        let Some(target) = target(context, id).await? else { return Ok(None) };
        let tags = target_tags(context, &target).await?;
        let pause_snapshot =
            PauseSnapshot::of(context, id, &target, tags.clone()).await?.declared_as(last, context.aws.now());
        // A scheduled action sets the bounds of its target when it runs: that is no drift.
        let (min, max) = pause_snapshot.bounds_as_declared(last);
        let inputs =
            ScalableTarget { of: last.of.clone(), min, max, suspended: read_suspended(&target), tags: own_tags(tags) };
        let outputs = ScalableTargetOutputs::<Resolved> {
            resource: ScalableResource(id.to_owned()),
            arn: Arn(target_arn(&target)?.to_owned()),
        };
        let pause_snapshot = Some(serde_json::to_value(pause_snapshot)?);
        Ok(Some(Reading { pause_snapshot, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Inputs, to: &Inputs) -> Result<(), Error> {
        let bounds_change = (from.min, from.max) != (to.min, to.max);
        // Settings that do not change are left out, since a scheduled action may have set other bounds.
        let settings = Settings {
            min: bounds_change.then_some(to.min),
            max: bounds_change.then_some(to.max),
            suspended: (from.suspended != to.suspended).then_some(to.suspended),
        };
        if bounds_change || settings.suspended.is_some() {
            register(context, id, dimension_of(&to.of), settings, None).await?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Inputs) -> Result<(), Error> {
        deregister(context, id).await
    }

    async fn bounds(aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, (u32, u32)>, Error> {
        let targets = targets(aws, ids).await?;
        let running = targets.iter().filter(|target| !read_suspended(target).scheduled);
        Ok(running.map(|target| (target.resource_id().to_owned(), bounds(target))).collect())
    }

    async fn restore(context: &Context, id: &str, inputs: &Inputs, pause_snapshot: &Value) -> Result<bool, Error> {
        let pause_snapshot: PauseSnapshot = serde_json::from_value(pause_snapshot.clone())?;
        let settings = pause_snapshot.settings_to_restore(inputs, context.aws.now());
        if settings != Settings::default() {
            register(context, id, dimension_of(&inputs.of), settings, None).await?;
        }
        pause_snapshot.put_back_foreign(context, id).await?;
        Ok(false)
    }
}
