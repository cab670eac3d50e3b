//! Log events as text.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use owo_colors::OwoColorize as _;

use super::read::LogEvent;
use super::source::LogSource;
use ebbtide::resource::escaped_text;

/// Returns the names that tell sources apart, all of one width: components, or addresses where a component has several. None of a
/// single source.
pub(in crate::cli) fn labels(sources: &[LogSource]) -> Vec<String> {
    if sources.len() < 2 {
        return vec![String::new(); sources.len()];
    }
    let components: BTreeSet<&str> = sources.iter().map(|source| source.component.as_str()).collect();
    let label = |source: &LogSource| match components.len() == sources.len() {
        true => source.component.clone(),
        false => source.address().map(ToString::to_string).unwrap_or_default(),
    };
    let labels: Vec<String> = sources.iter().map(label).collect();
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    labels.iter().map(|label| format!("{label:<width$}  ")).collect()
}

/// Returns an event as a line, or several if its message has them: time, label, message. Colours and other escape sequences of the
/// message are left out, and its control characters are shown as escapes.
pub(in crate::cli) fn line(event: &LogEvent, label: &str, zone: &TimeZone) -> String {
    let time = event.at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S.%3f%:z").to_string();
    let indent = " ".repeat(time.chars().count() + 2 + label.chars().count());
    let message = anstream::adapter::strip_str(event.message.trim_end()).to_string();
    let lines = message.split('\n').map(|line| escaped_text(line.strip_suffix('\r').unwrap_or(line)));
    let message = lines.collect::<Vec<_>>().join(&format!("\n{indent}"));
    format!("{}  {}{message}\n", time.dimmed(), label.cyan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_changes_nothing_but_its_own_lines() {
        let message = "\u{1b}[1;31mERROR\u{1b}[0m\tout of memory\r\n  at line 3\u{202e}\u{7}\n".to_owned();
        let at = "2026-11-22T20:00:00.5Z".parse().unwrap();
        let event = LogEvent { at, id: "1".into(), stream: "s".into(), message };
        let shown = anstream::adapter::strip_str(&line(&event, "llm  ", &TimeZone::UTC)).to_string();
        let indent = " ".repeat("2026-11-22T20:00:00.500+00:00  llm  ".len());
        let expected =
            format!("2026-11-22T20:00:00.500+00:00  llm  ERROR\tout of memory\n{indent}  at line 3\\u{{202e}}\n");
        assert_eq!(shown, expected);
    }
}
