//! `ebb prices`: the price book.

mod command;
mod file;
mod show;
mod update;

pub(in crate::cli) use command::{PricesArgs, run};
