//! Subscriptions: subscribe, confirm, unsubscribe.

use serde_json::{Value, json};

use super::input::{Outcome, fields, invalid, need, need_arn, nothing};
use super::records::{self, SUBSCRIPTIONS};
use super::{attributes, endpoint, subscription_attributes};
use crate::documents::CallContext;
use crate::wire::query::Parameters;

/// Subscribe: returns the subscription of that topic, protocol and endpoint if there is one.
pub(super) fn subscribe(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let protocol = need(input, "Protocol")?;
    let address = need(input, "Endpoint")?;
    let topic = records::existing(input, context)?;
    endpoint::check(protocol, address)?;
    let given = attributes::given(input);
    for (name, value) in &given {
        subscription_attributes::check(protocol, name, value.as_str().unwrap_or_default())?;
    }
    if protocol == "firehose" && !given.contains_key("SubscriptionRoleArn") {
        return Err(invalid("SubscriptionRoleArn Reason: a firehose subscription needs one"));
    }
    let return_arn = input.get("ReturnSubscriptionArn") == Some("true");
    let same = |subscription: &Value| {
        subscription["TopicArn"] == topic && subscription["Protocol"] == protocol && subscription["Endpoint"] == address
    };
    let existing = context.own.all(SUBSCRIPTIONS).find(|(_, subscription)| same(subscription));
    if let Some((arn, subscription)) = existing {
        if !attributes::agree(&given, &subscription["Attributes"]) {
            return Err(invalid("Attributes Reason: Subscription already exists with different attributes"));
        }
        return Ok(respond(arn, subscription["Pending"] == true, return_arn));
    }
    let token = uuid::Uuid::new_v4();
    let arn = format!("{topic}:{token}");
    let pending = endpoint::must_confirm(protocol);
    let subscription = json!({
        "TopicArn": topic, "Protocol": protocol, "Endpoint": address, "Pending": pending, "Authenticated": !pending,
        "Attributes": given,
    });
    context.own.put(SUBSCRIPTIONS, &arn, subscription);
    Ok(respond(&arn, pending, return_arn))
}

fn respond(arn: &str, pending: bool, return_arn: bool) -> serde_json::Map<String, Value> {
    let shown = if pending && !return_arn { "pending confirmation" } else { arn };
    fields([("SubscriptionArn", json!(shown))])
}

/// ConfirmSubscription: by the token, which is the last part of the subscription's ARN.
pub(super) fn confirm(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let topic = records::existing(input, context)?;
    let arn = format!("{topic}:{}", need(input, "Token")?);
    let authenticated = input.get("AuthenticateOnUnsubscribe") == Some("true");
    let subscription = context.own.get_mut(SUBSCRIPTIONS, &arn).ok_or_else(|| invalid("Token"))?;
    if subscription["Pending"] == true {
        subscription["Pending"] = json!(false);
        subscription["Authenticated"] = json!(authenticated);
    }
    Ok(fields([("SubscriptionArn", json!(arn))]))
}

/// Unsubscribe: no matter whether the subscription is there; one that is pending cannot be ended, only left to expire.
pub(super) fn unsubscribe(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let arn = need_arn(input, "SubscriptionArn")?;
    if context.own.get(SUBSCRIPTIONS, arn).is_some_and(|subscription| subscription["Pending"] == true) {
        return Err(invalid("SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation"));
    }
    context.own.remove(SUBSCRIPTIONS, arn);
    nothing()
}
