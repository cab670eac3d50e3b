//! AWS Budgets: budgets, their notifications and subscribers, and their actions.
//!
//! Nothing is ever spent here: the spend of every budget is zero, and no notification is sent.

mod action;
mod action_list;
mod budget;
mod budget_checks;
mod budget_defaults;
mod budget_list;
mod input;
mod notification;
mod notification_checks;
mod records;
mod service;
mod subscriber;
mod tags;

pub use service::Budgets;
