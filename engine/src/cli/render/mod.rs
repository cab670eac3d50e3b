//! Rendering of plans and values, for people and for programs.

mod entry;
mod groups;
mod markdown;
mod page;
mod plan;
mod show;
mod shown;
mod values;
mod view;
mod width;

pub(super) use show::{show_plan, show_plan_in_question};
pub(super) use shown::{PlanFormat, PlanStyle, ShownPlan, names, with_shown};
pub(super) use view::PlanView;
