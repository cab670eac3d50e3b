//! Listing subscriptions, 100 a page.

use serde_json::{Value, json};

use super::subscription::SUBSCRIPTIONS;
use super::{Outcome, fields, invalid, topic};
use crate::documents::World;
use crate::services::paging::page;
use crate::wire::query::Parameters;

/// ListSubscriptions.
pub(super) fn list(input: &Parameters, world: &mut World<'_>) -> Outcome {
    listed(input, world, |_| true)
}

/// ListSubscriptionsByTopic.
pub(super) fn list_by_topic(input: &Parameters, world: &mut World<'_>) -> Outcome {
    let topic = topic::existing(input, world)?;
    listed(input, world, |subscription| subscription["TopicArn"] == topic)
}

fn listed(input: &Parameters, world: &World<'_>, wanted: impl Fn(&Value) -> bool) -> Outcome {
    let found =
        world.own.all(SUBSCRIPTIONS).filter(|(_, subscription)| wanted(subscription)).map(|(arn, subscription)| {
            // A list does not tell the ARN of what is not confirmed.
            let shown = if subscription["Pending"] == true { "PendingConfirmation" } else { arn };
            let entry = json!({
                "SubscriptionArn": shown,
                "Owner": world.account,
                "Protocol": subscription["Protocol"],
                "Endpoint": subscription["Endpoint"],
                "TopicArn": subscription["TopicArn"],
            });
            (arn.to_owned(), entry)
        });
    let page = page(found, input.get("NextToken"), 100).ok_or_else(|| invalid("NextToken"))?;
    Ok(fields([("Subscriptions", json!(page.items)), ("NextToken", json!(page.next))]))
}
