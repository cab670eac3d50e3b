//! The provider of `logs_group`.

use aws_sdk_cloudwatchlogs::types::{LogGroup as SdkGroup, LogGroupClass as SdkClass};

use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::logs::{LogGroup, LogGroupClass, LogGroupOutputs};
use ebbtide::aws::{Arn, LogGroupName};
use ebbtide::resource::{Resolved, Tags, own_tags, tag_changes};

/// The code with which AWS says that a log group does not exist.
const MISSING: &[&str] = &["ResourceNotFoundException"];

impl Provider for LogGroup {
    const ASKS_FOR_DATA: bool = true;

    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:logs:{region}:{account}:log-group:{name}",
        reads: "logs:DescribeLogGroups logs:DescribeLogStreams logs:ListTagsForResource",
        creates: "logs:CreateLogGroup logs:PutRetentionPolicy logs:DeleteRetentionPolicy",
        updates: "logs:PutRetentionPolicy logs:DeleteRetentionPolicy logs:AssociateKmsKey logs:DisassociateKmsKey \
            logs:TagResource logs:UntagResource",
        deletes: "logs:DeleteLogGroup",
    });

    async fn find(context: &Context, inputs: &LogGroup<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.physical_name(&context.identity);
        let Some(group) = describe(context, &name).await? else { return Ok(None) };
        let tags = tags(context, &group_arn(context, &name, &group)).await?;
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name))
    }

    async fn create(context: &Context, inputs: &LogGroup<Resolved>) -> Result<String, Error> {
        let name = inputs.physical_name(&context.identity);
        let create = context
            .aws
            .cloudwatchlogs()
            .create_log_group()
            .log_group_name(&name)
            .log_group_class(class_to_sdk(inputs.class))
            .set_kms_key_id(inputs.kms_key.as_ref().map(ToString::to_string))
            .set_tags(Some(context.tags(&inputs.tags).into_iter().collect()));
        match create.send().await.named("logs:CreateLogGroup") {
            // An earlier attempt created it; the remaining call can be repeated.
            Err(error) if error.kind == ErrorKind::AlreadyExists && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => {
                return Err(error.hint(format!(
                    "the log group {name} exists and is not this one (AWS services create some by themselves when they \
                     first write): delete it, or choose another name"
                )));
            }
            created => drop(created?),
        }
        let set = set_retention(context, &name, None, inputs.retention_days).await;
        set.map_err(|error| error.not_yet_on(MISSING))?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &LogGroup<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(group) = describe(context, id).await? else { return Ok(None) };
        let arn = group_arn(context, id, &group);
        let Some(tags) = tags(context, &arn).await? else { return Ok(None) };
        let inputs = LogGroup::<Resolved> {
            name: last.name.as_ref().map(|_| id.to_owned()),
            // AWS reports a fixed retention for this class, which cannot be declared.
            retention_days: match last.class {
                LogGroupClass::Delivery => None,
                LogGroupClass::Standard | LogGroupClass::InfrequentAccess => {
                    group.retention_in_days().and_then(|days| days.try_into().ok())
                }
            },
            kms_key: group.kms_key_id().map(Arn::from),
            class: read_class(group.log_group_class()),
            tags: own_tags(tags),
        };
        let outputs = LogGroupOutputs::<Resolved> { name: LogGroupName(id.to_owned()), arn: Arn(arn) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn data(context: &Context, id: &str) -> Result<Option<String>, Error> {
        stream_count(context, id).await
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &LogGroup<Resolved>,
        to: &LogGroup<Resolved>,
    ) -> Result<(), Error> {
        let logs = context.aws.cloudwatchlogs();
        set_retention(context, id, from.retention_days, to.retention_days).await?;
        match &to.kms_key {
            key if *key == from.kms_key => {}
            Some(key) => {
                let associate = logs.associate_kms_key().log_group_name(id).kms_key_id(key.as_str());
                associate.send().await.named("logs:AssociateKmsKey")?;
            }
            None => {
                logs.disassociate_kms_key().log_group_name(id).send().await.named("logs:DisassociateKmsKey")?;
            }
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &LogGroup<Resolved>) -> Result<(), Error> {
        guard_data(context, &format!("the log group {id}"), Self::data(context, id)).await?;
        let delete = context.aws.cloudwatchlogs().delete_log_group().log_group_name(id);
        delete.send().await.named("logs:DeleteLogGroup").unless_missing(MISSING).map(drop)
    }
}

/// Returns the group with exactly this name.
async fn describe(context: &Context, name: &str) -> Result<Option<SdkGroup>, Error> {
    // AWS searches by prefix only, and does not promise that the group itself is on the first page.
    let describe = context.aws.cloudwatchlogs().describe_log_groups().log_group_name_prefix(name);
    let mut groups = describe.into_paginator().items().send();
    while let Some(group) = groups.next().await {
        let group = group.named("logs:DescribeLogGroups")?;
        if group.log_group_name() == Some(name) {
            return Ok(Some(group));
        }
    }
    Ok(None)
}

/// Returns the ARN of a group without `:*` at its end, the form that the tag calls take.
fn group_arn(context: &Context, name: &str, group: &SdkGroup) -> String {
    match group.log_group_arn().or(group.arn()) {
        Some(arn) => arn.strip_suffix(":*").unwrap_or(arn).to_owned(),
        None => arn_of_name(context, name),
    }
}

fn arn_of_name(context: &Context, name: &str) -> String {
    context.scope().arn("logs", &format!("log-group:{name}"))
}

async fn tags(context: &Context, arn: &str) -> Result<Option<Tags>, Error> {
    if let Some(tags) = context.listed_tags(arn).await {
        return Ok(Some(tags));
    }
    let list = context.aws.cloudwatchlogs().list_tags_for_resource().resource_arn(arn);
    let listed = list.send().await.named("logs:ListTagsForResource").unless_missing(MISSING)?;
    Ok(listed.map(|listed| listed.tags.unwrap_or_default().into_iter().collect()))
}

async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let logs = context.aws.cloudwatchlogs();
    let arn = arn_of_name(context, id);
    if !set.is_empty() {
        let tag = logs.tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
        tag.send().await.named("logs:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = logs.untag_resource().resource_arn(&arn).set_tag_keys(Some(removed));
        untag.send().await.named("logs:UntagResource")?;
    }
    Ok(())
}

/// Returns the number of a group's streams in words, counted on one page; `None` if there is no stream.
async fn stream_count(context: &Context, name: &str) -> Result<Option<String>, Error> {
    let describe = context.aws.cloudwatchlogs().describe_log_streams().log_group_name(name);
    let Some(page) = describe.send().await.named("logs:DescribeLogStreams").unless_missing(MISSING)? else {
        return Ok(None);
    };
    let more = if page.next_token().is_some() { " or more" } else { "" };
    Ok(match page.log_streams().len() {
        0 if more.is_empty() => None,
        1 if more.is_empty() => Some("1 log stream".to_owned()),
        count => Some(format!("{count}{more} log streams")),
    })
}

async fn set_retention(context: &Context, name: &str, from: Option<u32>, to: Option<u32>) -> Result<(), Error> {
    let logs = context.aws.cloudwatchlogs();
    match to.and_then(|days| i32::try_from(days).ok()) {
        _ if from == to => Ok(()),
        Some(days) => {
            let put = logs.put_retention_policy().log_group_name(name).retention_in_days(days);
            put.send().await.named("logs:PutRetentionPolicy").map(drop)
        }
        None => {
            let delete = logs.delete_retention_policy().log_group_name(name);
            delete.send().await.named("logs:DeleteRetentionPolicy").map(drop)
        }
    }
}

fn class_to_sdk(class: LogGroupClass) -> SdkClass {
    match class {
        LogGroupClass::Standard => SdkClass::Standard,
        LogGroupClass::InfrequentAccess => SdkClass::InfrequentAccess,
        LogGroupClass::Delivery => SdkClass::Delivery,
    }
}

fn read_class(class: Option<&SdkClass>) -> LogGroupClass {
    match class {
        Some(SdkClass::InfrequentAccess) => LogGroupClass::InfrequentAccess,
        Some(SdkClass::Delivery) => LogGroupClass::Delivery,
        _ => LogGroupClass::Standard,
    }
}
