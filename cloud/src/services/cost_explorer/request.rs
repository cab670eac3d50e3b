//! The period, granularity and metrics of a request.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};
use serde_json::Value;

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How far back hours are known ("the max supported days for hourly granularity is 14 days", aws-sdk-net issue 1773).
const HOURLY_DAYS: i64 = 14;
/// The metrics of which each has the cost, and their spellings in other calls of the API, which AWS takes too.
const COSTS: [(&str, &str); 5] = [
    ("AmortizedCost", "AMORTIZED_COST"),
    ("BlendedCost", "BLENDED_COST"),
    ("NetAmortizedCost", "NET_AMORTIZED_COST"),
    ("NetUnblendedCost", "NET_UNBLENDED_COST"),
    ("UnblendedCost", "UNBLENDED_COST"),
];

/// The length of the periods of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granularity {
    Hourly,
    Daily,
    Monthly,
}

/// A time of the response, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub start_ms: i64,
    pub end_ms: i64,
}

/// A metric of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// A cost, by its name.
    Cost(&'static str),
    /// The quantity.
    Usage,
    /// The quantity in units of small EC2 instances; nothing here has one.
    Normalized,
}

impl Granularity {
    fn of(input: &Value) -> Self {
        match text(input, "Granularity") {
            "HOURLY" => Self::Hourly,
            "MONTHLY" => Self::Monthly,
            _ => Self::Daily,
        }
    }

    /// Returns an instant as periods of this granularity are written.
    pub fn written(self, ms: i64) -> String {
        let at = Timestamp::from_millisecond(ms).unwrap_or_default();
        at.strftime(if self == Self::Hourly { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%d" }).to_string()
    }

    /// Returns the steps in which costs are computed: no larger than a period, and none over the end of a month.
    pub fn step(self) -> i64 {
        if self == Self::Hourly { DAY_MS / 24 } else { DAY_MS }
    }
}

/// The time that a request asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub granularity: Granularity,
    pub whole: Period,
    pub metrics: Vec<Metric>,
}

impl Asked {
    /// Reads a request, and refuses it in the words of AWS.
    pub fn of(input: &Value, context: &CallContext<'_>) -> Result<Self, Fault> {
        let granularity = Granularity::of(input);
        let start_ms = instant(text(&input["TimePeriod"], "Start"), "Start", granularity)?;
        let end_ms = instant(text(&input["TimePeriod"], "End"), "End", granularity)?;
        if start_ms >= end_ms {
            return Err(invalid("Start date (and hour) should be before end date (and hour)"));
        }
        let today = date(context.now_ms);
        let next_month = today.first_of_month().checked_add(1.month()).ok().and_then(start_of);
        if next_month.is_some_and(|next_ms| end_ms > next_ms) {
            return Err(invalid("end date past the beginning of next month"));
        }
        if granularity == Granularity::Hourly && start_ms < context.now_ms - HOURLY_DAYS * DAY_MS {
            let message = format!(
                "start date is too old for hourly, the max supported days for hourly granularity is {HOURLY_DAYS} days."
            );
            return Err(invalid(message));
        }
        let metrics = input["Metrics"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let metrics: Vec<Metric> = metrics.map(metric).collect::<Result<_, _>>()?;
        if metrics.is_empty() {
            return Err(invalid("At least one metric must be specified"));
        }
        Ok(Self { granularity, whole: Period { start_ms, end_ms }, metrics })
    }

    /// Returns the periods of the response. The first and the last month may be parts of one.
    pub fn periods(&self) -> Vec<Period> {
        let length: Span = match self.granularity {
            Granularity::Hourly => 1.hour(),
            Granularity::Daily => 1.day(),
            Granularity::Monthly => 1.month(),
        };
        let mut periods = Vec::new();
        let mut start_ms = self.whole.start_ms;
        while start_ms < self.whole.end_ms {
            let at = Timestamp::from_millisecond(start_ms).unwrap_or_default().to_zoned(TimeZone::UTC).datetime();
            let begin = if self.granularity == Granularity::Monthly { at.first_of_month() } else { at };
            let next = begin.checked_add(length).ok().and_then(|next| next.to_zoned(TimeZone::UTC).ok());
            let end_ms = next.map_or(self.whole.end_ms, |next| next.timestamp().as_millisecond());
            let end_ms = end_ms.min(self.whole.end_ms);
            periods.push(Period { start_ms, end_ms });
            start_ms = end_ms;
        }
        periods
    }

    /// Returns the beginning of the month in which the time begins: tiers of prices are counted from there.
    pub fn counted_from_ms(&self) -> i64 {
        start_of(date(self.whole.start_ms).first_of_month()).unwrap_or(self.whole.start_ms)
    }
}

fn metric(name: &str) -> Result<Metric, Fault> {
    match name {
        "UsageQuantity" | "USAGE_QUANTITY" => return Ok(Metric::Usage),
        "NormalizedUsageAmount" | "NORMALIZED_USAGE_AMOUNT" => return Ok(Metric::Normalized),
        _ => {}
    }
    let cost = COSTS.iter().find(|(camel, upper)| [*camel, *upper].contains(&name));
    cost.map(|(camel, _)| Metric::Cost(camel)).ok_or_else(|| invalid(format!("Invalid metric: {name}")))
}

fn instant(written: &str, which: &str, granularity: Granularity) -> Result<i64, Fault> {
    let (found, form) = match granularity {
        Granularity::Hourly => {
            let at: Option<DateTime> = written.strip_suffix('Z').and_then(|text| text.parse().ok());
            let whole = at.filter(|at| at.minute() == 0 && at.second() == 0);
            let at = whole.and_then(|at| at.to_zoned(TimeZone::UTC).ok());
            (at.map(|at| at.timestamp().as_millisecond()), "yyyy-MM-dd'T'HH:mm:ss'Z'")
        }
        _ => (written.parse::<Date>().ok().and_then(start_of), "yyyy-MM-dd"),
    };
    found.ok_or_else(|| invalid(format!("{which} time {written} is invalid. Valid format is: {form}.")))
}

/// Returns the day of an instant, in UTC.
fn date(ms: i64) -> Date {
    Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(TimeZone::UTC).date()
}

fn start_of(date: Date) -> Option<i64> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// Returns the beginning of the month after the one of an instant, in milliseconds since the Unix epoch.
pub fn month_end(ms: i64) -> i64 {
    date(ms).first_of_month().checked_add(1.month()).ok().and_then(start_of).unwrap_or(i64::MAX)
}
