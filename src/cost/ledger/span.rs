//! Intervals of time.

use jiff::Timestamp;
use serde::Serialize;

/// An interval of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end, which is no part of it.
    pub to: Timestamp,
}

impl Span {
    /// Returns its length in hours; a negative one if it ends before it begins.
    pub(super) fn hours(self) -> f64 {
        self.to.duration_since(self.from).as_secs_f64() / 3600.0
    }

    /// Puts intervals in order, and those together that touch.
    pub(super) fn merge(spans: &mut Vec<Self>) {
        spans.sort_by_key(|span| span.from);
        spans.dedup_by(|next, last| {
            let touches = next.from <= last.to;
            if touches {
                last.to = last.to.max(next.to);
            }
            touches
        });
    }
}
