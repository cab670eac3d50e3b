//! Shows a plan in the manner that the command line asks for.

use super::markdown::markdown;
use super::plan::{render, summary};
use super::shown::{PlanFormat, PlanStyle, ShownPlan};
use super::view::PlanView;
use crate::cli::error::CommandError;
use crate::cli::output::Output;

/// Shows a plan: as JSON, as Markdown, as one line with `--quiet`, or as text.
pub(in crate::cli) fn show_plan(output: Output, shown: &ShownPlan<'_>, style: PlanStyle) -> Result<(), CommandError> {
    if output.is_json() || style.format == PlanFormat::Json {
        output.json(&PlanView::new(shown))
    } else if style.format == PlanFormat::Markdown {
        output.result(&markdown(shown))
    } else if output.is_quiet() {
        output.result(&format!("{}\n", summary(shown)))
    } else {
        output.result(&render(shown, output.width(), style.full))
    }
}

/// Shows all operations of a plan, also with `--quiet`: a question about them follows.
pub(in crate::cli) fn show_plan_in_question(output: Output, shown: &ShownPlan<'_>) -> Result<(), CommandError> {
    output.result(&render(shown, output.width(), false))
}
