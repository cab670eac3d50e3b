//! One way through the entries of a ledger, at one of the bounds of what is possible.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::billing::Bill;
use super::entry::Entry;
use super::running::{Bound, Level, Running};
use super::span::Span;
use crate::cost::{Amount, Pricing};
use crate::resource::{Address, Charge, Per};

/// A way through the entries of a ledger.
pub(super) struct Sweep<'a> {
    pub(super) bound: Bound,
    /// The time for which a number of instances that was seen is certain.
    pub(super) holds: SignedDuration,
    pub(super) pricing: &'a Pricing<'a>,
}

/// The dollars of an interval on a way through a ledger.
#[derive(Clone, Default)]
pub(super) struct Swept {
    pub(super) sums: BTreeMap<Address, Amount>,
    pub(super) gaps: Vec<Span>,
}

/// The place on the way: the bills in force, and the entries to come.
struct Place<'a> {
    running: Running,
    later: &'a [Entry],
}

/// A piece of time in which no bill changes and which lies in one month.
struct Piece {
    from: Timestamp,
    level: Level,
    rates: Vec<(Address, Rate)>,
}

/// The dollars of one resource in a piece of time.
struct Rate {
    hourly: Amount,
    /// The dollars of each hour that begins, and the beginning of the bill.
    begun: Vec<(Amount, Option<Timestamp>)>,
}

impl Sweep<'_> {
    /// Goes through the entries once. Returns the dollars of each interval.
    pub(super) fn over(&self, entries: &[Entry], spans: &[Span]) -> Vec<Swept> {
        let mut swept = vec![Swept::default(); spans.len()];
        let mut edges: Vec<Timestamp> = spans.iter().flat_map(|span| [span.from, span.to]).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut place = Place { running: Running::default(), later: entries };
        for edge in edges.windows(2) {
            let stretch = Span { from: edge[0], to: edge[1] };
            let is_in = |span: &Span| span.from <= stretch.from && stretch.to <= span.to;
            let mut within: Vec<&mut Swept> =
                swept.iter_mut().zip(spans).filter(|(_, span)| is_in(span)).map(|(swept, _)| swept).collect();
            if within.is_empty() {
                continue;
            }
            self.stretch(&mut place, stretch, |piece, to| {
                within.iter_mut().for_each(|swept| swept.add(piece, to));
            });
        }
        swept
    }

    /// Goes through a stretch of time, piece by piece. An entry that changes nothing begins no piece.
    fn stretch(&self, place: &mut Place<'_>, stretch: Span, mut each: impl FnMut(&Piece, Timestamp)) {
        place.go_to(stretch.from);
        let mut piece = self.piece(&place.running, stretch.from);
        let mut at = stretch.from;
        while at < stretch.to {
            let month = month_after(at);
            let next = place.next().into_iter().chain([month]).chain(place.running.doubts(self.holds));
            at = next.filter(|next| *next > at).min().unwrap_or(stretch.to).min(stretch.to);
            place.go_to(at);
            if at == stretch.to || at == month || place.running.level(at, self.holds) != piece.level {
                each(&piece, at);
                piece = self.piece(&place.running, at);
            }
        }
    }

    /// Begins a piece of time: its prices are those of its month.
    fn piece(&self, running: &Running, from: Timestamp) -> Piece {
        let month = hours_of_month(from);
        let items = |address: &Address, charge: &Charge| running.items(address, charge, from, self.holds, self.bound);
        let mut together: BTreeMap<&str, f64> = BTreeMap::new();
        for (address, bill) in running.bills() {
            for charge in &bill.charges {
                let units = monthly(&charge.per, items(address, charge), month);
                *together.entry(&charge.item).or_default() += units;
            }
        }
        let rate = |(address, bill): (&Address, &Bill)| {
            let hourly = if bill.unknown.is_some() { Amount::UNKNOWN } else { Amount::ZERO };
            let mut rate = Rate { hourly, begun: Vec::new() };
            for charge in &bill.charges {
                let units = monthly(&charge.per, items(address, charge), month);
                let all = together.get(charge.item.as_str()).copied().unwrap_or(0.0);
                let hourly = share(self.pricing, &charge.item, units, all) * (1.0 / month);
                match charge.per {
                    Per::BegunHour(_) => rate.begun.push((hourly, running.begun(address, &charge.item))),
                    Per::Hour | Per::Month | Per::Once(_) | Per::Use(_) => rate.hourly += hourly,
                }
            }
            (address.clone(), rate)
        };
        let rates = running.bills().iter().map(rate).collect();
        Piece { from, level: running.level(from, self.holds), rates }
    }
}

impl Place<'_> {
    /// Goes on by the entries until an instant, that one included.
    fn go_to(&mut self, until: Timestamp) {
        while let Some((entry, later)) = self.later.split_first().filter(|(entry, _)| entry.at <= until) {
            self.later = later;
            self.running.apply(entry, later);
        }
    }

    /// Returns the instant of the next entry.
    fn next(&self) -> Option<Timestamp> {
        self.later.first().map(|entry| entry.at)
    }
}

impl Swept {
    fn add(&mut self, piece: &Piece, to: Timestamp) {
        let span = Span { from: piece.from, to };
        for (address, rate) in &piece.rates {
            let begun = rate.begun.iter().map(|(usd, since)| *usd * begun_hours(*since, span));
            let sum = rate.hourly * span.hours() + begun.sum();
            match self.sums.get_mut(address) {
                Some(before) => *before += sum,
                None => {
                    self.sums.insert(address.clone(), sum);
                }
            }
        }
        if piece.level.is_vague() {
            self.gaps.push(span);
        }
    }
}

/// Returns the dollars of a month for some of the units of an item that are billed together.
fn share(pricing: &Pricing<'_>, item: &str, units: f64, together: f64) -> Amount {
    if units == 0.0 {
        return Amount::ZERO;
    }
    pricing
        .book
        .price(pricing.region, item)
        .map_or(Amount::UNKNOWN, |price| price.amount(together) * (units / together))
}

/// Returns the number of units that items have in a month.
fn monthly(per: &Per, items: f64, month: f64) -> f64 {
    match per {
        Per::Hour | Per::BegunHour(_) => items * month,
        Per::Month => items,
        Per::Once(_) | Per::Use(_) => 0.0,
    }
}

/// Returns the number of hours that begin in an interval, counted from the beginning of a bill.
fn begun_hours(since: Option<Timestamp>, span: Span) -> f64 {
    let Some(since) = since else { return span.hours() };
    let begun_before = |instant: Timestamp| Span { from: since, to: instant }.hours().max(0.0).ceil();
    begun_before(span.to) - begun_before(span.from)
}

/// Returns the beginning of the next month of AWS's bill, which is one of UTC.
fn month_after(instant: Timestamp) -> Timestamp {
    let next =
        |date: jiff::civil::Date| date.first_of_month().checked_add(1.month()).ok()?.to_zoned(TimeZone::UTC).ok();
    next(instant.to_zoned(TimeZone::UTC).date()).map_or(Timestamp::MAX, |next| next.timestamp())
}

/// Returns the hours of the month that an instant lies in.
fn hours_of_month(instant: Timestamp) -> f64 {
    f64::from(instant.to_zoned(TimeZone::UTC).date().days_in_month()) * 24.0
}
