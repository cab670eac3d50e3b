//! `sns_topic`: a topic.

use std::collections::HashMap;

use aws_sdk_sns::types::Tag;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::topic_policy;
use crate::aws::TopicArn;
use crate::aws::iam::{Policy, Purpose};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags, tag_changes,
};

/// A topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Topic<P: Phase = Declared> {
    /// The name, up to 256 letters, digits, hyphens and underscores; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// Who e-mails are from, up to 100 characters.
    #[serde(default)]
    pub display_name: String,
    /// The KMS key that encrypts messages at rest: its id, ARN or alias; `None` is no encryption by KMS.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Who may use it; `on_itself` names the topic. `None`: whoever the account's own policies allow.
    #[serde(default)]
    pub policy: Option<Policy<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Topic {
    /// A topic of the account's own.
    pub fn new() -> Self {
        Self { name: None, display_name: String::new(), kms_key: None, policy: None, tags: Tags::new() }
    }
}

impl Default for Topic {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> Topic<P> {
    fn name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(256))
    }

    fn arn(&self, identity: &Identity) -> String {
        let scope = &identity.scope;
        format!("arn:{}:sns:{}:{}:{}", scope.partition(), scope.region, scope.account, self.name(identity))
    }
}

/// The outputs of a topic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TopicOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<TopicArn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Topic {
    const KIND: &'static str = "sns_topic";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Topic: name);
    type Resolved = Topic<Resolved>;
    type Outputs<P: Phase> = TopicOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut add = |field: &str, message: String| problems.refuse(field, message);
        let is_name = |name: &str| {
            (1..=256).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if let Some(name) = self.name.as_ref().filter(|name| !is_name(name)) {
            let message = format!(
                "`{name}` is no name of a topic: 1 to 256 letters, digits, `-` and `_` (no first-in-first-out)"
            );
            add("name", message);
        }
        if self.display_name.chars().count() > 100 {
            add("display_name", "is longer than 100 characters".to_owned());
        }
        for problem in self.policy.iter().flat_map(|policy| policy.problems(Purpose::Resource)) {
            add("policy", problem);
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let mut known = Map::from_iter([("name".to_owned(), json!(self.name(identity)))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(self.arn(identity)));
        }
        known
    }
}

impl Provider for Topic {
    async fn find(context: &Context, inputs: &Topic<Resolved>) -> Result<Option<String>, Error> {
        let arn = inputs.arn(&context.identity);
        let tags = all_tags(context, &arn).await?;
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| arn))
    }

    async fn create(context: &Context, inputs: &Topic<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let arn = inputs.arn(&context.identity);
        let mut attributes = HashMap::new();
        if !inputs.display_name.is_empty() {
            attributes.insert("DisplayName".to_owned(), inputs.display_name.clone());
        }
        if let Some(key) = &inputs.kms_key {
            attributes.insert("KmsMasterKeyId".to_owned(), key.clone());
        }
        if let Some(policy) = &inputs.policy {
            attributes.insert("Policy".to_owned(), policy.to_json(Some(&arn)).to_string());
        }
        let create = context.aws.sns().create_topic().name(&name).set_attributes(Some(attributes));
        let create = create.set_tags(Some(sdk_tags(context.tags(&inputs.tags))?));
        let created = create.send().await.named("sns:CreateTopic").map_err(|error| {
            // SNS answers the topic that there is, unless that one differs, as one of somebody else's does in its tags.
            match error.is_code("InvalidParameter") && error.message.contains("already exists") {
                true => error.as_kind(ErrorKind::AlreadyExists).hint(format!(
                    "a topic named {name} exists that is not this one: choose another name, or none to have one derived"
                )),
                false => error,
            }
        })?;
        Ok(created.topic_arn.unwrap_or(arn))
    }

    async fn read(context: &Context, id: &str, last: &Topic<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let attributes = async {
            let get = context.aws.sns().get_topic_attributes().topic_arn(id);
            get.send().await.named("sns:GetTopicAttributes").optional()
        };
        let (attributes, tags) = tokio::try_join!(attributes, all_tags(context, id))?;
        let (Some(attributes), Some(tags)) = (attributes, tags) else { return Ok(None) };
        let attributes = attributes.attributes.unwrap_or_default();
        let text = |name: &str| attributes.get(name).filter(|text| !text.is_empty());
        let name = id.rsplit(':').next().unwrap_or_default().to_owned();
        let inputs = Topic::<Resolved> {
            name: last.name.as_ref().map(|_| name.clone()),
            display_name: text("DisplayName").cloned().unwrap_or_default(),
            kms_key: text("KmsMasterKeyId").cloned(),
            policy: topic_policy::read(text("Policy").map(String::as_str), last.policy.as_ref(), id)?,
            tags: own_tags(tags),
        };
        Ok(Some(Reading::ready(inputs, TopicOutputs { arn: TopicArn(id.to_owned()), name })))
    }

    async fn update(context: &Context, id: &str, from: &Topic<Resolved>, to: &Topic<Resolved>) -> Result<(), Error> {
        let sns = context.aws.sns();
        let mut attributes = Vec::new();
        if from.display_name != to.display_name {
            attributes.push(("DisplayName", to.display_name.clone()));
        }
        if from.kms_key != to.kms_key {
            attributes.push(("KmsMasterKeyId", to.kms_key.clone().unwrap_or_default()));
        }
        if from.policy != to.policy {
            let document = topic_policy::document(to.policy.as_ref(), id, &context.scope().account);
            attributes.push(("Policy", document.to_string()));
        }
        for (name, value) in attributes {
            let set = sns.set_topic_attributes().topic_arn(id).attribute_name(name).attribute_value(value);
            set.send().await.named("sns:SetTopicAttributes")?;
        }
        let (set, removed) = tag_changes(&from.tags, &to.tags);
        if !set.is_empty() {
            let tag = sns.tag_resource().resource_arn(id).set_tags(Some(sdk_tags(set)?));
            tag.send().await.named("sns:TagResource")?;
        }
        if !removed.is_empty() {
            let untag = sns.untag_resource().resource_arn(id).set_tag_keys(Some(removed));
            untag.send().await.named("sns:UntagResource")?;
        }
        Ok(())
    }

    async fn delete(context: &Context, id: &str, _last: &Topic<Resolved>) -> Result<(), Error> {
        context.aws.sns().delete_topic().topic_arn(id).send().await.named("sns:DeleteTopic").optional().map(drop)
    }
}

/// All tags of a topic, ownership tags included; `None` if there is no such topic.
pub(super) async fn all_tags(context: &Context, arn: &str) -> Result<Option<Tags>, Error> {
    let list = context.aws.sns().list_tags_for_resource().resource_arn(arn);
    let listed = list.send().await.named("sns:ListTagsForResource").optional()?;
    Ok(listed.map(|listed| listed.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()))
}

/// Tags in the SDK's form.
pub(super) fn sdk_tags(tags: Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    tags.into_iter().map(tag).collect::<Result<_, _>>().map_err(|error| Error::invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let cases = [
            ("name", Topic { name: Some("alarms.fifo".into()), ..Topic::new() }),
            ("display_name", Topic { display_name: "x".repeat(101), ..Topic::new() }),
            ("policy", Topic { policy: Some(Policy::new().allow(["sns:Publish"]).on_itself()), ..Topic::new() }),
        ];
        for (field, topic) in cases {
            let mut problems = Problems::new();
            topic.validate(&mut problems);
            assert!(problems.len() == 1 && problems[0].0 == field, "{field}: {problems:?}");
        }
    }
}
