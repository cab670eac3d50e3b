//! The clock of a cloud, and how AWS writes instants.

use jiff::Timestamp;
use serde_json::{Value, json};

/// The clock of one [`Cloud`](crate::Cloud). A closure that returns milliseconds since the Unix epoch is a clock.
pub trait Clock: Send + Sync + 'static {
    /// Returns the present, in milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64;
}

impl<F: Fn() -> i64 + Send + Sync + 'static> Clock for F {
    fn now_ms(&self) -> i64 {
        self()
    }
}

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        Timestamp::now().as_millisecond()
    }
}

/// Returns an instant as HTTP headers write it: `Sat, 21 Nov 2026 06:00:00 GMT`.
pub(crate) fn http_date(ms: i64) -> String {
    timestamp(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Returns an instant in whole seconds as S3's lists write it: `2026-11-21T06:00:00.000Z`.
pub(crate) fn iso_seconds(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// Returns the instant of an HTTP header, in milliseconds since the Unix epoch.
pub(crate) fn parsed_http_date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|at| at.timestamp().as_millisecond())
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns an instant (in milliseconds since the Unix epoch) as AWS's JSON has it: in seconds, with a fraction.
pub(crate) fn seconds(ms: i64) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
    let seconds = ms as f64 / 1000.0;
    json!(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_aws_does_and_read_back() {
        let ms = 1_795_240_801_234;
        assert_eq!(http_date(ms), "Sat, 21 Nov 2026 06:00:01 GMT");
        assert_eq!(iso_seconds(ms), "2026-11-21T06:00:01.000Z");
        assert_eq!(parsed_http_date(&http_date(ms)), Some(1_795_240_801_000));
        assert_eq!(parsed_http_date("yesterday"), None);
    }
}
