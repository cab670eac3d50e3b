//! Instants that winterbaume took from the system's clock, moved to the cloud's.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::{Captures, Regex};
use serde_json::{Number, Value};
use winterbaume_core::MockResponse;

use crate::clock::{Clock, SystemClock};
use crate::documents::Tables;
use crate::error_response::failure;
use crate::service::Fault;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// Clocks that differ by less are the same one, read at two moments.
const SAME_CLOCK_MS: i64 = 5 * 60 * 1000;
/// Winterbaume writes some instants in whole seconds.
const TRUNCATED_MS: i64 = 1000;
/// The longest time for which a session or a deletion is scheduled ahead.
const FARTHEST_HOURS: i64 = 40 * 24;

/// The way from the system's clock to the cloud's, for one call.
#[derive(Debug)]
pub(super) struct Shift {
    began_ms: i64,
    offset_ms: i64,
    /// Whether the call also computes instants ahead: the end of a session or of a deletion, in whole hours.
    ahead: bool,
}

impl Shift {
    /// Returns the shift of a call that begins now; none if the cloud has the system's clock.
    pub fn of_call(service: &str, operation: &str, cloud_now_ms: i64) -> Option<Self> {
        let began_ms = SystemClock.now_ms();
        let offset_ms = cloud_now_ms - began_ms;
        let ahead = service == "sts" || operation == "DeleteSecret";
        (offset_ms.abs() > SAME_CLOCK_MS).then_some(Self { began_ms, offset_ms, ahead })
    }

    /// Returns a document with the instants moved that the call wrote into it.
    pub fn document(&self, after: &Tables, before: &Tables) -> Result<Tables, Fault> {
        let before = serde_json::to_value(before).map_err(failure)?;
        let mut moved = serde_json::to_value(after).map_err(failure)?;
        self.change(&mut moved, Some(&before), SystemClock.now_ms());
        serde_json::from_value(moved).map_err(failure)
    }

    /// Returns a response with the instants moved that the call wrote into it.
    pub fn response(&self, mut response: MockResponse) -> MockResponse {
        let ended_ms = SystemClock.now_ms();
        if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
            self.change(&mut body, None, ended_ms);
            response.body = body.to_string().into();
        } else if let (Ok(text), Some(instant)) = (std::str::from_utf8(&response.body), INSTANT.as_ref()) {
            let replaced = instant.replace_all(text, |found: &Captures<'_>| {
                self.text(&found[0], ended_ms).unwrap_or_else(|| found[0].to_owned())
            });
            response.body = replaced.into_owned().into();
        }
        response
    }

    fn change(&self, value: &mut Value, before: Option<&Value>, ended_ms: i64) {
        if before.is_some_and(|before| before == value) {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    self.change(member, before.and_then(|before| before.get(name)), ended_ms);
                }
            }
            Value::Array(members) => members.iter_mut().for_each(|member| self.change(member, None, ended_ms)),
            Value::String(text) => {
                if let Some(moved) = self.text(text, ended_ms) {
                    *text = moved;
                }
            }
            Value::Number(number) => {
                if let Some(moved) = self.number(number, ended_ms) {
                    *number = moved;
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Returns an instant of the call on the clock of the cloud; none if it is not of the call. The clock of the cloud may stand
    /// still during a call, so the instant is not after its beginning.
    fn moved(&self, ms: i64, ended_ms: i64) -> Option<i64> {
        let since = ms - (self.began_ms - TRUNCATED_MS);
        let hours = since.div_euclid(HOUR_MS);
        let longest = ended_ms - self.began_ms + TRUNCATED_MS;
        let known = hours == 0 || self.ahead && (0..=FARTHEST_HOURS).contains(&hours);
        let latest = self.began_ms + self.offset_ms + hours * HOUR_MS;
        (known && since.rem_euclid(HOUR_MS) <= longest).then(|| (ms + self.offset_ms).min(latest))
    }

    fn text(&self, text: &str, ended_ms: i64) -> Option<String> {
        let instant = INSTANT.as_ref()?;
        if instant.find(text).is_none_or(|found| found.as_str() != text) {
            return None;
        }
        let at: Timestamp = text.parse().ok()?;
        let moved = Timestamp::from_millisecond(self.moved(at.as_millisecond(), ended_ms)?).ok()?;
        // The fraction and the zone stay in the form in which they came.
        let rest = text.get("2026-11-21T06:00:00".len()..)?;
        let digits = rest.strip_prefix('.').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        let zone = rest.trim_start_matches(['.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        let whole = moved.strftime("%Y-%m-%dT%H:%M:%S");
        if digits == 0 {
            return Some(format!("{whole}{zone}"));
        }
        let fraction = format!("{:0<digits$}", format!("{:03}", moved.as_millisecond().rem_euclid(1000)));
        Some(format!("{whole}.{}{zone}", &fraction[..digits]))
    }

    fn number(&self, number: &Number, ended_ms: i64) -> Option<Number> {
        /// Between the numbers of seconds and those of milliseconds.
        const MILLISECONDS_FROM: f64 = 1e11;
        let value = number.as_f64()?;
        let scale = if value.abs() < MILLISECONDS_FROM { 1000.0 } else { 1.0 };
        #[expect(clippy::cast_possible_truncation, reason = "numbers beyond the range are no instants of a call")]
        let ms = (value * scale) as i64;
        let moved = self.moved(ms, ended_ms)?;
        match number.as_i64() {
            Some(_) if scale > 1.0 => Some(moved.div_euclid(1000).into()),
            Some(_) => Some(moved.into()),
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
            None => Number::from_f64(moved as f64 / scale),
        }
    }
}

/// An instant as winterbaume writes it, in UTC.
static INSTANT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|\+00:00)").ok());

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// 2026-11-21T06:00:00Z, moved by a day and 500 ms.
    fn shift(ahead: bool) -> Shift {
        Shift { began_ms: 1_795_240_800_000, offset_ms: 86_400_500, ahead }
    }

    #[test]
    fn instants_of_the_call_move_in_each_form_and_others_stay() {
        let mut value = json!({
            "text": "2026-11-21T06:00:00Z", "fraction": "2026-11-21T06:00:00.250000000+00:00", "seconds": 1_795_240_800,
            "ms": 1_795_240_800_001_i64, "float": 1_795_240_800.25, "old": "2026-11-20T06:00:00Z",
            "tag": "at 2026-11-21T06:00:00Z", "ahead": "2026-11-28T06:00:00Z", "kept": 1_795_240_800,
        });
        let before = json!({ "kept": 1_795_240_800 });
        shift(false).change(&mut value, Some(&before), 1_795_240_800_300);
        assert_eq!(
            value,
            json!({
                "text": "2026-11-22T06:00:00Z", "fraction": "2026-11-22T06:00:00.500000000+00:00", "seconds": 1_795_327_200,
                "ms": 1_795_327_200_500_i64, "float": 1_795_327_200.5, "old": "2026-11-20T06:00:00Z",
                "tag": "at 2026-11-21T06:00:00Z", "ahead": "2026-11-28T06:00:00Z", "kept": 1_795_240_800,
            })
        );
    }

    #[test]
    fn the_end_of_a_session_or_deletion_moves_with_its_beginning() {
        let mut value = json!({ "DeletionDate": "2026-11-28T06:00:00Z", "Other": "2026-11-28T06:30:00Z" });
        shift(true).change(&mut value, None, 1_795_240_800_300);
        assert_eq!(value, json!({ "DeletionDate": "2026-11-29T06:00:00Z", "Other": "2026-11-28T06:30:00Z" }));
    }
}
