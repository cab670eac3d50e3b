//! `ebb rollout status`: the share of traffic, and why the next step waits.

use std::fmt::Write as _;

use super::opened::Opened;
use crate::apply::Shutdown;
use crate::cli::commands::tick::controller;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::control::rolling_out::RolloutView;
use ebbtide::rollout::Phase;

pub(super) async fn status(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let opened = Opened::open(context, stack).await?;
    let rollout = opened.rollout()?;
    let controller = controller(context, opened.environment.clone(), Shutdown::default())?;
    let reports = controller.look_at_rollouts().await?;
    let report = reports.into_iter().find(|report| report.stack == opened.stack);
    let (view, message) = match report {
        Some(report) => (report.rollout, report.message),
        None => (None, None),
    };
    let view = view.unwrap_or_else(|| RolloutView::of(rollout, None));
    let text = text(&opened, &view, message.as_deref());
    opened.print(context, Some(view), text.trim_end())
}

/// Returns a roll-out in words.
fn text(opened: &Opened, view: &RolloutView, message: Option<&str>) -> String {
    let side = view.to.as_ref().map_or_else(|| "the canary".to_owned(), |to| format!("variant {to}"));
    let mut text = String::new();
    // Writing into text cannot fail.
    let _ = writeln!(
        text,
        "{} in {}: {} % of {} to {side} since {:.0}",
        opened.stack,
        opened.environment.name(),
        view.percent,
        view.of,
        view.since
    );
    let phase = match &view.phase {
        done @ Phase::Done { .. } => format!("{done}; declare the new side as the only one, and apply that"),
        phase => phase.to_string(),
    };
    let _ = writeln!(text, "  {phase}");
    let waits = view.waits.as_deref().filter(|_| view.phase == Phase::UnderWay);
    for line in waits.into_iter().chain(message) {
        let _ = writeln!(text, "  {line}");
    }
    for deed in &view.log {
        let _ = writeln!(text, "  {:.0}  {}  {}", deed.at, deed.by, deed.what);
    }
    text
}

/// Returns the error for a stack whose roll-out is over.
pub(super) fn over(opened: &Opened) -> CommandError {
    let message = format!("the roll-out of {} in {} is over", opened.stack, opened.environment.name());
    CommandError::new(CommandErrorKind::Refused, message)
        .hint(format!("`ebb rollout start {}` starts another one", opened.stack))
}
