//! The span of a command, and durations in log lines.

use std::fmt::Debug;
use std::time::Duration;

use tracing::field::Empty;
use tracing::{Level, Span, info_span};

/// Returns the span of a command, for instance of `Apply { … }`; its stack is recorded once it is known. Arguments are not
/// logged.
pub(crate) fn command_span(command: &dyn Debug, environment: &str) -> Span {
    if !tracing::enabled!(Level::INFO) {
        return Span::none();
    }
    info_span!("command", command = variant(command), environment, stack = Empty)
}

/// Returns the name of an enum's variant, in lower case.
fn variant(value: &dyn Debug) -> String {
    let text = format!("{value:?}");
    let name = text.split(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    name.to_lowercase()
}

/// Returns a duration in whole milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_named_without_its_arguments() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "read by the debug form")]
        enum Command {
            Apply { reason: &'static str },
            State(u32),
            Plan,
        }
        let names =
            [Command::Apply { reason: "why" }, Command::State(1), Command::Plan].map(|command| variant(&command));
        assert_eq!(names, ["apply", "state", "plan"]);
    }
}
