//! The provider of `sagemaker_inference_component`.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{InferenceComponentRuntimeConfig, InferenceComponentStatus};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assumable::role_may_be_new;
use super::component_spec::{Specification, read_specification, specification_to_sdk};
use super::deletion::refused_deletion;
use super::image::look_for_image;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::autoscaling::PauseSnapshot;
use crate::providers::numbers::{signed, unsigned};
use crate::providers::{Calls, Needs, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::autoscaling::component_resource;
use ebbtide::aws::sagemaker::{InferenceComponent, InferenceComponentOutputs, Served};
use ebbtide::aws::{Arn, EndpointName, InferenceComponentName};
use ebbtide::resource::cloud_control::did_you_mean;
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags};

type Inputs = InferenceComponent<Resolved>;

/// The copies of a component, over a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Copies {
    copies: u32,
    /// The number that was declared then.
    declared: u32,
}

impl Provider for InferenceComponent {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:inference-component/{name}",
        reads: "sagemaker:DescribeInferenceComponent sagemaker:ListTags sagemaker:DescribeEndpoint(used) \
            application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScalingPolicies \
            application-autoscaling:DescribeScheduledActions application-autoscaling:ListTagsForResource ecr:BatchGetImage",
        creates: "sagemaker:CreateInferenceComponent",
        updates: "sagemaker:AddTags sagemaker:DeleteTags sagemaker:UpdateInferenceComponent \
            sagemaker:UpdateInferenceComponentRuntimeConfig application-autoscaling:RegisterScalableTarget \
            application-autoscaling:DeregisterScalableTarget application-autoscaling:PutScalingPolicy \
            application-autoscaling:DeleteScalingPolicy application-autoscaling:PutScheduledAction \
            application-autoscaling:DeleteScheduledAction",
        deletes: "sagemaker:DeleteInferenceComponent",
    });

    /// AWS refuses to delete a component while it comes up or changes. One whose container crashes comes up until its time is over, of
    /// up to an hour.
    const DELETABLE_WITHIN: Duration = Self::READY_WITHIN;

    const NEEDS_THINGS: bool = true;

    async fn missing(context: &Context, inputs: &InferenceComponent) -> Result<Needs, Error> {
        let mut needs = Needs::default();
        if let Served::Container(container) = &inputs.serves {
            needs.add(look_for_image(context, container.image.known()).await?);
        }
        Ok(needs)
    }

    async fn find(context: &Context, inputs: &Inputs) -> Result<Option<String>, Error> {
        let Some(found) = describe(context, &inputs.name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.inference_component_arn(), "InferenceComponentArn")?).await?;
        Ok(owned.then(|| inputs.name.clone()))
    }

    async fn create(context: &Context, inputs: &Inputs) -> Result<String, Error> {
        check_variant(context, inputs).await?;
        let request = context
            .aws
            .sagemaker()
            .create_inference_component()
            .inference_component_name(&inputs.name)
            .endpoint_name(inputs.endpoint.as_str())
            .variant_name(&inputs.variant)
            .specification(specification_to_sdk(inputs))
            .runtime_config(copies_to_sdk(inputs.copies))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match request.send().await.named("sagemaker:CreateInferenceComponent") {
            Ok(_) => Ok(inputs.name.clone()),
            Err(error) => Err(not_there_yet(error)),
        }
    }

    async fn read(context: &Context, id: &str, last: &Inputs) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.inference_component_arn(), "InferenceComponentArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let desired = desired_copies(&found);
        let scaled = desired != last.copies && PauseSnapshot::is_registered(context, &component_resource(id)).await?;
        let copies = if scaled { last.copies } else { desired };
        let inputs = read_inputs(&found, id, last, copies, own_tags(tags));
        let outputs = InferenceComponentOutputs::<Resolved> {
            name: InferenceComponentName(id.to_owned()),
            arn: Arn(arn.to_owned()),
        };
        let readiness = readiness(found.inference_component_status(), found.failure_reason());
        let pause_snapshot = Some(serde_json::to_value(Copies { copies: desired, declared: last.copies })?);
        Ok(Some(Reading { readiness, pause_snapshot, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Inputs, to: &Inputs) -> Result<(), Error> {
        let found = required(describe(context, id).await?, "the inference component")?;
        if from.tags != to.tags {
            let arn = required(found.inference_component_arn(), "InferenceComponentArn")?;
            update_tags(context, arn, &from.tags, &to.tags).await?;
        }
        let (specification, copies) = (Specification::of(from) != Specification::of(to), from.copies != to.copies);
        if !specification && !copies {
            return Ok(());
        }
        if let Readiness::Pending(status) = readiness(found.inference_component_status(), None) {
            let message = format!("AWS is at work on the inference component {id} ({status})");
            return Err(Error::new(ErrorKind::Busy, message));
        }
        // An earlier attempt may have made the change. A setting that `to` leaves to AWS shows in comparison with `from`.
        let desired = desired_copies(&found);
        let live = read_inputs(&found, id, from, desired, Tags::new());
        let runtime = copies_to_sdk(to.copies);
        let sagemaker = context.aws.sagemaker();
        if specification && Specification::of(&live) != Specification::of(to) {
            // Without a number, the copies stay as auto scaling has set them.
            let update = sagemaker.update_inference_component().inference_component_name(id);
            let update = update.specification(specification_to_sdk(to));
            let update = update.set_runtime_config((copies && desired != to.copies).then_some(runtime));
            let updated = update.send().await.named("sagemaker:UpdateInferenceComponent");
            updated.map(drop).map_err(not_there_yet)
        } else if copies && desired != to.copies {
            set_copies(context, id, to.copies).await
        } else {
            Ok(())
        }
    }

    async fn delete(context: &Context, id: &str, _last: &Inputs) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_inference_component().inference_component_name(id);
        match delete.send().await.named("sagemaker:DeleteInferenceComponent").optional() {
            Err(error) if error.is_code("ValidationException") => {
                let found = describe(context, id).await?;
                refused_deletion(error, found.map(|found| readiness(found.inference_component_status(), None)))
            }
            deleted => deleted.map(drop),
        }
    }

    /// Brings back the number of copies of before, unless another one is declared since.
    async fn restore(context: &Context, id: &str, inputs: &Inputs, pause_snapshot: &Value) -> Result<bool, Error> {
        let recorded = Copies::deserialize(pause_snapshot)?;
        let found = required(describe(context, id).await?, "the inference component")?;
        if recorded.declared != inputs.copies || desired_copies(&found) == recorded.copies {
            return Ok(false);
        }
        set_copies(context, id, recorded.copies).await.map(|()| true)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeInferenceComponentOutput>, Error> {
    let describe = context.aws.sagemaker().describe_inference_component().inference_component_name(name);
    describe.send().await.named("sagemaker:DescribeInferenceComponent").optional()
}

/// Checks that the endpoint has the variant. AWS's refusal does not list those that there are.
async fn check_variant(context: &Context, inputs: &Inputs) -> Result<(), Error> {
    let describe = context.aws.sagemaker().describe_endpoint().endpoint_name(inputs.endpoint.as_str());
    let found = describe.send().await.named("sagemaker:DescribeEndpoint").map_err(not_there_yet)?;
    let names = || found.production_variants().iter().filter_map(|variant| variant.variant_name());
    if names().any(|name| name == inputs.variant) {
        return Ok(());
    }
    let hint = did_you_mean(&inputs.variant, names());
    let known: Vec<&str> = names().collect();
    let message = format!("the endpoint {} has no variant `{}`{hint}", inputs.endpoint, inputs.variant);
    Err(Error::invalid(message)
        .hint(format!("its variants are {}: declare `variant` as one of them", known.join(", "))))
}

/// Marks the absence of the endpoint or the model as passing, and an endpoint that is not in service: both may be new.
fn not_there_yet(error: Error) -> Error {
    if error.kind == ErrorKind::NotFound || error.message.contains("must be InService") {
        return error.as_kind(ErrorKind::NotYet);
    }
    role_may_be_new(error)
}

async fn set_copies(context: &Context, id: &str, copies: u32) -> Result<(), Error> {
    let update = context.aws.sagemaker().update_inference_component_runtime_config().inference_component_name(id);
    let update = update.desired_runtime_config(copies_to_sdk(copies));
    update.send().await.named("sagemaker:UpdateInferenceComponentRuntimeConfig").map(drop)
}

fn copies_to_sdk(copies: u32) -> InferenceComponentRuntimeConfig {
    InferenceComponentRuntimeConfig::builder().copy_count(signed(copies)).build()
}

fn desired_copies(found: &DescribeInferenceComponentOutput) -> u32 {
    found.runtime_config().and_then(|runtime| runtime.desired_copy_count()).map_or(0, unsigned)
}

fn read_inputs(found: &DescribeInferenceComponentOutput, id: &str, last: &Inputs, copies: u32, tags: Tags) -> Inputs {
    let Specification { serves, needs, download_timeout_seconds, startup_timeout_seconds } =
        read_specification(found, last);
    InferenceComponent {
        name: id.to_owned(),
        endpoint: EndpointName(found.endpoint_name().unwrap_or_default().to_owned()),
        variant: found.variant_name().unwrap_or_default().to_owned(),
        serves,
        needs,
        download_timeout_seconds,
        startup_timeout_seconds,
        copies,
        tags,
    }
}

fn readiness(status: Option<&InferenceComponentStatus>, reason: Option<&str>) -> Readiness {
    let text = status.map_or("unknown", InferenceComponentStatus::as_str).to_owned();
    match status {
        Some(InferenceComponentStatus::InService) => Readiness::Ready,
        Some(InferenceComponentStatus::Deleting) => Readiness::Deleting(text),
        Some(InferenceComponentStatus::Failed) => Readiness::failed(text, reason),
        _ => Readiness::Pending(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_readiness() {
        let of = |status: &str| readiness(Some(&InferenceComponentStatus::from(status)), Some("no room"));
        for pending in ["Creating", "Updating", "SomethingNew"] {
            assert_eq!(of(pending), Readiness::Pending(pending.into()));
        }
        assert_eq!(of("InService"), Readiness::Ready);
        assert_eq!(of("Deleting"), Readiness::Deleting("Deleting".into()));
        assert_eq!(of("Failed"), Readiness::Failed("Failed: no room".into()));
    }

    #[test]
    fn an_endpoint_that_comes_up_is_waited_for() {
        let refused = |message: &str| Error { code: Some("ValidationException".to_owned()), ..Error::invalid(message) };
        let kind = |error| not_there_yet(error).kind;
        assert_eq!(
            kind(refused("Endpoint \"arn\" must be InService to host inference components.")),
            ErrorKind::NotYet
        );
        assert_eq!(kind(Error::new(ErrorKind::NotFound, "Could not find model")), ErrorKind::NotYet);
        assert_eq!(kind(refused("has a model")), ErrorKind::Invalid);
    }
}
