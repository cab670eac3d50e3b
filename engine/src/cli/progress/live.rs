//! Progress on a terminal: one line for each operation in flight, with its status and elapsed time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::apply::Event;
use crate::cli::progress::messages;
use crate::logging::milliseconds;

/// Lines that change in place.
pub(super) struct Live {
    lines: MultiProgress,
    colors: bool,
    style: ProgressStyle,
    bars: Mutex<Bars>,
    /// The time that was left at an instant, in milliseconds.
    left: Arc<Mutex<(Instant, u64)>>,
}

#[derive(Default)]
struct Bars {
    /// How far the run is, above the operations.
    run: Option<ProgressBar>,
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
            left: Arc::new(Mutex::new((Instant::now(), 0))),
        }
    }

    pub(super) fn phase(&self, phase: &str) {
        let mut bars = self.bars();
        let bar = bars.phase.get_or_insert_with(|| self.bar());
        bar.set_message(phase.to_owned());
    }

    pub(super) fn clear(&self) {
        let mut bars = self.bars();
        for bar in bars.phase.take().into_iter().chain(bars.run.take()) {
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
            Event::Progress { done, total, left_ms, waits_for } => {
                *self.left.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), *left_ms);
                let mut bars = self.bars();
                let bar = bars.run.get_or_insert_with(|| self.run_bar());
                bar.set_message(format!("{done} of {total} done, waits for {waits_for}"));
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
            | Event::Recovering { .. }
            | Event::Recovered { .. }
            | Event::ElsewhereUnknown { .. }
            | Event::Preflight { .. }
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
            Event::WaitingForStack { command, .. } => {
                self.line(event);
                self.phase(&format!("waiting for `ebb {command}` to end"));
            }
            Event::Started { .. } | Event::OperationSkipped { .. } | Event::Finished(_) => {}
        }
    }

    fn line(&self, event: &Event) {
        if let Some(line) = messages::line(event) {
            self.print(&line);
        }
    }

    /// Prints a line above those that change.
    pub(super) fn print(&self, line: &str) {
        let line = if self.colors { line.to_owned() } else { anstream::adapter::strip_str(line).to_string() };
        // If standard error is closed, there is nowhere left to report it.
        let _ = self.lines.println(line);
    }

    /// Returns the bar of the run, with a time that is left that counts down by itself.
    fn run_bar(&self) -> ProgressBar {
        let shared = Arc::clone(&self.left);
        let left = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
            let (at, left) = *shared.lock().unwrap_or_else(PoisonError::into_inner);
            // What cannot be written is not shown.
            let _ = text.write_str(&messages::left(left.saturating_sub(milliseconds(at.elapsed()))));
        };
        let style = self.style.clone().with_key("left", left);
        let template = if self.colors {
            style.clone().template("{spinner:.cyan.bold} {wide_msg:.bold} {left} {elapsed:.dim}")
        } else {
            style.clone().template("{spinner} {wide_msg} {left} {elapsed}")
        };
        let bar = self.lines.insert(0, ProgressBar::new_spinner().with_style(template.unwrap_or(style)));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
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
