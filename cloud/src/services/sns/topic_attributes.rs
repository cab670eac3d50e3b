//! The attributes of topics.

use serde_json::{Map, Value, json};

use super::attributes;
use super::input::{self, Outcome, invalid, need, nothing};
use super::records::{SUBSCRIPTIONS, TOPICS, existing};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::principals;
use crate::wire::query::Parameters;

/// The protocols whose delivery can be logged, each with attributes for role and rate.
const LOGGED: [&str; 5] = ["HTTP", "Firehose", "Lambda", "Application", "SQS"];

/// Refuses an attribute that is unknown or has a wrong value. Some can be given at creation only.
pub(super) fn check(name: &str, value: &str, creation: bool) -> Result<(), Fault> {
    match name {
        _ if value.is_empty() => Ok(()),
        "Policy" | "DeliveryPolicy" | "ArchivePolicy" => attributes::document(name, value),
        "DisplayName" if value.chars().count() > 100 => Err(invalid("DisplayName Reason: longer than 100 characters")),
        "DisplayName" | "KmsMasterKeyId" => Ok(()),
        "SignatureVersion" => attributes::one_of(name, value, &["1", "2"]),
        "TracingConfig" => attributes::one_of(name, value, &["PassThrough", "Active"]),
        "ContentBasedDeduplication" => attributes::one_of(name, value, &["true", "false"]),
        "FifoThroughputScope" => attributes::one_of(name, value, &["Topic", "MessageGroup"]),
        "FifoTopic" if creation => attributes::one_of(name, value, &["true", "false"]),
        _ => feedback(name, value),
    }
}

/// Refuses a policy that names a role that SNS does not know, or not yet (terraform-provider-aws, issue 26041).
pub(super) fn check_principals(policy: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    match principals::unknown(policy, context) {
        Some(_) => Err(invalid("Policy Error: PrincipalNotFound")),
        None => Ok(()),
    }
}

fn feedback(name: &str, value: &str) -> Result<(), Fault> {
    let unknown = || invalid("AttributeName");
    let protocol = LOGGED.iter().find_map(|protocol| name.strip_prefix(protocol)).ok_or_else(unknown)?;
    match protocol {
        "SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn" if value.starts_with("arn:") => Ok(()),
        "SuccessFeedbackSampleRate" if value.parse::<u32>().is_ok_and(|rate| rate <= 100) => Ok(()),
        "SuccessFeedbackRoleArn" | "FailureFeedbackRoleArn" | "SuccessFeedbackSampleRate" => Err(invalid(name)),
        _ => Err(unknown()),
    }
}

/// SetTopicAttributes: one attribute.
pub(super) fn set(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let arn = existing(input, context)?;
    let name = need(input, "AttributeName")?;
    let value = input.get("AttributeValue").unwrap_or_default();
    check(name, value, false)?;
    if name == "Policy" {
        check_principals(value, context)?;
    }
    if let Some(topic) = context.own.get_mut(TOPICS, arn) {
        attributes::store(&mut topic["Attributes"], name, value);
    }
    nothing()
}

/// GetTopicAttributes: the attributes that were set, and the defaults of SNS.
pub(super) fn get(input: &Parameters, context: &mut CallContext<'_>) -> Result<Map<String, Value>, Fault> {
    let arn = existing(input, context)?;
    let set = context.own.get(TOPICS, arn).map(|topic| topic["Attributes"].clone()).unwrap_or_default();
    let count = |pending: bool| {
        let of_topic = |subscription: &Value| subscription["TopicArn"] == arn && subscription["Pending"] == pending;
        context.own.all(SUBSCRIPTIONS).filter(|(_, subscription)| of_topic(subscription)).count().to_string()
    };
    let delivery = set["DeliveryPolicy"].as_str().unwrap_or(DELIVERY);
    let mut all = input::fields([
        ("TopicArn", json!(arn)),
        ("Owner", json!(context.account)),
        ("DisplayName", json!("")),
        ("Policy", json!(policy(arn, context.account))),
        ("EffectiveDeliveryPolicy", json!(delivery)),
        ("SubscriptionsConfirmed", json!(count(false))),
        ("SubscriptionsPending", json!(count(true))),
        ("SubscriptionsDeleted", json!("0")),
    ]);
    if let Value::Object(set) = set {
        all.extend(set);
    }
    Ok(all)
}

/// How SNS delivers where nothing else is set.
const DELIVERY: &str = r#"{"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}"#;

/// Returns the policy of a topic for which none was set: everyone in the account may use it.
fn policy(arn: &str, account: &str) -> String {
    json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": [
                "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
                "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
            ],
            "Resource": arn,
            "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }],
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_known_by_name_and_value() {
        for (name, value) in [
            ("DisplayName", "Alarms"),
            ("Policy", "{}"),
            ("SignatureVersion", "2"),
            ("SQSSuccessFeedbackSampleRate", "100"),
            ("LambdaFailureFeedbackRoleArn", "arn:aws:iam::1:role/r"),
            ("KmsMasterKeyId", ""),
        ] {
            check(name, value, false).unwrap();
        }
        for (name, value) in [
            ("Colour", "red"),
            ("Policy", "["),
            ("SignatureVersion", "3"),
            ("FifoTopic", "true"),
            ("SQSSuccessFeedbackSampleRate", "101"),
            ("SMSSuccessFeedbackSampleRate", "1"),
        ] {
            check(name, value, false).expect_err(name);
        }
    }
}
