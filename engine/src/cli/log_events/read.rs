//! Reading the events of a log group.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use jiff::Timestamp;

use crate::sdk::{Aws, CallName as _, Error, ErrorKind};

/// The most events of a page (`FilterLogEvents`).
const PAGE: usize = 10_000;

/// 2024-01-01T00:00:00Z: reads from the end may not begin earlier (`startFromHead` of `FilterLogEvents`).
const FROM_THE_END_SINCE_MS: i64 = 1_704_067_200_000;

/// An event of a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct LogEvent {
    pub(in crate::cli) at: Timestamp,
    pub(in crate::cli) id: String,
    pub(in crate::cli) stream: String,
    pub(in crate::cli) message: String,
}

/// Returns the events of a group from an instant on, the earliest first: all of them, or the latest so many. `None` if the group does
/// not exist.
pub(in crate::cli) async fn read(
    aws: &Aws,
    group: &str,
    from: Timestamp,
    latest: Option<usize>,
) -> Result<Option<Vec<LogEvent>>, Error> {
    let (mut events, mut token) = (Vec::new(), None);
    loop {
        let start = match latest {
            Some(_) => from.as_millisecond().max(FROM_THE_END_SINCE_MS),
            None => from.as_millisecond(),
        };
        let call = aws.cloudwatchlogs().filter_log_events().log_group_name(group).start_time(start);
        let missing = latest.map(|latest| latest.saturating_sub(events.len()).min(PAGE));
        let call = call.set_limit(missing.and_then(|limit| i32::try_from(limit).ok()));
        let call = call.set_start_from_head(latest.map(|_| false)).set_next_token(token.clone());
        let page = match call.send().await.named("logs:FilterLogEvents") {
            Ok(page) => page,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        events.extend(page.events.unwrap_or_default().into_iter().map(event));
        // A page may be empty and have another one behind it. One that repeats its token would never end.
        let next = page.next_token.filter(|next| token.as_ref() != Some(next));
        if next.is_none() || latest.is_some_and(|latest| events.len() >= latest) {
            break;
        }
        token = next;
    }
    if let Some(latest) = latest {
        events.truncate(latest);
        events.reverse();
    }
    Ok(Some(events))
}

fn event(event: FilteredLogEvent) -> LogEvent {
    let at = event.timestamp.and_then(|at| Timestamp::from_millisecond(at).ok()).unwrap_or_default();
    let stream = event.log_stream_name.unwrap_or_default();
    let message = event.message.unwrap_or_default();
    let id = event.event_id.unwrap_or_else(|| format!("{stream} {at} {message}"));
    LogEvent { at, id, stream, message }
}
