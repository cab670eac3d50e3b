//! `sns_topic` in AWS.

use std::collections::HashMap;

use super::tags::{MISSING, all_tags, sdk_tags, update_tags};
use super::topic_policy;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::TopicArn;
use ebbtide::aws::sns::{Topic, TopicOutputs};
use ebbtide::resource::{Resolved, own_tags};

impl Provider for Topic {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sns:{region}:{account}:{name}",
        reads: "sns:GetTopicAttributes sns:ListTagsForResource",
        creates: "sns:CreateTopic",
        updates: "sns:SetTopicAttributes sns:TagResource sns:UntagResource",
        deletes: "sns:DeleteTopic",
    });

    async fn find(context: &Context, inputs: &Topic<Resolved>) -> Result<Option<String>, Error> {
        let arn = inputs.aws_arn(&context.identity);
        let tags = all_tags(context, &arn).await?;
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| arn))
    }

    async fn create(context: &Context, inputs: &Topic<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        let arn = inputs.aws_arn(&context.identity);
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
        let created = create.send().await.named("sns:CreateTopic").map_err(|error| refused_creation(error, &name))?;
        Ok(created.topic_arn.unwrap_or(arn))
    }

    async fn read(context: &Context, id: &str, last: &Topic<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let attributes = async {
            let get = context.aws.sns().get_topic_attributes().topic_arn(id);
            get.send().await.named("sns:GetTopicAttributes").unless_missing(MISSING)
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
            let set = context.aws.sns().set_topic_attributes().topic_arn(id);
            let set = set.attribute_name(name).attribute_value(value);
            set.send().await.named("sns:SetTopicAttributes")?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Topic<Resolved>) -> Result<(), Error> {
        context
            .aws
            .sns()
            .delete_topic()
            .topic_arn(id)
            .send()
            .await
            .named("sns:DeleteTopic")
            .unless_missing(MISSING)
            .map(drop)
    }
}

/// Recognizes a name that another topic has. CreateTopic returns an existing topic, and fails if that one differs: a topic of
/// another owner differs in its tags.
fn refused_creation(error: Error, name: &str) -> Error {
    if error.is_code("InvalidParameter") && error.message.contains("already exists") {
        let hint = format!("another topic is named {name}: choose another name, or give none to have one derived");
        error.as_kind(ErrorKind::AlreadyExists).hint(hint)
    } else {
        error
    }
}
