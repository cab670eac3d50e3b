//! The progress of one command, in the form that suits its output.

use super::live::Live;
use super::messages;
use super::plain::Plain;
use crate::apply::Event;
use crate::cli::output::Output;

/// Reports the progress of a command.
pub(in crate::cli) struct Progress {
    output: Output,
    form: Form,
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
        Self { output, form }
    }

    /// Reports `plan`, whose JSON is one object and no stream of events.
    pub(in crate::cli) fn for_plan(output: Output) -> Self {
        let form = if output.is_json() { Form::Silent } else { Self::for_people(output) };
        Self { output, form }
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
        match &self.form {
            // The command itself reports the last event, after everything else.
            _ if matches!(event, Event::Finished(_)) => {}
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
}
