//! The attributes of subscriptions.

use serde_json::{Map, Value, json};

use super::attributes;
use super::input::{Outcome, fields, invalid, need, need_arn, not_found, nothing};
use super::records::SUBSCRIPTIONS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The longest filter policy, in bytes.
const POLICY_SIZE: usize = 256 * 1024;

/// Refuses an attribute that is unknown, has a wrong value, or does not go with the protocol.
pub(super) fn check(protocol: &str, name: &str, value: &str) -> Result<(), Fault> {
    match name {
        "RawMessageDelivery" => {
            attributes::one_of(name, value, &["true", "false"])?;
            if value == "true" && !matches!(protocol, "sqs" | "http" | "https" | "firehose") {
                return Err(invalid(format!(
                    "Attributes Reason: RawMessageDelivery: not supported for protocol {protocol}"
                )));
            }
            Ok(())
        }
        _ if value.is_empty() => Ok(()),
        "FilterPolicy" if value.len() > POLICY_SIZE => Err(invalid("FilterPolicy: too long")),
        "FilterPolicy" | "DeliveryPolicy" | "RedrivePolicy" | "ReplayPolicy" => attributes::document(name, value),
        "FilterPolicyScope" => attributes::one_of(name, value, &["MessageAttributes", "MessageBody"]),
        "SubscriptionRoleArn" if value.starts_with("arn:") => Ok(()),
        "SubscriptionRoleArn" => Err(invalid(name)),
        _ => Err(invalid("AttributeName")),
    }
}

/// SetSubscriptionAttributes: one attribute.
pub(super) fn set(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let arn = need_arn(input, "SubscriptionArn")?;
    let subscription = context.own.get_mut(SUBSCRIPTIONS, arn).ok_or_else(|| not_found("Subscription"))?;
    let name = need(input, "AttributeName")?;
    let value = input.get("AttributeValue").unwrap_or_default();
    check(subscription["Protocol"].as_str().unwrap_or_default(), name, value)?;
    attributes::store(&mut subscription["Attributes"], name, value);
    nothing()
}

/// GetSubscriptionAttributes: the attributes that were set, and the defaults of SNS.
pub(super) fn get(input: &Parameters, context: &mut CallContext<'_>) -> Result<Map<String, Value>, Fault> {
    let arn = need_arn(input, "SubscriptionArn")?;
    let subscription = context.own.get(SUBSCRIPTIONS, arn).ok_or_else(|| not_found("Subscription"))?;
    let flag = |field: &str| json!((subscription[field] == true).to_string());
    let mut all = fields([
        ("SubscriptionArn", json!(arn)),
        ("TopicArn", subscription["TopicArn"].clone()),
        ("Protocol", subscription["Protocol"].clone()),
        ("Endpoint", subscription["Endpoint"].clone()),
        ("Owner", json!(context.account)),
        ("SubscriptionPrincipal", json!(format!("arn:{}:iam::{}:root", context.partition(), context.account))),
        ("PendingConfirmation", flag("Pending")),
        ("ConfirmationWasAuthenticated", flag("Authenticated")),
        ("RawMessageDelivery", json!("false")),
    ]);
    let set = &subscription["Attributes"];
    if !set["FilterPolicy"].is_null() {
        all.insert("FilterPolicyScope".to_owned(), json!("MessageAttributes"));
    }
    if let Some(policy) = set["DeliveryPolicy"].as_str() {
        all.insert("EffectiveDeliveryPolicy".to_owned(), json!(policy));
    }
    all.extend(set.as_object().cloned().unwrap_or_default());
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_go_with_their_protocols() {
        check("sqs", "RawMessageDelivery", "true").unwrap();
        check("email", "RawMessageDelivery", "false").unwrap();
        check("email", "FilterPolicy", r#"{"kind": ["alarm"]}"#).unwrap();
        for (protocol, name, value) in [
            ("email", "RawMessageDelivery", "true"),
            ("sqs", "RawMessageDelivery", "perhaps"),
            ("sqs", "FilterPolicy", "{"),
            ("sqs", "FilterPolicyScope", "Everything"),
            ("sqs", "Colour", "red"),
        ] {
            check(protocol, name, value).expect_err(name);
        }
    }
}
