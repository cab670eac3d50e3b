//! Listing subscriptions, 100 a page.

use serde_json::{Value, json};

use super::input::{Outcome, fields, invalid};
use super::records::{self, SUBSCRIPTIONS};
use crate::documents::CallContext;
use crate::services::paging::page;
use crate::wire::query::Parameters;

/// ListSubscriptions.
pub(super) fn list(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    listed(input, context, |_| true)
}

/// ListSubscriptionsByTopic.
pub(super) fn list_by_topic(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let topic = records::existing(input, context)?;
    listed(input, context, |subscription| subscription["TopicArn"] == topic)
}

fn listed(input: &Parameters, context: &CallContext<'_>, wanted: impl Fn(&Value) -> bool) -> Outcome {
    let found =
        context.own.all(SUBSCRIPTIONS).filter(|(_, subscription)| wanted(subscription)).map(|(arn, subscription)| {
            // A list does not show the ARN of an unconfirmed subscription.
            let shown = if subscription["Pending"] == true { "PendingConfirmation" } else { arn };
            let entry = json!({
                "SubscriptionArn": shown,
                "Owner": context.account,
                "Protocol": subscription["Protocol"],
                "Endpoint": subscription["Endpoint"],
                "TopicArn": subscription["TopicArn"],
            });
            (arn.to_owned(), entry)
        });
    let page = page(found, input.get("NextToken"), 100).ok_or_else(|| invalid("NextToken"))?;
    Ok(fields([("Subscriptions", json!(page.items)), ("NextToken", json!(page.next))]))
}
