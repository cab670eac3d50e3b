//! The provider of `sagemaker_endpoint`.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;
use jiff::Timestamp;
use serde_json::Value;

use super::deletion::refused_deletion;
use super::deployment::deployment_to_sdk;
use super::endpoint_activity;
use super::instances;
use super::rollout::{Differences, roll_out};
use super::run_time;
use super::share;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::{Activity, Calls, Provider, Reading, UnfinishedWork};
use crate::sdk::{Aws, CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::sagemaker::{Endpoint, EndpointOutputs};
use ebbtide::aws::{Arn, EndpointConfigName, EndpointName};
use ebbtide::resource::{Readiness, Resolved, own_tags};

impl Provider for Endpoint {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:endpoint/{name}",
        reads: "sagemaker:DescribeEndpoint sagemaker:ListTags sagemaker:DescribeEndpointConfig(used) \
            cloudwatch:GetMetricData(queue) application-autoscaling:DescribeScalableTargets \
            application-autoscaling:DescribeScalingPolicies application-autoscaling:DescribeScheduledActions \
            application-autoscaling:ListTagsForResource",
        creates: "sagemaker:CreateEndpoint",
        updates: "sagemaker:AddTags sagemaker:DeleteTags sagemaker:UpdateEndpoint \
            sagemaker:UpdateEndpointWeightsAndCapacities application-autoscaling:RegisterScalableTarget \
            application-autoscaling:DeregisterScalableTarget application-autoscaling:PutScalingPolicy \
            application-autoscaling:DeleteScalingPolicy application-autoscaling:PutScheduledAction \
            application-autoscaling:DeleteScheduledAction",
        deletes: "sagemaker:DeleteEndpoint",
    });

    /// AWS refuses to delete an endpoint while it is created or updated, which takes as long as it takes to get ready.
    const DELETABLE_WITHIN: Duration = Self::READY_WITHIN;

    const ACCEPTS_WORK: bool = true;

    async fn find(context: &Context, inputs: &Endpoint<Resolved>) -> Result<Option<String>, Error> {
        let Some(found) = describe(context, &inputs.name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.endpoint_arn(), "EndpointArn")?).await?;
        Ok(owned.then(|| inputs.name.clone()))
    }

    async fn create(context: &Context, inputs: &Endpoint<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .sagemaker()
            .create_endpoint()
            .endpoint_name(&inputs.name)
            .endpoint_config_name(inputs.config.as_str())
            .set_deployment_config(inputs.deployment.as_ref().map(deployment_to_sdk))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match request.send().await.named("sagemaker:CreateEndpoint") {
            Ok(_) => Ok(inputs.name.clone()),
            // The configuration may be so new that it is not visible everywhere in SageMaker yet.
            Err(error) if error.kind == ErrorKind::NotFound => Err(error.as_kind(ErrorKind::NotYet)),
            Err(error) => Err(error),
        }
    }

    async fn read(context: &Context, id: &str, last: &Endpoint<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.endpoint_arn(), "EndpointArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let inputs = Endpoint {
            name: id.to_owned(),
            config: EndpointConfigName(found.endpoint_config_name().unwrap_or_default().to_owned()),
            deployment: last.deployment.clone(),
            tags: own_tags(tags),
        };
        let outputs = EndpointOutputs::<Resolved> { name: EndpointName(id.to_owned()), arn: Arn(arn.to_owned()) };
        let readiness = readiness(found.endpoint_status(), found.failure_reason());
        let pause_snapshot = run_time::pause_snapshot(context, &found).await?;
        Ok(Some(Reading { readiness, pause_snapshot, ..Reading::ready(inputs, outputs) }))
    }

    async fn before_update(
        context: &Context,
        id: &str,
        from: &Endpoint<Resolved>,
        to: &Endpoint<Resolved>,
    ) -> Result<Option<Value>, Error> {
        if from.config == to.config {
            return Ok(None);
        }
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let differences = Differences::between(context, from.config.as_str(), to.config.as_str()).await?;
        run_time::before_update(context, &found, id, &differences).await
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &Endpoint<Resolved>,
        to: &Endpoint<Resolved>,
    ) -> Result<(), Error> {
        if from.tags != to.tags
            && let Some(found) = describe(context, id).await?
        {
            let arn = required(found.endpoint_arn(), "EndpointArn")?;
            update_tags(context, arn, &from.tags, &to.tags).await?;
        }
        if from.config != to.config { roll_out(context, id, from.config.as_str(), to).await } else { Ok(()) }
    }

    /// An endpoint whose update failed is in service as it was before.
    async fn undone(context: &Context, id: &str) -> Result<Option<String>, Error> {
        Ok(describe(context, id).await?.and_then(|found| found.failure_reason().map(str::to_owned)))
    }

    async fn delete(context: &Context, id: &str, _last: &Endpoint<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_endpoint().endpoint_name(id);
        match delete.send().await.named("sagemaker:DeleteEndpoint").optional() {
            Err(error) if error.is_code("ValidationException") => {
                let found = describe(context, id).await?;
                refused_deletion(error, found.map(|found| readiness(found.endpoint_status(), None)))
            }
            deleted => deleted.map(drop),
        }
    }

    async fn unfinished(context: &Context, id: &str, now: Timestamp) -> Result<UnfinishedWork, Error> {
        endpoint_activity::unfinished(&context.aws, id, now).await
    }

    async fn activity(
        aws: &Aws,
        ids: &[&str],
        from: Timestamp,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Activity>, Error> {
        endpoint_activity::activity(aws, ids, from, now).await
    }

    async fn instances(aws: &Aws, ids: &[&str]) -> Result<BTreeMap<String, BTreeMap<String, f64>>, Error> {
        instances::instances(aws, ids).await
    }

    async fn share(
        context: &Context,
        id: &str,
        _last: &Endpoint<Resolved>,
        to: Option<&str>,
    ) -> Result<Option<f64>, Error> {
        match describe(context, id).await? {
            Some(found) => share::share(&found, to),
            None => Ok(None),
        }
    }

    async fn set_share(
        context: &Context,
        id: &str,
        _last: &Endpoint<Resolved>,
        to: Option<&str>,
        percent: u8,
    ) -> Result<(), Error> {
        let found = describe(context, id).await?;
        let found =
            found.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("the endpoint {id} does not exist")))?;
        share::set_share(context, &found, to, percent).await
    }

    async fn restore(
        context: &Context,
        id: &str,
        _inputs: &Endpoint<Resolved>,
        pause_snapshot: &Value,
    ) -> Result<bool, Error> {
        run_time::restore(context, id, pause_snapshot).await
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeEndpointOutput>, Error> {
    let describe = context.aws.sagemaker().describe_endpoint().endpoint_name(name);
    describe.send().await.named("sagemaker:DescribeEndpoint").optional()
}

fn readiness(status: Option<&EndpointStatus>, reason: Option<&str>) -> Readiness {
    let text = status.map_or("unknown", EndpointStatus::as_str).to_owned();
    match status {
        Some(EndpointStatus::InService) => Readiness::Ready,
        Some(EndpointStatus::Deleting) => Readiness::Deleting(text),
        Some(EndpointStatus::Failed | EndpointStatus::UpdateRollbackFailed | EndpointStatus::OutOfService) => {
            Readiness::failed(text, reason)
        }
        _ => Readiness::Pending(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_readiness() {
        let pending = ["Creating", "Updating", "SystemUpdating", "RollingBack", "SomethingNew"];
        for status in pending {
            assert_eq!(readiness(Some(&EndpointStatus::from(status)), None), Readiness::Pending(status.into()));
        }
        assert_eq!(readiness(Some(&EndpointStatus::InService), None), Readiness::Ready);
        assert_eq!(readiness(Some(&EndpointStatus::Deleting), None), Readiness::Deleting("Deleting".into()));
        for status in ["Failed", "UpdateRollbackFailed", "OutOfService"] {
            let Readiness::Failed(reason) = readiness(Some(&EndpointStatus::from(status)), Some("no capacity")) else {
                panic!("{status} is a failure");
            };
            assert!(reason.contains("no capacity") && reason.contains(status));
        }
    }

    #[test]
    fn an_endpoint_in_a_transition_is_waited_for_as_long_as_one_that_comes_up() {
        assert_eq!(Endpoint::DELETABLE_WITHIN, Endpoint::READY_WITHIN);
    }
}
