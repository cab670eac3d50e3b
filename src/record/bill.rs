//! AWS's bill of a stack, as Cost Explorer stated it last.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The last question to Cost Explorer about a stack, and the last answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// The time of the last question. Each costs money, so that the next one waits for the next day.
    pub asked: Timestamp,
    /// The last answer. A question without one leaves that of an earlier day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<BilledDays>,
    /// The reason why the last question has no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The costs of some days of a month of UTC, by Cost Explorer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BilledDays {
    /// The time of the answer.
    pub at: Timestamp,
    /// The first day.
    pub from: Date,
    /// The day after the last one.
    pub to: Date,
    /// The costs in US dollars, without credits and refunds.
    pub usd: f64,
}
