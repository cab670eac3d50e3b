//! `ebb logs`: shows what the resources of a stack have logged to CloudWatch Logs. It reads the record for the names of the log groups.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp, Unit};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::cli::common::at_least_one;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::interrupts;
use crate::cli::log_events::{Follower, LogEvent, LogSource, chosen, labels, line, read, sources};
use crate::cli::named::Named;
use crate::cli::output::{OUTPUT_FORMAT, Output};
use crate::cli::runtime;
use crate::sdk::{Aws, Error, ErrorKind};
use ebbtide::resource::Address;

/// The number of log groups that are read at once. AWS takes 5 calls a second in each region, and 10 in some.
const AT_ONCE: usize = 4;

/// The time between two looks of `--follow`, and the least for each group.
const EVERY: Duration = Duration::from_secs(2);
const EVERY_GROUP: Duration = Duration::from_millis(400);

/// Shows the logs of a stack, or of a component or resource of it: endpoints, inference components, functions, stages, log groups
#[derive(Debug, Args)]
pub(in crate::cli) struct LogsArgs {
    /// The stack, and a component or the address of a resource; the stack is optional if there is only one
    #[arg(value_name = "STACK COMPONENT", num_args = 0..=2)]
    logged: Vec<String>,
    /// Shows what is logged from now on, too, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// Begins so long ago: 30m, 2h, 3d
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = since)]
    since: Span,
    /// Shows at most this many events of that time, the latest
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = at_least_one)]
    limit: usize,
}

/// An event as `--json` prints it.
#[derive(Serialize)]
struct LogEventView<'a> {
    event: &'static str,
    format: u32,
    stack: &'a str,
    at: Timestamp,
    component: &'a str,
    /// The resource that writes into the log group.
    address: Option<&'a Address>,
    group: &'a str,
    stream: &'a str,
    id: &'a str,
    message: &'a str,
}

/// The log groups that a command shows.
struct Logs<'a> {
    output: Output,
    aws: Arc<Aws>,
    stack: &'a str,
    zone: TimeZone,
    sources: Vec<LogSource>,
    labels: Vec<String>,
}

/// Reads a time in the past.
fn since(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|_| "write a time such as 30m, 2h or 3d".to_owned())?;
    let hours = span.total((Unit::Hour, SpanRelativeTo::days_are_24_hours())).ok();
    match hours {
        // The longest retention of a log group is ten years.
        Some(hours) if hours > 0.0 && hours <= 87_840.0 => Ok(span),
        _ => Err("write a time between a second and ten years, such as 30m, 2h or 3d".to_owned()),
    }
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &LogsArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(logs(context, arguments))
}

async fn logs(context: &CommandContext, arguments: &LogsArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let Named { stack, document, word } = Named::read(context, &environment, &arguments.logged).await?;
    let mut found = sources(context.providers.kinds(), &document);
    if let Some(word) = &word {
        found = chosen(found, &document, word)?;
    }
    if found.is_empty() {
        let message = format!("no resource of {stack} has a log group");
        return Err(CommandError::new(CommandErrorKind::Refused, message));
    }
    let aws = environment.connect().await?.clients.aws;
    let zone = environment.schedule(&stack).map_or_else(TimeZone::system, |schedule| schedule.zone().clone());
    let labels = labels(&found);
    let logs = Logs { output: context.output, aws, stack: &stack, zone, sources: found, labels };
    match arguments.follow {
        true => logs.follow(arguments).await,
        false => logs.show(arguments).await.map(|_| DONE),
    }
}

impl Logs<'_> {
    /// Shows the latest events, and returns the place from which each group is followed.
    async fn show(&self, arguments: &LogsArgs) -> Result<Vec<Follower>, CommandError> {
        let now = self.aws.now();
        let ago = now.to_zoned(TimeZone::UTC).checked_sub(arguments.since).map(|ago| ago.timestamp());
        let from = ago.map_err(|error| CommandError::failed("go back in time", error))?;
        let mut followers: Vec<Follower> = self.sources.iter().map(|_| Follower::new(from)).collect();
        let starts = vec![from; self.sources.len()];
        let (mut events, mut exist) = (Vec::new(), false);
        // One more than is shown tells whether there are more.
        for (source, read) in self.read(&starts, Some(arguments.limit + 1)).await?.into_iter().enumerate() {
            let Some(read) = read else {
                self.output.note(&format!(
                    "Log group {} does not exist: nothing was logged to it yet.",
                    self.sources[source].group
                ));
                continue;
            };
            exist = true;
            followers[source].shown(&read, read.len() <= arguments.limit, now);
            events.extend(read.into_iter().map(|event| (source, event)));
        }
        sort(&mut events);
        let left_out = events.len().saturating_sub(arguments.limit);
        let is_empty = events.is_empty();
        self.print(events.split_off(left_out))?;
        if left_out > 0 {
            let message = format!("Earlier events are left out: `--limit` shows more than {}.", arguments.limit);
            self.output.note(&message);
        } else if is_empty && exist {
            let advice = if arguments.follow { "" } else { " `--since 1d` looks further back." };
            self.output.note(&format!("Nothing was logged since {from:.0}.{advice}"));
        }
        Ok(followers)
    }

    /// Shows the latest events, and all that follow.
    async fn follow(&self, arguments: &LogsArgs) -> Result<u8, CommandError> {
        let ended = interrupts::wait();
        tokio::pin!(ended);
        let mut followers = tokio::select! {
            biased;
            () = &mut ended => return Ok(DONE),
            shown = self.show(arguments) => shown?,
        };
        let groups = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        let every = EVERY.max(EVERY_GROUP.saturating_mul(groups));
        let mut fault = None;
        loop {
            let starts: Vec<Timestamp> = followers.iter().map(Follower::next).collect();
            let read = async {
                tokio::time::sleep(every).await;
                self.try_read(&starts, None).await
            };
            let read = tokio::select! {
                biased;
                () = &mut ended => return Ok(DONE),
                read = read => read,
            };
            let read = match read {
                Ok(read) => read,
                Err(error) if error.kind.passes() => {
                    // Said once, until it is another one.
                    let said = error.to_string();
                    if fault.as_ref() != Some(&said) {
                        self.output.warn(&format!("{said}; it is tried again"));
                    }
                    fault = Some(said);
                    continue;
                }
                Err(error) => return Err(self.refused(error)),
            };
            fault = None;
            let now = self.aws.now();
            let mut events = Vec::new();
            for (source, read) in read.into_iter().enumerate() {
                let fresh = followers[source].fresh(read.unwrap_or_default(), now);
                events.extend(fresh.into_iter().map(|event| (source, event)));
            }
            sort(&mut events);
            if !self.print(events)? {
                return Ok(DONE);
            }
        }
    }

    async fn read(
        &self,
        starts: &[Timestamp],
        latest: Option<usize>,
    ) -> Result<Vec<Option<Vec<LogEvent>>>, CommandError> {
        self.try_read(starts, latest).await.map_err(|error| self.refused(error))
    }

    /// Reads every group from its start on, several at once.
    async fn try_read(&self, starts: &[Timestamp], latest: Option<usize>) -> Result<Vec<Option<Vec<LogEvent>>>, Error> {
        let mut found: Vec<Option<Vec<LogEvent>>> = vec![None; self.sources.len()];
        let mut waiting = self.sources.iter().zip(starts).enumerate();
        let mut reads = JoinSet::new();
        loop {
            while reads.len() < AT_ONCE
                && let Some((index, (source, start))) = waiting.next()
            {
                let (aws, group, start) = (Arc::clone(&self.aws), source.group.clone(), *start);
                reads.spawn(async move { (index, read(&aws, &group, start, latest).await) });
            }
            let Some(read) = reads.join_next().await else { return Ok(found) };
            let (index, read) = read.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            found[index] = read?;
        }
    }

    fn refused(&self, error: Error) -> CommandError {
        let hint = match error.kind {
            ErrorKind::Denied => {
                Some(format!("`ebb permissions {} --for logs` prints the policy that it needs", self.stack))
            }
            _ => error.hint.clone(),
        };
        let failed = CommandError::new(CommandErrorKind::Call, error.to_string());
        match hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }

    /// Prints events. Returns whether there is still a reader.
    fn print(&self, events: Vec<(usize, LogEvent)>) -> Result<bool, CommandError> {
        let mut text = String::new();
        for (index, event) in &events {
            let source = &self.sources[*index];
            if !self.output.is_json() {
                text.push_str(&line(event, &self.labels[*index], &self.zone));
                continue;
            }
            let view = LogEventView {
                event: "log",
                format: OUTPUT_FORMAT,
                stack: self.stack,
                at: event.at,
                component: &source.component,
                address: source.address(),
                group: &source.group,
                stream: &event.stream,
                id: &event.id,
                message: &event.message,
            };
            let one = serde_json::to_string(&view).map_err(|error| CommandError::failed("write the event", error))?;
            text.push_str(&one);
            text.push('\n');
        }
        self.output.stream(text.as_bytes())
    }
}

/// Sorts events of several groups by their time, each at most once.
fn sort(events: &mut Vec<(usize, LogEvent)>) {
    let mut seen = BTreeSet::new();
    events.retain(|(source, event)| seen.insert((*source, event.id.clone())));
    // Events of one instant stay in the order of their group.
    events.sort_by_key(|(_, event)| event.at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_in_the_past_has_a_unit_and_an_end() {
        for text in ["30m", "2h", "3d", "1h 30m", "1w"] {
            assert!(since(text).is_ok(), "{text}");
        }
        for text in ["30", "", "yesterday", "0s", "-1h", "4000w"] {
            assert!(since(text).unwrap_err().contains("30m"), "{text}");
        }
    }
}
