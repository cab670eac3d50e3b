//! The provider of `sagemaker_feature_group`.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_feature_group::DescribeFeatureGroupOutput;
use aws_sdk_sagemaker::types::{FeatureGroupStatus, LastUpdateStatusValue, OnlineStoreConfig};

use super::assumable::role_may_be_new;
use super::feature_steps::{check_possible, step};
use super::feature_values::{
    feature_to_sdk, offline_to_sdk, online_to_sdk, read_feature, read_lifetime, read_offline, read_online,
    read_storage, read_throughput, throughput_config,
};
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::data_guard::guard_data;
use crate::providers::lists::ordered_like;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::sagemaker::{FeatureGroup, FeatureGroupOutputs, OnlineStorage};
use ebbtide::aws::{Arn, FeatureGroupName, RoleArn};
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags};

impl Provider for FeatureGroup {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:feature-group/{name}",
        reads: "sagemaker:DescribeFeatureGroup sagemaker:ListTags",
        creates: "sagemaker:CreateFeatureGroup",
        updates: "sagemaker:AddTags sagemaker:DeleteTags sagemaker:UpdateFeatureGroup",
        deletes: "sagemaker:DeleteFeatureGroup",
    });

    /// AWS works on a group that is in memory for 15 minutes (service model, CreateFeatureGroup and DeleteFeatureGroup).
    const DELETABLE_WITHIN: Duration = Self::READY_WITHIN;

    /// Refuses a change that AWS can make neither in place nor, since the fields that replace a group stay, by a replacement.
    fn prepare(&mut self, _key: &str, recorded: Option<&FeatureGroup<Resolved>>) -> Result<(), Error> {
        let Some(recorded) = recorded else { return Ok(()) };
        let keys = |name: &Option<String>, description: &Option<String>, identifier: &String, time: &String| {
            (name.clone(), description.clone(), identifier.clone(), time.clone())
        };
        let is_replaced = keys(&self.name, &self.description, &self.record_identifier, &self.event_time)
            != keys(&recorded.name, &recorded.description, &recorded.record_identifier, &recorded.event_time)
            || self.online_store.is_some() != recorded.online_store.is_some()
            || self.offline_store.is_some() != recorded.offline_store.is_some();
        if is_replaced {
            return Ok(());
        }
        let to = FeatureGroup { features: self.features.clone(), storage: self.storage, ..recorded.clone() };
        check_possible(recorded, &to)
    }

    async fn find(context: &Context, inputs: &FeatureGroup<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.feature_group_arn(), "FeatureGroupArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &FeatureGroup<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        let create = context
            .aws
            .sagemaker()
            .create_feature_group()
            .feature_group_name(&name)
            .set_description(inputs.description.clone())
            .record_identifier_feature_name(&inputs.record_identifier)
            .event_time_feature_name(&inputs.event_time)
            .set_feature_definitions(Some(inputs.features.iter().map(feature_to_sdk).collect()))
            .set_online_store_config(online_to_sdk(inputs))
            .set_offline_store_config(inputs.offline_store.as_ref().map(offline_to_sdk))
            .set_role_arn(inputs.role.as_ref().map(ToString::to_string))
            .throughput_config(throughput_config(inputs))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match create.send().await.named("sagemaker:CreateFeatureGroup") {
            Ok(_) => Ok(name),
            // A bucket that was just created is not known everywhere yet: hashicorp/terraform-provider-aws retries this too
            // (`internal/service/sagemaker/feature_group.go`).
            Err(error) if error.message.contains("Invalid S3Uri provided") => Err(error.as_kind(ErrorKind::NotYet)),
            Err(error) => Err(role_may_be_new(error)),
        }
    }

    async fn read(context: &Context, id: &str, last: &FeatureGroup<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.feature_group_arn(), "FeatureGroupArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let outputs =
            FeatureGroupOutputs::<Resolved> { name: FeatureGroupName(id.to_owned()), arn: Arn(arn.to_owned()) };
        let inputs = read_inputs(&found, id, last, own_tags(tags));
        Ok(Some(Reading { readiness: readiness(&found), data: data(&found), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &FeatureGroup<Resolved>,
        to: &FeatureGroup<Resolved>,
    ) -> Result<(), Error> {
        let found = required(describe(context, id).await?, "the group")?;
        if from.tags != to.tags {
            let arn = required(found.feature_group_arn(), "FeatureGroupArn")?;
            update_tags(context, arn, &from.tags, &to.tags).await?;
        }
        if (FeatureGroup { tags: Tags::new(), ..from.clone() }) == (FeatureGroup { tags: Tags::new(), ..to.clone() }) {
            return Ok(());
        }
        if let Readiness::Pending(status) = readiness(&found) {
            return Err(at_work(id, &status));
        }
        // An earlier attempt may have made the first changes.
        let live = read_inputs(&found, id, to, to.tags.clone());
        match step(context, id, &live, to).await? {
            true => Err(at_work(id, "one change at a time")),
            false => Ok(()),
        }
    }

    async fn undone(context: &Context, id: &str) -> Result<Option<String>, Error> {
        let found = describe(context, id).await?;
        let status = found.as_ref().and_then(DescribeFeatureGroupOutput::last_update_status);
        let failed = status.filter(|status| status.status() == Some(&LastUpdateStatusValue::Failed));
        Ok(failed.map(|status| status.failure_reason().unwrap_or("AWS names no reason").to_owned()))
    }

    async fn delete(context: &Context, id: &str, _last: &FeatureGroup<Resolved>) -> Result<(), Error> {
        let data = async { Ok(describe(context, id).await?.as_ref().and_then(data)) };
        guard_data(context, &format!("the feature group {id}"), data).await?;
        let delete = context.aws.sagemaker().delete_feature_group().feature_group_name(id);
        delete.send().await.named("sagemaker:DeleteFeatureGroup").optional().map(drop)
    }
}

/// Returns the error for a change that has to wait for AWS.
fn at_work(id: &str, status: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("AWS is at work on the feature group {id} ({status})"))
}

/// Describes a group, with all of its features.
async fn describe(context: &Context, name: &str) -> Result<Option<DescribeFeatureGroupOutput>, Error> {
    let describe = || context.aws.sagemaker().describe_feature_group().feature_group_name(name);
    let first = describe().send().await.named("sagemaker:DescribeFeatureGroup").optional()?;
    let Some(mut found) = first else { return Ok(None) };
    while let Some(token) = found.next_token.take().filter(|token| !token.is_empty()) {
        let next = describe().next_token(token).send().await.named("sagemaker:DescribeFeatureGroup").optional()?;
        let Some(mut next) = next else { return Ok(None) };
        found.feature_definitions.get_or_insert_default().extend(next.feature_definitions.take().unwrap_or_default());
        found.next_token = next.next_token;
    }
    Ok(Some(found))
}

fn online(found: &DescribeFeatureGroupOutput) -> Option<&OnlineStoreConfig> {
    found.online_store_config().filter(|config| config.enable_online_store() == Some(true))
}

/// Returns the data that goes with a group, in words. AWS counts the bytes of an online store late, so that one counts as full.
fn data(found: &DescribeFeatureGroupOutput) -> Option<String> {
    online(found).map(|_| match found.online_store_total_size_bytes() {
        Some(bytes) if bytes > 0 => format!("the records of its online store, {bytes} bytes"),
        _ => "the records of its online store".to_owned(),
    })
}

fn readiness(found: &DescribeFeatureGroupOutput) -> Readiness {
    let status = found.feature_group_status();
    let text = status.map_or("unknown", FeatureGroupStatus::as_str).to_owned();
    let update = found.last_update_status().and_then(|status| status.status());
    match status {
        Some(FeatureGroupStatus::Created) if update == Some(&LastUpdateStatusValue::InProgress) => {
            Readiness::Pending("Updating".to_owned())
        }
        Some(FeatureGroupStatus::Created) => Readiness::Ready,
        Some(FeatureGroupStatus::Deleting) => Readiness::Deleting(text),
        Some(FeatureGroupStatus::CreateFailed | FeatureGroupStatus::DeleteFailed) => {
            Readiness::failed(text, found.failure_reason())
        }
        _ => Readiness::Pending(text),
    }
}

fn read_inputs(
    found: &DescribeFeatureGroupOutput,
    id: &str,
    last: &FeatureGroup<Resolved>,
    tags: Tags,
) -> FeatureGroup<Resolved> {
    let online = online(found);
    FeatureGroup {
        name: last.name.as_ref().map(|_| id.to_owned()),
        description: found.description().filter(|text| !text.is_empty()).map(str::to_owned),
        record_identifier: found.record_identifier_feature_name().unwrap_or_default().to_owned(),
        event_time: found.event_time_feature_name().unwrap_or_default().to_owned(),
        features: ordered_like(&last.features, found.feature_definitions().iter().map(read_feature).collect()),
        online_store: online.map(|config| read_online(config, last.online_store.as_ref())),
        storage: online.map_or(OnlineStorage::Standard, read_storage),
        lifetime: online.and_then(read_lifetime),
        offline_store: found.offline_store_config().map(|config| read_offline(config, last.offline_store.as_ref())),
        role: found.role_arn().map(RoleArn::from),
        throughput: read_throughput(found),
        keep_capacity_while_paused: last.keep_capacity_while_paused,
        tags,
    }
}
