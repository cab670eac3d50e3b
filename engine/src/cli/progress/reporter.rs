//! The progress of one command, in the form that suits its output.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::live::Live;
use super::messages::{self, Skipped};
use super::plain::Plain;
use crate::apply::Event;
use crate::cli::output::Output;

/// Reports the progress of a command.
pub(in crate::cli) struct Progress {
    output: Output,
    form: Form,
    /// The operations of the run that were not started.
    skipped: Mutex<Vec<Skipped>>,
}

enum Form {
    /// Failures and warnings only.
    Silent,
    /// JSON, one event a line on standard output.
    Events,
    /// Lines that change in place, on a terminal.
    Live(Live),
    /// Lines, and a sign of life after a silence.
    Plain(Plain),
}

impl Progress {
    /// Reports a command that changes something.
    pub(in crate::cli) fn new(output: Output) -> Self {
        let form = if output.is_json() { Form::Events } else { Self::for_people(output) };
        Self { output, form, skipped: Mutex::default() }
    }

    /// Reports `plan`, whose JSON is one object and no stream of events.
    pub(in crate::cli) fn for_plan(output: Output) -> Self {
        let form = if output.is_json() { Form::Silent } else { Self::for_people(output) };
        Self { output, form, skipped: Mutex::default() }
    }

    fn for_people(output: Output) -> Form {
        if output.is_quiet() {
            Form::Silent
        } else if output.can_draw() {
            Form::Live(Live::new(output.has_colors()))
        } else {
            Form::Plain(Plain::new(output))
        }
    }

    /// Reports a phase, which is outside of any operation.
    pub(in crate::cli) fn phase(&self, phase: &str) {
        match &self.form {
            Form::Silent | Form::Events => {}
            Form::Live(live) => live.phase(phase),
            Form::Plain(plain) => plain.phase(phase),
        }
    }

    /// Removes live lines, so that something else can be written.
    pub(in crate::cli) fn clear(&self) {
        match &self.form {
            Form::Silent | Form::Events => {}
            Form::Live(live) => live.clear(),
            Form::Plain(plain) => plain.clear(),
        }
    }

    /// Reports an event.
    pub(in crate::cli) fn event(&self, event: Event) {
        if let Event::OperationSkipped { address, operation, because, .. } = &event {
            let skipped = Skipped { address: address.clone(), operation: *operation, because: because.clone() };
            self.skipped().push(skipped);
        }
        match &self.form {
            // The command itself reports the last event, after everything else.
            _ if matches!(event, Event::Finished(_)) => self.report_skipped(),
            Form::Events => {
                // A reader that went away does not stop the work.
                let _ = self.output.json(&event);
            }
            Form::Silent => {
                if let (Event::OperationFailed { .. } | Event::Warning(_), Some(line)) =
                    (&event, messages::line(&event))
                {
                    self.output.warn(&line);
                }
            }
            Form::Live(live) => live.event(&event),
            Form::Plain(plain) => plain.event(&event),
        }
    }

    /// Reports the operations of a run that were not started, once it is over.
    fn report_skipped(&self) {
        let skipped = std::mem::take(&mut *self.skipped());
        for line in messages::skipped_lines(&skipped) {
            match &self.form {
                Form::Silent | Form::Events => {}
                Form::Live(live) => live.print(&line),
                Form::Plain(_) => self.output.note(&line),
            }
        }
    }

    fn skipped(&self) -> MutexGuard<'_, Vec<Skipped>> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
