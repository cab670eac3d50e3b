//! Budgets: create, update, delete.

use serde_json::{Value, json};

use super::input::{Outcome, duplicate, limit, members, need, need_structure};
use super::records::{BUDGETS, existing, missing};
use super::{budget_checks, budget_defaults, notification_checks, tags};
use crate::documents::CallContext;

/// The most budgets of an account.
const MOST: usize = 20_000;
/// The most notifications of a budget.
pub(super) const NOTIFICATIONS: usize = 10;

/// CreateBudget.
pub(super) fn create(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let budget = need_structure(input, "Budget")?;
    budget_checks::check(budget)?;
    let name = need(budget, "BudgetName")?;
    if context.own.get(BUDGETS, name).is_some() {
        return Err(duplicate(format!("Error creating budget: {name} - the budget already exists.")));
    }
    if context.own.all(BUDGETS).count() >= MOST {
        return Err(limit(format!("An account may have at most {MOST} budgets")));
    }
    let with_subscribers = members(input, "NotificationsWithSubscribers");
    if with_subscribers.len() > NOTIFICATIONS {
        return Err(limit(format!("A budget may have at most {NOTIFICATIONS} notifications")));
    }
    let mut notifications: Vec<Value> = Vec::new();
    for entry in with_subscribers {
        let notification = notification_checks::notification(need_structure(entry, "Notification")?)?;
        if notifications.iter().any(|other| other["Notification"] == notification) {
            return Err(duplicate("Error creating budget: the same notification is there twice."));
        }
        let subscribers = members(entry, "Subscribers");
        notification_checks::subscribers(subscribers)?;
        notifications.push(json!({ "Notification": notification, "Subscribers": subscribers }));
    }
    let record = json!({
        "Budget": budget_defaults::filled(budget, context.now_ms),
        "Notifications": notifications,
        "Actions": {},
        "Tags": tags::given(input)?,
    });
    context.own.put(BUDGETS, name, record);
    Ok(json!({}))
}

/// UpdateBudget: replaces all of the budget but its name; notifications, actions and tags stay.
pub(super) fn update(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let new = need_structure(input, "NewBudget")?;
    budget_checks::check(new)?;
    let name = need(new, "BudgetName")?;
    let now_ms = context.now_ms;
    let record = existing(name, context)?;
    let mut budget = budget_defaults::filled(new, now_ms);
    if new["TimePeriod"]["Start"].is_null() {
        budget["TimePeriod"]["Start"] = record["Budget"]["TimePeriod"]["Start"].clone();
    }
    record["Budget"] = budget;
    Ok(json!({}))
}

/// DeleteBudget: with its notifications, subscribers and actions.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "BudgetName")?;
    context.own.remove(BUDGETS, name).map(|_| json!({})).ok_or_else(|| missing(name))
}
