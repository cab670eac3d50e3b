//! The status of a stack: its record beside what was planned, in words and as data.

mod compare;
mod console;
mod endpoints;
mod incomplete;
mod kept;
mod lines;
mod live;
mod recorded;
mod resource_status;
mod text;
mod view;

pub(super) use compare::compare;
pub(super) use recorded::Recorded;
pub(super) use text::{render, render_short};
pub(super) use view::{StatusView, view};
