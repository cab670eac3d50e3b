//! The provider of `sagemaker_model_package_group`.

use aws_sdk_sagemaker::operation::describe_model_package_group::DescribeModelPackageGroupOutput;
use aws_sdk_sagemaker::types::{ModelPackageGroupStatus, ModelPackageType};

use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::sagemaker::{ModelPackageGroup, ModelPackageGroupOutputs};
use ebbtide::aws::{Arn, ModelPackageGroupName};
use ebbtide::resource::{Readiness, Resolved, own_tags};

impl Provider for ModelPackageGroup {
    const ASKS_FOR_DATA: bool = true;

    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:model-package-group/{name}",
        reads: "sagemaker:DescribeModelPackageGroup sagemaker:ListTags sagemaker:ListModelPackages",
        creates: "sagemaker:CreateModelPackageGroup",
        updates: "sagemaker:AddTags sagemaker:DeleteTags",
        deletes: "sagemaker:DeleteModelPackageGroup sagemaker:DeleteModelPackage",
    });

    async fn find(context: &Context, inputs: &ModelPackageGroup) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.model_package_group_arn(), "ModelPackageGroupArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &ModelPackageGroup) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        let create = context
            .aws
            .sagemaker()
            .create_model_package_group()
            .model_package_group_name(&name)
            .set_model_package_group_description(inputs.description.clone())
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        create.send().await.named("sagemaker:CreateModelPackageGroup")?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &ModelPackageGroup) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.model_package_group_arn(), "ModelPackageGroupArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let inputs = ModelPackageGroup {
            name: last.name.as_ref().map(|_| id.to_owned()),
            description: found.model_package_group_description().filter(|text| !text.is_empty()).map(str::to_owned),
            tags: own_tags(tags),
        };
        let outputs = ModelPackageGroupOutputs::<Resolved> {
            name: ModelPackageGroupName(id.to_owned()),
            arn: Arn(arn.to_owned()),
        };
        let readiness = readiness(found.model_package_group_status());
        Ok(Some(Reading { readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn data(context: &Context, id: &str) -> Result<Option<String>, Error> {
        packages_in_words(context, id).await
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &ModelPackageGroup,
        to: &ModelPackageGroup,
    ) -> Result<(), Error> {
        if from.tags == to.tags {
            return Ok(());
        }
        let found = required(describe(context, id).await?, "the group")?;
        update_tags(context, required(found.model_package_group_arn(), "ModelPackageGroupArn")?, &from.tags, &to.tags)
            .await
    }

    async fn delete(context: &Context, id: &str, _last: &ModelPackageGroup) -> Result<(), Error> {
        guard_data(context, &format!("the group of model packages {id}"), Self::data(context, id)).await?;
        let sagemaker = context.aws.sagemaker();
        if context.include_data {
            for package in packages(context, id).await? {
                let delete = sagemaker.delete_model_package().model_package_name(package);
                delete.send().await.named("sagemaker:DeleteModelPackage").optional()?;
            }
        }
        let delete = sagemaker.delete_model_package_group().model_package_group_name(id);
        delete.send().await.named("sagemaker:DeleteModelPackageGroup").optional().map(drop)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeModelPackageGroupOutput>, Error> {
    let describe = context.aws.sagemaker().describe_model_package_group().model_package_group_name(name);
    describe.send().await.named("sagemaker:DescribeModelPackageGroup").optional()
}

fn readiness(status: Option<&ModelPackageGroupStatus>) -> Readiness {
    let text = status.map_or("unknown", ModelPackageGroupStatus::as_str).to_owned();
    match status {
        Some(ModelPackageGroupStatus::Completed) => Readiness::Ready,
        Some(ModelPackageGroupStatus::Deleting) => Readiness::Deleting(text),
        Some(ModelPackageGroupStatus::Failed | ModelPackageGroupStatus::DeleteFailed) => Readiness::Failed(text),
        _ => Readiness::Pending(text),
    }
}

/// Returns the ARNs of the versions in a group. A group that is gone has none.
async fn packages(context: &Context, group: &str) -> Result<Vec<String>, Error> {
    let list = context.aws.sagemaker().list_model_packages().model_package_group_name(group);
    let mut pages = list.model_package_type(ModelPackageType::Versioned).into_paginator().items().send();
    let mut arns = Vec::new();
    while let Some(package) = pages.next().await {
        let Some(package) = package.named("sagemaker:ListModelPackages").optional()? else { break };
        arns.extend(package.model_package_arn().map(str::to_owned));
    }
    Ok(arns)
}

async fn packages_in_words(context: &Context, group: &str) -> Result<Option<String>, Error> {
    Ok(match packages(context, group).await?.len() {
        0 => None,
        1 => Some("1 model package".to_owned()),
        count => Some(format!("{count} model packages")),
    })
}
