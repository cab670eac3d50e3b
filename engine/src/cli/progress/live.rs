//! Progress on a terminal: a line for each operation in flight, with its status and elapsed time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::apply::Event;
use crate::cli::progress::words;

/// Lines that move.
pub(super) struct Live {
    lines: MultiProgress,
    colors: bool,
    style: ProgressStyle,
    moving: Mutex<Moving>,
}

#[derive(Default)]
struct Moving {
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
            moving: Mutex::new(Moving::default()),
        }
    }

    pub(super) fn phase(&self, what: &str) {
        let mut moving = self.moving();
        let bar = moving.phase.get_or_insert_with(|| self.bar());
        bar.set_message(what.to_owned());
    }

    pub(super) fn clear(&self) {
        let mut moving = self.moving();
        if let Some(bar) = moving.phase.take() {
            bar.finish_and_clear();
        }
        for (_, bar) in std::mem::take(&mut moving.operations) {
            bar.finish_and_clear();
        }
    }

    pub(super) fn event(&self, event: &Event) {
        match event {
            Event::Observing { done, total } => self.phase(&format!("reading what is there: {done} of {total}")),
            Event::OperationStarted { id, address, operation } => {
                let mut moving = self.moving();
                if let Some(bar) = moving.phase.take() {
                    bar.finish_and_clear();
                }
                let bar = self.bar();
                bar.set_message(format!("{} {address}", words::doing(*operation)));
                moving.operations.insert(*id, bar);
            }
            Event::OperationWaiting { id, status, .. } => {
                if let Some(bar) = self.moving().operations.get(id) {
                    bar.set_prefix(status.clone());
                }
            }
            Event::OperationDone { id, .. } | Event::OperationFailed { id, .. } => {
                if let Some(bar) = self.moving().operations.remove(id) {
                    bar.finish_and_clear();
                }
                self.line(event);
            }
            Event::OperationRetrying { .. }
            | Event::OperationSkipped { .. }
            | Event::Recovering { .. }
            | Event::Recovered { .. }
            | Event::Interrupted { .. } => self.line(event),
            Event::Started { .. } | Event::Finished(_) => {}
        }
    }

    fn line(&self, event: &Event) {
        if let Some(line) = words::line(event) {
            let line = if self.colors { line } else { anstream::adapter::strip_str(&line).to_string() };
            // Nobody is left to be told that nobody listens.
            let _ = self.lines.println(line);
        }
    }

    fn bar(&self) -> ProgressBar {
        let bar = self.lines.add(ProgressBar::new_spinner().with_style(self.style.clone()));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// What one thread left half drawn while it panicked, the next draws anew.
    fn moving(&self) -> MutexGuard<'_, Moving> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
