//! How plans and values read in a terminal.

mod plan;
mod values;

pub(super) use plan::{PlanView, render, summary_line};
