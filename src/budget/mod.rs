//! Budgets: rules on the spending of a month, and the guard that asks for a limit when one is reached.
//!
//! The guard is pure. The spending, its forecast, the rules that were reached before and the time are passed in. It only
//! states what follows: messages, a refusal of more spending, or a limit for [`decide`](crate::schedule::decide).
//! The budgets of AWS are a kind of their own: [`aws::budgets`](crate::aws::budgets).

mod forecast;
mod guard;
mod reconcile;
mod rule;
mod settings;
mod spend;
mod spike;

pub use forecast::{Outlook, forecast};
pub use guard::{Reached, Spending, Verdict, guard, is_of_a_clock_ahead, reason};
pub use reconcile::{Reconciled, is_bill_due, settled_days};
pub use rule::{Action, Basis, Budget, Rule};
pub use settings::{RuleSettings, Settings};
pub use spend::Spend;
pub use spike::{Day, Spike, SpikeCause, spike};
