//! The provider of `bedrock_custom_model`.

use std::time::Duration;

use aws_sdk_bedrock::operation::get_custom_model::GetCustomModelOutput;
use aws_sdk_bedrock::types::{ModelDataSource, ModelStatus, S3DataSource};

use super::role::explain;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::aws::Arn;
use ebbtide::aws::bedrock::{CustomModel, CustomModelOutputs};
use ebbtide::resource::{Readiness, Resolved, own_tags};

impl Provider for CustomModel {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:bedrock:{region}:{account}:custom-model/*",
        reads: "bedrock:ListTagsForResource bedrock:GetCustomModel",
        creates: "bedrock:CreateCustomModel",
        updates: "bedrock:TagResource bedrock:UntagResource",
        deletes: "bedrock:DeleteCustomModel",
    });

    // AWS names no longest time. Weights of some hundred gigabytes are copied and validated.
    const READY_WITHIN: Duration = Duration::from_hours(12);

    async fn find(context: &Context, inputs: &CustomModel<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = get(context, &name).await.optional()? else { return Ok(None) };
        let arn = found.model_arn();
        Ok(is_owned(context, arn).await?.then(|| arn.to_owned()))
    }

    async fn create(context: &Context, inputs: &CustomModel<Resolved>) -> Result<String, Error> {
        let source = built(S3DataSource::builder().s3_uri(&inputs.source).build())?;
        let create = context
            .aws
            .bedrock()
            .create_custom_model()
            .model_name(inputs.aws_name(&context.identity))
            .model_source_config(ModelDataSource::S3DataSource(source))
            .role_arn(inputs.role.as_str())
            .set_model_kms_key_arn(inputs.kms_key.clone())
            .client_request_token(context.identity.token())
            .set_model_tags(Some(creation_tags(context, &inputs.tags)?));
        let created = create.send().await.named("bedrock:CreateCustomModel");
        created.map(|created| created.model_arn().to_owned()).map_err(|error| explain(error, "the artifacts"))
    }

    async fn read(context: &Context, id: &str, last: &CustomModel<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(None) };
        let Some(tags) = all_tags(context, id).await.optional()? else { return Ok(None) };
        let name = found.model_name().to_owned();
        let inputs = CustomModel {
            name: last.name.as_ref().map(|_| name.clone()),
            kms_key: found.model_kms_key_arn().map(str::to_owned),
            tags: own_tags(tags),
            // AWS shows neither the artifacts nor the role, and can change neither.
            ..last.clone()
        };
        let readiness = readiness(&found);
        let data = matches!(readiness, Readiness::Ready).then(|| format!("the custom model {name}"));
        let outputs = CustomModelOutputs::<Resolved> { arn: Arn(id.to_owned()), name };
        Ok(Some(Reading { readiness, data, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &CustomModel<Resolved>,
        to: &CustomModel<Resolved>,
    ) -> Result<(), Error> {
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &CustomModel<Resolved>) -> Result<(), Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(()) };
        let name = found.model_name();
        let holds =
            async { Ok(matches!(readiness(&found), Readiness::Ready).then(|| format!("the custom model {name}"))) };
        guard_data(context, &format!("the custom model {name}"), holds).await?;
        let delete = context.aws.bedrock().delete_custom_model().model_identifier(id);
        delete.send().await.named("bedrock:DeleteCustomModel").optional().map(drop)
    }
}

async fn get(context: &Context, identifier: &str) -> Result<GetCustomModelOutput, Error> {
    let get = context.aws.bedrock().get_custom_model().model_identifier(identifier);
    get.send().await.named("bedrock:GetCustomModel")
}

fn readiness(found: &GetCustomModelOutput) -> Readiness {
    match found.model_status() {
        Some(ModelStatus::Active) => Readiness::Ready,
        Some(ModelStatus::Failed) => {
            Readiness::Failed(found.failure_message().unwrap_or("AWS gives no reason").to_owned())
        }
        status => Readiness::Pending(status.map_or("Creating", |status| status.as_str()).to_owned()),
    }
}
