//! The ledger's accrual, as properties over generated entries.

use std::collections::BTreeMap;

use ebbtide::cost::ledger::{
    Accrued, Bill, Cause, Entry, Event, Span, accrue, accrue_each, bills_after, in_order, standing,
};
use ebbtide::cost::{Amount, Book, Prices, Pricing};
use ebbtide::resource::{Address, Charge, Since};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const HOLDS: SignedDuration = SignedDuration::from_mins(15);

fn book() -> Book {
    let text = [("instance", "hour", "usd = 1.5"), ("alarm", "alarm-month", "usd = 0.1"), ("page", "page-month", "tiers = [{ up_to = 1, usd = 0 }, { usd = 3 }]")]
        .map(|(item, unit, price)| {
            format!("[items.{item}]\nunit = \"{unit}\"\n{price}\nsource = \"a test\"\ndate = \"2026\"\nconfidence = \"official\"\n")
        })
        .concat();
    Book::of([Prices::parse("test", "eu-west-1", &format!("region = \"eu-west-1\"\n{text}")).unwrap()])
}

fn at(minutes: i64) -> Timestamp {
    // Two hours before the end of a month, so that most cases cross it.
    "2026-11-30T22:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

fn address(number: u8) -> Address {
    format!("test_thing.n{number}").parse().unwrap()
}

fn fleet(count: u32, bounds: (u32, u32)) -> Bill {
    let scaling = BTreeMap::from([("v".to_owned(), bounds)]);
    Bill { charges: vec![Charge::hourly("instance", 1.0).each("v", count)], scaling, unknown: None }
}

fn plain(item: &str, quantity: f64) -> Bill {
    Bill { charges: vec![Charge::monthly(item, quantity)], ..Bill::default() }
}

fn bills(minute: i64, of: u8, bill: Option<Bill>) -> Entry {
    let event = Event::Bills(BTreeMap::from([(address(of), bill)]));
    Entry { at: at(minute), cause: Cause::Run("run".into()), event }
}

fn counts(minute: i64, of: u8, count: u32) -> Entry {
    let seen = BTreeMap::from([("v".to_owned(), f64::from(count))]);
    Entry { at: at(minute), cause: Cause::Observation, event: Event::Counts(BTreeMap::from([(address(of), seen)])) }
}

fn between(entries: &[Entry], from: i64, to: i64) -> Accrued {
    let book = book();
    accrue(entries, Span { from: at(from), to: at(to) }, HOLDS, &Pricing::new(&book, "eu-west-1"))
}

fn close(one: f64, two: f64) -> bool {
    (one - two).abs() < 1e-9 * one.abs().max(1.0)
}

fn dollars(accrued: &Accrued) -> (f64, f64) {
    (accrued.least().known(), accrued.most().known())
}

fn a_bill() -> impl Strategy<Value = Option<Bill>> {
    prop_oneof![
        Just(None),
        (0..6u32, 0..4u32, 0..4u32).prop_map(|(count, min, more)| Some(fleet(count, (min, min + more)))),
        (0..4u8).prop_map(|number| Some(plain("alarm", f64::from(number)))),
        (0..4u8).prop_map(|number| Some(plain("page", f64::from(number)))),
    ]
}

fn an_entry() -> impl Strategy<Value = Entry> {
    prop_oneof![
        (0..300i64, 0..4u8, a_bill()).prop_map(|(minute, of, bill)| bills(minute, of, bill)),
        (0..300i64, 0..4u8, 0..8u32).prop_map(|(minute, of, count)| counts(minute, of, count)),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(an_entry(), 0..20).prop_map(|mut entries| {
        entries.sort_by_key(|entry| entry.at);
        entries
    })
}

/// Returns entries of all sorts: with hours that have begun, other bounds of scaling, doubts and renames.
fn any_entry() -> impl Strategy<Value = Entry> {
    let hourly = |more: bool| Bill {
        charges: vec![
            Charge::by_begun_hour("instance", 1.0, Since::Ready),
            Charge::monthly("alarm", if more { 2.0 } else { 1.0 }),
        ],
        ..Bill::default()
    };
    let doubt = |minute, of| Entry {
        at: at(minute),
        cause: Cause::Run("run".into()),
        event: Event::Doubt([address(of)].into()),
    };
    let rename = |minute, of: u8, to: u8, bill: Bill| {
        let renamed = BTreeMap::from([(address(of), None), (address(to), Some(bill))]);
        Entry { at: at(minute), cause: Cause::Record, event: Event::Bills(renamed) }
    };
    let varies = |bounds| Bill { scaling: BTreeMap::from_iter(bounds), ..fleet(2, (0, 0)) };
    let bounds = prop::option::of((0..2u32, 2..5u32)).prop_map(|bounds| bounds.map(|bounds| ("v".to_owned(), bounds)));
    prop_oneof![
        2 => an_entry(),
        2 => (0..300i64, 0..4u8, any::<bool>()).prop_map(move |(minute, of, more)| bills(minute, of, Some(hourly(more)))),
        2 => (0..300i64, 0..4u8, bounds).prop_map(move |(minute, of, bounds)| bills(minute, of, Some(varies(bounds)))),
        1 => (0..300i64, 0..4u8).prop_map(move |(minute, of)| doubt(minute, of)),
        1 => (0..300i64, 0..4u8, 0..4u8, any::<bool>())
            .prop_map(move |(minute, of, to, more)| rename(minute, of, to, hourly(more))),
    ]
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    prop::collection::vec(any_entry(), 0..30).prop_map(|mut entries| {
        entries.sort_by_key(|entry| entry.at);
        // Only what bills can be in doubt.
        let mut before = Vec::new();
        for entry in entries {
            let billed = bills_after(&before);
            let is_doubt_of_none =
                matches!(&entry.event, Event::Doubt(doubted) if doubted.iter().any(|one| !billed.contains_key(one)));
            before.extend((!is_doubt_of_none).then_some(entry));
        }
        before
    })
}

proptest! {
    #[test]
    fn later_times_accrue_the_same_with_the_entries_that_still_count(
        entries in any_entries(), cut in 0..300i64, after in 0..60i64, length in 0..300i64,
    ) {
        let (before, later): (Vec<_>, Vec<_>) = entries.iter().cloned().partition(|entry| entry.at < at(cut));
        let kept = standing(&before);
        prop_assert!(kept.len() <= before.len());
        prop_assert_eq!(bills_after(&kept), bills_after(&before));
        prop_assert_eq!(&standing(&kept), &kept);
        let short = [kept, later].concat();
        let from = cut + after;
        let (all, some) = (between(&entries, from, from + length), between(&short, from, from + length));
        prop_assert_eq!(all, some);
    }

    #[test]
    fn entries_that_jumped_ahead_accrue_nothing_before_or_after_their_neighbours(
        entries in entries(), jumps in prop::collection::vec(0..2000i64, 20),
    ) {
        // Each clock may have been ahead: the later ones were not.
        let jumped: Vec<_> = entries.iter().zip(jumps).map(|(entry, jump)| {
            Entry { at: entry.at + SignedDuration::from_mins(jump - 1500).max(SignedDuration::ZERO), ..entry.clone() }
        }).collect();
        let ordered = in_order(jumped.clone());
        prop_assert!(ordered.is_sorted_by_key(|entry| entry.at));
        prop_assert_eq!(in_order(ordered.clone()), ordered.clone());
        for (index, entry) in ordered.iter().enumerate() {
            let latest = jumped[index..].iter().map(|entry| entry.at).min();
            prop_assert!(entry.at >= entries[index].at && Some(entry.at) == latest, "{index}: {ordered:?}");
        }
    }

    #[test]
    fn accrual_is_additive_over_any_split_of_time(entries in entries(), mut cuts in prop::collection::vec(0..300i64, 3)) {
        cuts.sort_unstable();
        let (whole, first, second) = (
            between(&entries, cuts[0], cuts[2]),
            between(&entries, cuts[0], cuts[1]),
            between(&entries, cuts[1], cuts[2]),
        );
        let ((low, high), (one, two)) = (dollars(&whole), (dollars(&first), dollars(&second)));
        prop_assert!(close(low, one.0 + two.0) && close(high, one.1 + two.1), "{whole:?} {first:?} {second:?}");
    }

    #[test]
    fn the_low_bound_is_never_above_the_high_one(entries in entries(), from in 0..300i64, length in 0..300i64) {
        let accrued = between(&entries, from, from + length);
        let (low, high) = dollars(&accrued);
        prop_assert!(low >= 0.0 && low <= high + 1e-9, "{accrued:?}");
        for spend in accrued.resources.values() {
            prop_assert!(spend.low.known() <= spend.high.known() + 1e-9, "{accrued:?}");
        }
    }

    #[test]
    fn both_bounds_are_equal_outside_of_gaps(entries in entries()) {
        let accrued = between(&entries, 0, 300);
        let mut edges = vec![at(0)];
        edges.extend(accrued.gaps.iter().flat_map(|gap| [gap.from, gap.to]));
        edges.push(at(300));
        let book = book();
        for certain in edges.chunks(2).filter(|edges| edges[0] < edges[1]) {
            let span = Span { from: certain[0], to: certain[1] };
            let piece = accrue(&entries, span, HOLDS, &Pricing::new(&book, "eu-west-1"));
            let (low, high) = dollars(&piece);
            prop_assert!(close(low, high) && piece.gaps.is_empty(), "{span:?}: {piece:?}");
        }
    }

    #[test]
    fn intervals_together_cost_as_much_as_each_alone(
        entries in entries(),
        edges in prop::collection::vec((-20i64..320, -20i64..320), 0..6),
    ) {
        let book = book();
        let pricing = Pricing::new(&book, "eu-west-1");
        let spans: Vec<Span> = edges.iter().map(|(from, to)| Span { from: at(*from), to: at(*to) }).collect();
        let together = accrue_each(&entries, &spans, HOLDS, &pricing);
        prop_assert_eq!(together.len(), spans.len());
        for (span, together) in spans.iter().zip(&together) {
            let alone = accrue(&entries, *span, HOLDS, &pricing);
            prop_assert_eq!(&together.gaps, &alone.gaps, "{:?}", span);
            prop_assert!(together.resources.keys().eq(alone.resources.keys()), "{:?}", span);
            for (one, other) in together.resources.values().zip(alone.resources.values()) {
                prop_assert!(close(one.low.known(), other.low.known()) && close(one.high.known(), other.high.known()));
                prop_assert_eq!(one.high.at_least, other.high.at_least);
            }
        }
    }

    #[test]
    fn the_parts_of_resources_add_up(entries in entries()) {
        let accrued = between(&entries, 0, 300);
        let sum: f64 = accrued.resources.values().map(|spend| spend.low.known()).sum();
        prop_assert!(close(sum, dollars(&accrued).0));
    }
}

#[test]
fn an_entry_that_lies_after_its_successor_counts_from_that_one_on() {
    // A clock that was a day ahead counted instances between the first entry and the pause.
    let written = vec![bills(0, 1, Some(fleet(2, (1, 4)))), counts(1440, 1, 3), bills(60, 1, None), counts(2880, 2, 1)];
    let entries = in_order(written);
    assert_eq!(entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [0, 60, 60, 2880].map(at));
    let accrued = between(&entries, 0, 3000);
    // The number of the hour is not known: scaling bounds it.
    let (low, high) = dollars(&accrued);
    assert!(close(low, 1.5) && close(high, 6.0), "{accrued:?}");
    assert_eq!(accrued.gaps, [Span { from: at(0), to: at(60) }]);
}

#[test]
fn of_a_year_of_counts_the_last_one_still_counts() {
    let mut entries = vec![bills(0, 0, Some(fleet(2, (1, 5)))), bills(0, 1, Some(plain("alarm", 1.0)))];
    entries.extend((1..1000).map(|minute| counts(minute, 0, u32::try_from(minute % 4).unwrap())));
    entries.push(bills(1000, 1, None));
    let kept = standing(&entries);
    assert_eq!(kept, [entries[0].clone(), counts(999, 0, 3)]);
}

#[test]
fn an_hour_of_two_instances_costs_two_instance_hours() {
    let entries = [bills(0, 1, Some(fleet(2, (2, 2)))), bills(60, 1, None)];
    let accrued = between(&entries, -60, 120);
    assert_eq!(dollars(&accrued), (3.0, 3.0));
    assert!(accrued.gaps.is_empty(), "bounds that leave no choice leave no doubt");
}

#[test]
fn instances_that_nobody_counted_for_hours_are_bounded_both_ways() {
    let entries = [bills(0, 1, Some(fleet(2, (1, 4)))), counts(10, 1, 3), counts(120, 1, 3)];
    let accrued = between(&entries, 0, 130);
    // 10 minutes of 2 or 3, a gap of 110 between 1 and 4, and 10 of 3.
    let (low, high) = dollars(&accrued);
    let [least, most] =
        [20.0 + 110.0 + 30.0, 30.0 + 440.0 + 30.0].map(|instance_minutes| instance_minutes / 60.0 * 1.5);
    assert!(close(low, least) && close(high, most), "{accrued:?}");
    assert_eq!(accrued.gaps, [Span { from: at(0), to: at(120) }]);
}

#[test]
fn instances_that_were_counted_twice_soon_after_another_are_certain() {
    let entries = [bills(0, 1, Some(fleet(2, (1, 4)))), counts(10, 1, 2), counts(25, 1, 2)];
    let accrued = between(&entries, 0, 40);
    assert!(close(dollars(&accrued).0, 2.0) && accrued.gaps.is_empty(), "{accrued:?}");
    // Nobody has looked since.
    assert_eq!(between(&entries, 0, 50).gaps, [Span { from: at(40), to: at(50) }]);
}

#[test]
fn other_bounds_of_scaling_are_no_other_instances() {
    let entries =
        [bills(0, 1, Some(fleet(1, (1, 4)))), counts(5, 1, 3), bills(10, 1, Some(fleet(1, (2, 8)))), counts(15, 1, 3)];
    let accrued = between(&entries, 5, 20);
    assert!(close(dollars(&accrued).0, 3.0 / 4.0 * 1.5) && accrued.gaps.is_empty(), "{accrued:?}");
}

#[test]
fn a_part_of_a_begun_hour_is_billed_as_a_whole_when_it_begins() {
    let gateway = Bill { charges: vec![Charge::by_begun_hour("instance", 1.0, Since::Accepted)], ..Bill::default() };
    let entries =
        [bills(10, 1, Some(gateway.clone())), bills(75, 1, None), bills(200, 1, Some(gateway)), bills(201, 1, None)];
    let hours = |from, to| dollars(&between(&entries, from, to)).1 / 1.5;
    for (from, to, expected) in [(0, 300, 3.0), (0, 11, 1.0), (11, 70, 0.0), (0, 70, 1.0), (0, 71, 2.0), (76, 200, 0.0)]
    {
        assert!(close(hours(from, to), expected), "{from} to {to}: {}", hours(from, to));
    }
}

#[test]
fn a_resource_that_goes_on_under_another_address_begins_no_hour() {
    let gateway = Bill { charges: vec![Charge::by_begun_hour("instance", 1.0, Since::Accepted)], ..Bill::default() };
    let renamed = Event::Bills(BTreeMap::from([(address(1), None), (address(2), Some(gateway.clone()))]));
    let entries =
        [bills(0, 1, Some(gateway)), Entry { at: at(30), cause: Cause::Record, event: renamed }, bills(59, 2, None)];
    assert!(close(dollars(&between(&entries, 0, 300)).1, 1.5));
}

#[test]
fn a_resource_in_doubt_is_bounded_both_ways_until_it_is_known() {
    let doubt =
        |minute| Entry { at: at(minute), cause: Cause::Run("run".into()), event: Event::Doubt([address(1)].into()) };
    let instance = || Bill { charges: vec![Charge::hourly("instance", 1.0)], ..Bill::default() };
    let gone = [bills(0, 1, Some(instance())), doubt(20), bills(60, 1, None)];
    let accrued = between(&gone, 0, 100);
    assert!(close(dollars(&accrued).0, 0.5) && close(dollars(&accrued).1, 1.5), "{accrued:?}");
    assert_eq!(accrued.gaps, [Span { from: at(20), to: at(60) }]);
    let there = [bills(0, 1, Some(instance())), doubt(20), bills(60, 1, Some(instance()))];
    let (low, high) = dollars(&between(&there, 0, 60));
    assert!(close(low, 1.5) && close(high, 1.5));
    let open = &gone[..2];
    assert_eq!(between(open, 0, 40).gaps, [Span { from: at(20), to: at(40) }]);
}

#[test]
fn a_month_of_an_alarm_costs_its_monthly_price_whatever_the_month() {
    let entries = [bills(-100_000, 1, Some(plain("alarm", 2.0)))];
    let book = book();
    for (from, to) in [("2026-11-01", "2026-12-01"), ("2027-02-01", "2027-03-01")] {
        let instant = |day: &str| format!("{day}T00:00:00Z").parse::<Timestamp>().unwrap();
        let span = Span { from: instant(from), to: instant(to) };
        let accrued = accrue(&entries, span, HOLDS, &Pricing::new(&book, "eu-west-1"));
        assert!(close(dollars(&accrued).0, 0.2), "{accrued:?}");
    }
}

#[test]
fn an_unknown_part_makes_the_amount_a_least_one() {
    let unknown = Bill { unknown: Some("no price".into()), ..plain("alarm", 1.0) };
    let priceless = Bill { charges: vec![Charge::hourly("sagemaker.hosting.ml.none", 1.0)], ..Bill::default() };
    let accrued = between(&[bills(0, 1, Some(unknown)), bills(0, 2, Some(priceless))], 0, 60);
    assert!(accrued.least().at_least && accrued.most().at_least);
    assert_eq!(accrued.resources[&address(2)].low, Amount::UNKNOWN);
}
