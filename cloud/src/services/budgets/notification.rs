//! The notifications of budgets.

use serde_json::{Value, json};

use super::budget::NOTIFICATIONS;
use super::input::{Outcome, duplicate, limit, members, need, need_structure, not_found, numbered, paged};
use super::notification_checks;
use super::records::{BUDGETS, existing};
use crate::documents::CallContext;
use crate::service::Fault;

/// CreateNotification: with its subscribers.
pub(super) fn create(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let all = of_budget(input, context)?;
    let new = notification_checks::notification(need_structure(input, "Notification")?)?;
    let subscribers = members(input, "Subscribers");
    notification_checks::subscribers(subscribers)?;
    if position(all, &new).is_some() {
        return Err(duplicate("The notification already exists."));
    }
    if all.len() >= NOTIFICATIONS {
        return Err(limit(format!("A budget may have at most {NOTIFICATIONS} notifications")));
    }
    all.push(json!({ "Notification": new, "Subscribers": subscribers }));
    Ok(json!({}))
}

/// UpdateNotification: keeps the subscribers.
pub(super) fn update(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let all = of_budget(input, context)?;
    let old = notification_checks::notification(need_structure(input, "OldNotification")?)?;
    let new = notification_checks::notification(need_structure(input, "NewNotification")?)?;
    let at = position(all, &old).ok_or_else(missing)?;
    if position(all, &new).is_some_and(|other| other != at) {
        return Err(duplicate("The notification already exists."));
    }
    all[at]["Notification"] = new;
    Ok(json!({}))
}

/// DeleteNotification: with its subscribers.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let all = of_budget(input, context)?;
    let old = notification_checks::notification(need_structure(input, "Notification")?)?;
    let at = position(all, &old).ok_or_else(missing)?;
    all.remove(at);
    Ok(json!({}))
}

/// DescribeNotificationsForBudget.
pub(super) fn describe_for_budget(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let all = of_budget(input, context)?;
    let page = paged(input, numbered(all.iter().map(shown)), 100, 100)?;
    Ok(json!({ "Notifications": page.items, "NextToken": page.next }))
}

/// DescribeBudgetNotificationsForAccount: 50 budgets a page, if nothing else is asked.
pub(super) fn describe_for_account(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let budgets = context.own.all(BUDGETS).map(|(name, record)| {
        let notifications: Vec<Value> = members(record, "Notifications").iter().map(shown).collect();
        (name.to_owned(), json!({ "BudgetName": name, "Notifications": notifications }))
    });
    let page = paged(input, budgets, 50, 1000)?;
    Ok(json!({ "BudgetNotificationsForAccount": page.items, "NextToken": page.next }))
}

/// Returns the entries of the budget that the input names.
pub(super) fn of_budget<'a>(input: &Value, context: &'a mut CallContext<'_>) -> Result<&'a mut Vec<Value>, Fault> {
    let record = existing(need(input, "BudgetName")?, context)?;
    record["Notifications"].as_array_mut().ok_or_else(missing)
}

/// Returns the entry of the notification that the input names.
pub(super) fn named<'a>(input: &Value, context: &'a mut CallContext<'_>) -> Result<&'a mut Value, Fault> {
    let wanted = notification_checks::notification(need_structure(input, "Notification")?)?;
    let all = of_budget(input, context)?;
    let at = position(all, &wanted).ok_or_else(missing)?;
    all.get_mut(at).ok_or_else(missing)
}

fn position(all: &[Value], notification: &Value) -> Option<usize> {
    all.iter().position(|entry| entry["Notification"] == *notification)
}

/// Returns a notification as a describe returns it. With no spend, none is ever in ALARM.
fn shown(entry: &Value) -> Value {
    let mut notification = entry["Notification"].clone();
    notification["NotificationState"] = json!("OK");
    notification
}

fn missing() -> Fault {
    not_found("Unable to find the notification - the notification doesn't exist.")
}
