//! `logs_group`: a log group.

use aws_sdk_cloudwatchlogs::types::{LogGroup as SdkGroup, LogGroupClass as SdkClass};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::{Arn, LogGroupName};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags, tag_changes,
};

/// The retentions that AWS offers, in days.
const RETENTIONS: &[u32] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// What a log group can do, and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogGroupClass {
    /// Everything.
    #[default]
    Standard,
    /// Half the price of ingestion; no metric filters and no subscriptions.
    InfrequentAccess,
    /// Only delivers to other services.
    Delivery,
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LogGroup<P: Phase = Declared> {
    /// The name, up to 512 characters, such as `/aws/sagemaker/Endpoints/llm`; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// How many days events stay; `None` is for ever.
    #[serde(default)]
    pub retention_days: Option<u32>,
    /// The KMS key that encrypts it; `None` is CloudWatch's own.
    #[serde(default)]
    pub kms_key: Option<P::Of<Arn>>,
    /// What it can do.
    #[serde(default)]
    pub class: LogGroupClass,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl LogGroup {
    /// A log group of a name, whose events stay for some days (one of AWS's choices, e.g. 30).
    pub fn new(name: &str, retention_days: u32) -> Self {
        Self {
            name: Some(name.to_owned()),
            retention_days: Some(retention_days),
            kms_key: None,
            class: LogGroupClass::Standard,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> LogGroup<P> {
    fn name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(512))
    }
}

/// The outputs of a log group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LogGroupOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<LogGroupName>,
    /// The ARN, without `:*` at its end.
    pub arn: P::Of<Arn>,
}

impl Resource for LogGroup {
    const KIND: &'static str = "logs_group";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(LogGroup: name, class);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    type Resolved = LogGroup<Resolved>;
    type Outputs<P: Phase> = LogGroupOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = self.name.as_ref().filter(|name| !is_name(name)) {
            let message = format!(
                "`{name}` is no name of a log group: 1 to 512 letters, digits, and any of _-/.#, not `aws/` at its start"
            );
            problems.refuse("name", message);
        }
        if let Some(days) = self.retention_days.filter(|days| !RETENTIONS.contains(days)) {
            let near = RETENTIONS.iter().find(|offered| **offered > days).unwrap_or(&3653);
            let message = format!("AWS offers no retention of {days} days; the next is {near}, all are {RETENTIONS:?}");
            problems.refuse("retention_days", message);
        }
        if self.class == LogGroupClass::Delivery && self.retention_days.is_some() {
            problems.refuse("retention_days", "a group that only delivers takes none");
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name(identity);
        let scope = &identity.scope;
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !scope.account.is_empty() {
            let arn = format!("arn:{}:logs:{}:{}:log-group:{name}", scope.partition(), scope.region, scope.account);
            known.insert("arn".to_owned(), json!(arn));
        }
        known
    }
}

impl Provider for LogGroup {
    async fn find(context: &Context, inputs: &LogGroup<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.name(&context.identity);
        let Some(group) = describe(context, &name).await? else { return Ok(None) };
        let tags = tags(context, &arn_of(context, &name, &group)).await?;
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name))
    }

    async fn create(context: &Context, inputs: &LogGroup<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let create = context
            .aws
            .cloudwatchlogs()
            .create_log_group()
            .log_group_name(&name)
            .log_group_class(sdk_class(inputs.class))
            .set_kms_key_id(inputs.kms_key.as_ref().map(ToString::to_string))
            .set_tags(Some(context.tags(&inputs.tags).into_iter().collect()));
        match create.send().await.named("logs:CreateLogGroup") {
            // An earlier attempt made it: what is left to do can be done again.
            Err(error) if error.kind == ErrorKind::AlreadyExists && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => {
                return Err(error.hint(format!(
                    "the log group {name} exists and is not this one (AWS services make some by themselves when they \
                     first write): delete it, or choose another name"
                )));
            }
            created => drop(created?),
        }
        set_retention(context, &name, None, inputs.retention_days).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &LogGroup<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(group) = describe(context, id).await? else { return Ok(None) };
        let arn = arn_of(context, id, &group);
        let (tags, holds) = tokio::try_join!(tags(context, &arn), holds(context, id))?;
        let Some(tags) = tags else { return Ok(None) };
        let inputs = LogGroup::<Resolved> {
            name: last.name.as_ref().map(|_| id.to_owned()),
            // A group that only delivers has a fixed retention of its own.
            retention_days: match last.class {
                LogGroupClass::Delivery => None,
                _ => group.retention_in_days().and_then(|days| days.try_into().ok()),
            },
            kms_key: group.kms_key_id().map(Arn::from),
            class: match group.log_group_class() {
                Some(SdkClass::InfrequentAccess) => LogGroupClass::InfrequentAccess,
                Some(SdkClass::Delivery) => LogGroupClass::Delivery,
                _ => LogGroupClass::Standard,
            },
            tags: own_tags(tags),
        };
        let outputs = LogGroupOutputs::<Resolved> { name: LogGroupName(id.to_owned()), arn: Arn(arn) };
        Ok(Some(Reading { data: holds, ..Reading::ready(inputs, outputs) }))
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
        let (set, removed) = tag_changes(&from.tags, &to.tags);
        if set.is_empty() && removed.is_empty() {
            return Ok(());
        }
        let arn = context.scope().arn("logs", &format!("log-group:{id}"));
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

    async fn delete(context: &Context, id: &str, _last: &LogGroup<Resolved>) -> Result<(), Error> {
        if !context.include_data
            && let Some(held) = holds(context, id).await?
        {
            return Err(Error::new(ErrorKind::HoldsData, format!("the log group {id} holds {held}"))
                .hint("name it with --include-data to delete that as well"));
        }
        let delete = context.aws.cloudwatchlogs().delete_log_group().log_group_name(id);
        delete.send().await.named("logs:DeleteLogGroup").optional().map(drop)
    }
}

/// The group of exactly this name.
async fn describe(context: &Context, name: &str) -> Result<Option<SdkGroup>, Error> {
    // AWS searches by prefix only; the group itself sorts before the longer names, but no page is sure to have it.
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

fn arn_of(context: &Context, name: &str, group: &SdkGroup) -> String {
    match group.log_group_arn().or(group.arn()) {
        Some(arn) => arn.strip_suffix(":*").unwrap_or(arn).to_owned(),
        None => context.scope().arn("logs", &format!("log-group:{name}")),
    }
}

async fn tags(context: &Context, arn: &str) -> Result<Option<Tags>, Error> {
    let list = context.aws.cloudwatchlogs().list_tags_for_resource().resource_arn(arn);
    let listed = list.send().await.named("logs:ListTagsForResource").optional()?;
    Ok(listed.map(|listed| listed.tags.unwrap_or_default().into_iter().collect()))
}

/// How many streams a group data: holds, in words, as far as one page tells.
async fn holds(context: &Context, name: &str) -> Result<Option<String>, Error> {
    let describe = context.aws.cloudwatchlogs().describe_log_streams().log_group_name(name);
    let Some(page) = describe.send().await.named("logs:DescribeLogStreams").optional()? else { return Ok(None) };
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

fn sdk_class(class: LogGroupClass) -> SdkClass {
    match class {
        LogGroupClass::Standard => SdkClass::Standard,
        LogGroupClass::InfrequentAccess => SdkClass::InfrequentAccess,
        LogGroupClass::Delivery => SdkClass::Delivery,
    }
}

fn is_name(name: &str) -> bool {
    (1..=512).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.#".contains(c))
        && !name.starts_with("aws/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let cases = [
            (LogGroup::new("/aws/sagemaker/Endpoints/llm", 30), None),
            (LogGroup::new("a b", 30), Some("name")),
            (LogGroup::new("aws/x", 30), Some("name")),
            (LogGroup::new(&"x".repeat(513), 30), Some("name")),
            (LogGroup::new("x", 31), Some("retention_days")),
            (LogGroup { class: LogGroupClass::Delivery, ..LogGroup::new("x", 30) }, Some("retention_days")),
        ];
        for (group, field) in cases {
            let mut problems = Problems::new();
            group.validate(&mut problems);
            assert_eq!(problems.first().map(|(field, _)| field.as_str()), field, "{problems:?}");
        }
    }
}
