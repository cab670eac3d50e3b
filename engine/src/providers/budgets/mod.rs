//! Providers of AWS Budgets: one file for each kind, of the same name as its declaration.

mod budget;
mod calls;
mod filter;
mod notification;
