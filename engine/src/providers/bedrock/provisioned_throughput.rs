//! The provider of `bedrock_provisioned_throughput`.

use aws_sdk_bedrock::operation::get_provisioned_model_throughput::GetProvisionedModelThroughputOutput;
use aws_sdk_bedrock::types::{CommitmentDuration, ProvisionedModelStatus};
use jiff::Timestamp;

use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::{Calls, Provider, Reading, Remark};
use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::aws::Arn;
use ebbtide::aws::bedrock::{Commitment, ProvisionedThroughput, ProvisionedThroughputOutputs};
use ebbtide::resource::{Readiness, Resolved, own_tags};

impl Provider for ProvisionedThroughput {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:bedrock:{region}:{account}:provisioned-model/*",
        reads: "bedrock:ListTagsForResource bedrock:GetProvisionedModelThroughput",
        creates: "bedrock:CreateProvisionedModelThroughput",
        updates: "bedrock:UpdateProvisionedModelThroughput bedrock:TagResource bedrock:UntagResource",
        deletes: "bedrock:DeleteProvisionedModelThroughput",
    });

    fn remarks(&self, _now: Timestamp) -> Vec<Remark> {
        let Some(commitment) = self.commitment else { return Vec::new() };
        let term = commitment_to_sdk(commitment);
        let message = format!(
            "AWS deletes it only after its term ({}): a pause keeps it, and it bills all the same",
            term.as_str()
        );
        let hint = "leave the commitment out if a pause is to delete it, or ignore this".to_owned();
        vec![Remark { message, hint, is_over: false }]
    }

    async fn find(context: &Context, inputs: &ProvisionedThroughput<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = get(context, &name).await.optional()? else { return Ok(None) };
        let arn = found.provisioned_model_arn();
        Ok(is_owned(context, arn).await?.then(|| arn.to_owned()))
    }

    async fn create(context: &Context, inputs: &ProvisionedThroughput<Resolved>) -> Result<String, Error> {
        let create = context
            .aws
            .bedrock()
            .create_provisioned_model_throughput()
            .provisioned_model_name(inputs.aws_name(&context.identity))
            .model_id(&inputs.model)
            .model_units(i32::try_from(inputs.units).unwrap_or(i32::MAX))
            .set_commitment_duration(inputs.commitment.map(commitment_to_sdk))
            .client_request_token(context.identity.token())
            .set_tags(Some(creation_tags(context, &inputs.tags)?));
        let created = create.send().await.named("bedrock:CreateProvisionedModelThroughput")?;
        Ok(created.provisioned_model_arn().to_owned())
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &ProvisionedThroughput<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(None) };
        let Some(tags) = all_tags(context, id).await.optional()? else { return Ok(None) };
        let inputs = ProvisionedThroughput {
            name: last.name.as_ref().map(|_| found.provisioned_model_name().to_owned()),
            model: as_declared(found.model_arn(), &last.model),
            units: u32::try_from(found.desired_model_units()).unwrap_or_default(),
            commitment: found.commitment_duration().and_then(read_commitment),
            tags: own_tags(tags),
        };
        let name = found.provisioned_model_name().to_owned();
        let outputs = ProvisionedThroughputOutputs::<Resolved> { arn: Arn(id.to_owned()), name };
        Ok(Some(Reading { readiness: readiness(&found), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &ProvisionedThroughput<Resolved>,
        to: &ProvisionedThroughput<Resolved>,
    ) -> Result<(), Error> {
        if from.model != to.model {
            let update = context.aws.bedrock().update_provisioned_model_throughput();
            let update = update.provisioned_model_id(id).desired_model_id(&to.model);
            update.send().await.named("bedrock:UpdateProvisionedModelThroughput")?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &ProvisionedThroughput<Resolved>) -> Result<(), Error> {
        let delete = context.aws.bedrock().delete_provisioned_model_throughput().provisioned_model_id(id);
        let deleted = delete.send().await.named("bedrock:DeleteProvisionedModelThroughput").optional();
        deleted.map(drop).map_err(|error| match error.message.contains("commitment") {
            true => {
                error.hint("AWS keeps it, and bills it, until its term is over; the same command deletes it after that")
            }
            false => error,
        })
    }
}

async fn get(context: &Context, identifier: &str) -> Result<GetProvisionedModelThroughputOutput, Error> {
    let get = context.aws.bedrock().get_provisioned_model_throughput().provisioned_model_id(identifier);
    get.send().await.named("bedrock:GetProvisionedModelThroughput")
}

/// Returns the model in the form in which it was declared: AWS shows the ARN of a base model that was named by its id.
fn as_declared(arn: &str, last: &str) -> String {
    if arn.ends_with(&format!("foundation-model/{last}")) { last.to_owned() } else { arn.to_owned() }
}

fn readiness(found: &GetProvisionedModelThroughputOutput) -> Readiness {
    match found.status() {
        ProvisionedModelStatus::InService => Readiness::Ready,
        ProvisionedModelStatus::Failed => {
            Readiness::Failed(found.failure_message().unwrap_or("AWS gives no reason").to_owned())
        }
        status => Readiness::Pending(status.as_str().to_owned()),
    }
}

fn commitment_to_sdk(commitment: Commitment) -> CommitmentDuration {
    match commitment {
        Commitment::OneMonth => CommitmentDuration::OneMonth,
        Commitment::SixMonths => CommitmentDuration::SixMonths,
    }
}

fn read_commitment(commitment: &CommitmentDuration) -> Option<Commitment> {
    match commitment {
        CommitmentDuration::OneMonth => Some(Commitment::OneMonth),
        CommitmentDuration::SixMonths => Some(Commitment::SixMonths),
        _ => None,
    }
}
