//! Resources of which it is not known when they went.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::entry::{Entry, Event};
use super::running::Bound;
use super::span::Span;
use crate::resource::Address;

/// Returns the entries at one of the bounds of what is possible: at the low one, what may be gone is gone.
pub(super) fn at_bound(entries: &[Entry], bound: Bound) -> Cow<'_, [Entry]> {
    let has_doubts = entries.iter().any(|entry| matches!(entry.event, Event::Doubt(_)));
    if bound == Bound::High || !has_doubts {
        return Cow::Borrowed(entries);
    }
    let settled = |(index, entry): (usize, &Entry)| {
        let Event::Doubt(doubted) = &entry.event else { return entry.clone() };
        let goes = |address: &&Address| is_gone(address, &entries[index + 1..]).0;
        let gone: BTreeMap<_, _> = doubted.iter().filter(goes).map(|address| (address.clone(), None)).collect();
        Entry { event: Event::Bills(gone), ..entry.clone() }
    };
    Cow::Owned(entries.iter().enumerate().map(settled).collect())
}

/// Returns the times in which it is not known whether a resource was gone, those of an interval.
pub(super) fn gaps(entries: &[Entry], span: Span) -> Vec<Span> {
    let mut gaps = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Event::Doubt(doubted) = &entry.event else { continue };
        for address in doubted {
            let (gone, until) = is_gone(address, &entries[index + 1..]);
            let gap = Span { from: entry.at.max(span.from), to: until.unwrap_or(span.to).min(span.to) };
            gaps.extend(Some(gap).filter(|gap| gone && gap.from < gap.to));
        }
    }
    gaps
}

/// Returns whether a resource in doubt may be gone, and until when that is not known: the next entry on it tells.
fn is_gone(address: &Address, later: &[Entry]) -> (bool, Option<Timestamp>) {
    let known = later.iter().find_map(|entry| match &entry.event {
        Event::Bills(bills) => Some((bills.get(address)?.is_none(), Some(entry.at))),
        Event::Counts(counts) => counts.contains_key(address).then_some((false, Some(entry.at))),
        Event::Once(_) | Event::Doubt(_) => None,
    });
    known.unwrap_or((true, None))
}
