//! The table of the budgets, and lookups in it.

use serde_json::Value;

use super::input::not_found;
use crate::documents::CallContext;
use crate::service::Fault;

/// The table of the budgets, by name: `{Budget, Notifications: [{Notification, Subscribers}], Actions, Tags}`.
pub(super) const BUDGETS: &str = "budgets";

/// Returns the record of a budget, to change.
pub(super) fn existing<'a>(name: &str, context: &'a mut CallContext<'_>) -> Result<&'a mut Value, Fault> {
    context.own.get_mut(BUDGETS, name).ok_or_else(|| missing(name))
}

/// Returns the error for a budget that does not exist.
pub(super) fn missing(name: &str) -> Fault {
    not_found(format!("Unable to get budget: {name} - the budget doesn't exist."))
}
