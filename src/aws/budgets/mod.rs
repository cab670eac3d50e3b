//! AWS Budgets: one file for the kind, and for each part with a name of its own.

mod amount;
mod budget;
mod notification;

#[doc(hidden)]
pub use amount::amount_as_written;
pub use budget::{Budget, BudgetFilter, BudgetOutputs, BudgetPeriod};
#[doc(hidden)]
pub use budget::{budget_arn, budget_name};
pub use notification::{NotificationOn, Notify, NotifyWhen, Threshold};
