//! Progress on a terminal: one line for each operation in flight, with its status and elapsed time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::apply::Event;
use crate::cli::progress::messages;

/// Lines that change in place.
pub(super) struct Live {
    lines: MultiProgress,
    colors: bool,
    style: ProgressStyle,
    bars: Mutex<Bars>,
}

#[derive(Default)]
struct Bars {
    phase: Option<ProgressBar>,
    operations: BTreeMap<usize, ProgressBar>,
}

impl Live {
    pub(super) fn new(colors: bool) -> Self {
        let style = ProgressStyle::with_template(if colors {
            "{spinner:.cyan} {wide_msg} {prefix:.dim} {elapsed:.dim}"
        } else {
            "{spinner} {wide_msg} {prefix} {elapsed}"
        });
        Self {
            lines: MultiProgress::new(),
            colors,
            style: style.unwrap_or_else(|_| ProgressStyle::default_spinner()),
            bars: Mutex::new(Bars::default()),
        }
    }

    pub(super) fn phase(&self, phase: &str) {
        let mut bars = self.bars();
        let bar = bars.phase.get_or_insert_with(|| self.bar());
        bar.set_message(phase.to_owned());
    }

    pub(super) fn clear(&self) {
        let mut bars = self.bars();
        if let Some(bar) = bars.phase.take() {
            bar.finish_and_clear();
        }
        for (_, bar) in std::mem::take(&mut bars.operations) {
            bar.finish_and_clear();
        }
    }

    pub(super) fn event(&self, event: &Event) {
        match event {
            Event::Observing { done, total } => self.phase(&format!("reading resources: {done} of {total}")),
            Event::OperationStarted { id, address, operation } => {
                let mut bars = self.bars();
                if let Some(bar) = bars.phase.take() {
                    bar.finish_and_clear();
                }
                let bar = self.bar();
                bar.set_message(format!("{} {address}", messages::doing(*operation)));
                bars.operations.insert(*id, bar);
            }
            Event::OperationWaiting { id, status, .. } => {
                if let Some(bar) = self.bars().operations.get(id) {
                    bar.set_prefix(status.clone());
                }
            }
            Event::OperationDone { id, .. } | Event::OperationFailed { id, .. } => {
                if let Some(bar) = self.bars().operations.remove(id) {
                    bar.finish_and_clear();
                }
                self.line(event);
            }
            Event::OperationRetrying { .. }
            | Event::OperationSkipped { .. }
            | Event::Recovering { .. }
            | Event::Recovered { .. }
            | Event::ElsewhereUnknown { .. }
            | Event::Warning(_)
            | Event::TagsWritten { .. }
            | Event::TagsFailed { .. }
            | Event::LedgerFailed { .. }
            | Event::Unreadable { .. }
            | Event::Interrupted { .. } => self.line(event),
            Event::WaitingForCapacity { until, .. } => {
                self.line(event);
                self.phase(&format!("waiting for capacity, until {}", messages::clock_time(*until)));
            }
            Event::Started { .. } | Event::Finished(_) => {}
        }
    }

    fn line(&self, event: &Event) {
        if let Some(line) = messages::line(event) {
            let line = if self.colors { line } else { anstream::adapter::strip_str(&line).to_string() };
            // If standard error is closed, there is nowhere left to report it.
            let _ = self.lines.println(line);
        }
    }

    fn bar(&self) -> ProgressBar {
        let bar = self.lines.add(ProgressBar::new_spinner().with_style(self.style.clone()));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// Locks the bars. Those that a panicking thread left half drawn are drawn again.
    fn bars(&self) -> MutexGuard<'_, Bars> {
        self.bars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
