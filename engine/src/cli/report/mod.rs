//! The report on costs, as a table, as Markdown, as a page of HTML, and as JSON.

mod chart;
mod html;
mod text;
mod view;
mod words;

pub(in crate::cli) use html::page;
pub(in crate::cli) use text::{markdown, table};
pub(in crate::cli) use view::{Origin, ReportView};
