//! The subscribers of notifications.

use serde_json::{Value, json};

use super::input::{Outcome, duplicate, members, need_structure, not_found, numbered, paged};
use super::notification::{named, of_budget};
use super::notification_checks;
use crate::documents::CallContext;
use crate::service::Fault;

/// CreateSubscriber.
pub(super) fn create(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let new = need_structure(input, "Subscriber")?;
    let entry = named(input, context)?;
    let mut all = members(entry, "Subscribers").to_vec();
    if all.contains(new) {
        return Err(duplicate("The subscriber already exists."));
    }
    all.push(new.clone());
    notification_checks::subscribers(&all)?;
    entry["Subscribers"] = json!(all);
    Ok(json!({}))
}

/// UpdateSubscriber.
pub(super) fn update(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let (old, new) = (need_structure(input, "OldSubscriber")?, need_structure(input, "NewSubscriber")?);
    let entry = named(input, context)?;
    let mut all = members(entry, "Subscribers").to_vec();
    let at = all.iter().position(|subscriber| subscriber == old).ok_or_else(missing)?;
    all[at] = new.clone();
    notification_checks::subscribers(&all)?;
    entry["Subscribers"] = json!(all);
    Ok(json!({}))
}

/// DeleteSubscriber: a notification goes with its last subscriber.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let old = need_structure(input, "Subscriber")?;
    let entry = named(input, context)?;
    let mut all = members(entry, "Subscribers").to_vec();
    let at = all.iter().position(|subscriber| subscriber == old).ok_or_else(missing)?;
    all.remove(at);
    entry["Subscribers"] = json!(all);
    of_budget(input, context)?.retain(|entry| !members(entry, "Subscribers").is_empty());
    Ok(json!({}))
}

/// DescribeSubscribersForNotification.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let entry = named(input, context)?;
    let page = paged(input, numbered(members(entry, "Subscribers")), 100, 100)?;
    Ok(json!({ "Subscribers": page.items, "NextToken": page.next }))
}

fn missing() -> Fault {
    not_found("Unable to find the subscriber - the subscriber doesn't exist.")
}
