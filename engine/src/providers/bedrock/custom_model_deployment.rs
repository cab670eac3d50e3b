//! The provider of `bedrock_custom_model_deployment`.

use aws_sdk_bedrock::operation::get_custom_model_deployment::GetCustomModelDeploymentOutput;
use aws_sdk_bedrock::types::{CustomModelDeploymentStatus, CustomModelDeploymentUpdateStatus};

use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall};
use ebbtide::aws::Arn;
use ebbtide::aws::bedrock::{CustomModelDeployment, CustomModelDeploymentOutputs};
use ebbtide::resource::{Readiness, Resolved, own_tags};

impl Provider for CustomModelDeployment {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:bedrock:{region}:{account}:custom-model-deployment/*",
        reads: "bedrock:ListTagsForResource bedrock:GetCustomModelDeployment",
        creates: "bedrock:CreateCustomModelDeployment",
        updates: "bedrock:UpdateCustomModelDeployment bedrock:TagResource bedrock:UntagResource",
        deletes: "bedrock:DeleteCustomModelDeployment",
    });

    async fn find(context: &Context, inputs: &CustomModelDeployment<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = get(context, &name).await.optional()? else { return Ok(None) };
        let arn = found.custom_model_deployment_arn();
        Ok(is_owned(context, arn).await?.then(|| arn.to_owned()))
    }

    async fn create(context: &Context, inputs: &CustomModelDeployment<Resolved>) -> Result<String, Error> {
        let create = context
            .aws
            .bedrock()
            .create_custom_model_deployment()
            .model_deployment_name(inputs.aws_name(&context.identity))
            .model_arn(&inputs.model)
            .set_description(inputs.description.clone())
            .client_request_token(context.identity.token())
            .set_tags(Some(creation_tags(context, &inputs.tags)?));
        let created = create.send().await.named("bedrock:CreateCustomModelDeployment")?;
        Ok(created.custom_model_deployment_arn().to_owned())
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &CustomModelDeployment<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = get(context, id).await.optional()? else { return Ok(None) };
        let Some(tags) = all_tags(context, id).await.optional()? else { return Ok(None) };
        let inputs = CustomModelDeployment {
            name: last.name.as_ref().map(|_| found.model_deployment_name().to_owned()),
            model: found.model_arn().to_owned(),
            description: found.description().map(str::to_owned),
            tags: own_tags(tags),
        };
        let name = found.model_deployment_name().to_owned();
        let outputs = CustomModelDeploymentOutputs::<Resolved> { arn: Arn(id.to_owned()), name };
        Ok(Some(Reading { readiness: readiness(&found), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &CustomModelDeployment<Resolved>,
        to: &CustomModelDeployment<Resolved>,
    ) -> Result<(), Error> {
        if from.model != to.model {
            let update = context.aws.bedrock().update_custom_model_deployment();
            let update = update.custom_model_deployment_identifier(id).model_arn(&to.model);
            update.send().await.named("bedrock:UpdateCustomModelDeployment")?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn undone(context: &Context, id: &str) -> Result<Option<String>, Error> {
        Ok(get(context, id).await.optional()?.and_then(|found| found.failure_message().map(str::to_owned)))
    }

    async fn delete(context: &Context, id: &str, _last: &CustomModelDeployment<Resolved>) -> Result<(), Error> {
        let delete = context.aws.bedrock().delete_custom_model_deployment().custom_model_deployment_identifier(id);
        delete.send().await.named("bedrock:DeleteCustomModelDeployment").optional().map(drop)
    }
}

async fn get(context: &Context, identifier: &str) -> Result<GetCustomModelDeploymentOutput, Error> {
    let get = context.aws.bedrock().get_custom_model_deployment().custom_model_deployment_identifier(identifier);
    get.send().await.named("bedrock:GetCustomModelDeployment")
}

fn readiness(found: &GetCustomModelDeploymentOutput) -> Readiness {
    let is_updating = found
        .update_details()
        .is_some_and(|update| *update.update_status() == CustomModelDeploymentUpdateStatus::Updating);
    match found.status() {
        CustomModelDeploymentStatus::Active if is_updating => Readiness::Pending("Updating".to_owned()),
        CustomModelDeploymentStatus::Active => Readiness::Ready,
        CustomModelDeploymentStatus::Failed => {
            Readiness::Failed(found.failure_message().unwrap_or("AWS gives no reason").to_owned())
        }
        status => Readiness::Pending(status.as_str().to_owned()),
    }
}
