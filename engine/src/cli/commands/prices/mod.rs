//! `ebb prices`: the price book.

mod command;
mod show;

pub(in crate::cli) use command::{PricesArgs, run};
