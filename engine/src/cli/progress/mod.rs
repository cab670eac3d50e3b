//! What is told while something goes on: live lines on a terminal, plain lines elsewhere, events for a machine.

mod live;
mod plain;
mod words;

use live::Live;
use plain::Plain;
pub(super) use words::{duration, summary};

use crate::apply::Event;
use crate::cli::output::Output;

/// Tells what goes on.
pub(super) struct Progress {
    output: Output,
    form: Form,
}

enum Form {
    /// Nothing but failures.
    Silent,
    /// One event a line on standard output.
    Events,
    /// Lines that move, on a terminal.
    Live(Live),
    /// Lines, and a sign of life now and then.
    Plain(Plain),
}

impl Progress {
    /// For a command that changes something.
    pub(super) fn new(output: Output) -> Self {
        let form = if output.is_json() { Form::Events } else { Self::for_people(output) };
        Self { output, form }
    }

    /// For `plan`, whose JSON is one object: events would stand in its way.
    pub(super) fn for_plan(output: Output) -> Self {
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

    /// Tells what is being done outside of any operation.
    pub(super) fn phase(&self, what: &str) {
        match &self.form {
            Form::Silent | Form::Events => {}
            Form::Live(live) => live.phase(what),
            Form::Plain(plain) => plain.phase(what),
        }
    }

    /// Takes away what moves, so that something else can be written.
    pub(super) fn clear(&self) {
        match &self.form {
            Form::Silent | Form::Events => {}
            Form::Live(live) => live.clear(),
            Form::Plain(plain) => plain.clear(),
        }
    }

    /// Tells an event.
    pub(super) fn event(&self, event: Event) {
        match &self.form {
            // The last event is told by the command itself, when everything else is.
            _ if matches!(event, Event::Finished(_)) => {}
            Form::Events => {
                // A reader that went away does not stop the work.
                let _ = self.output.json(&event);
            }
            Form::Silent => {
                if let (Event::OperationFailed { .. }, Some(line)) = (&event, words::line(&event)) {
                    self.output.warn(&line);
                }
            }
            Form::Live(live) => live.event(&event),
            Form::Plain(plain) => plain.event(&event),
        }
    }
}
