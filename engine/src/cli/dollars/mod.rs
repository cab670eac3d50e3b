//! Dollars on the command line: the price book of a project, and sums in text, tables and Markdown.

mod actual;
mod book;
mod changes;
mod estimate;
mod notes;
mod plan;
mod table;

pub(in crate::cli) use actual::{ActualView, ExplorerView, actual_table};
pub(in crate::cli) use book::{PriceWarning, book, full_book, lenient_book, price_warnings};
pub(in crate::cli) use changes::{CostDiff, diff_markdown, diff_table};
pub(in crate::cli) use estimate::{EstimateView, destroyed_line, estimate_markdown, estimate_table};
pub(in crate::cli) use notes::{hours_text, is_old, range_rate, rate_difference, remarks, total_text};
pub(in crate::cli) use plan::{CostView, plan_costs, plan_text};
pub(in crate::cli) use table::{Align, markdown_table, table};
