//! Rendering of plans and values, for people and for programs.

mod plan;
mod show;
mod values;
mod view;

pub(super) use show::{show_plan, show_plan_in_question};
