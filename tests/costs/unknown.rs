//! Prices that are not known: with any price of theirs, the true dollars are within the bounds that are stated.

use std::collections::BTreeMap;

use ebbtide::aws::s3::{Bucket, LifecycleRule, StorageClass, Transition};
use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, Instances, Variant};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::cost::{
    Amount, AmountRange, Book, Bounds, Costs, Difference, Estimate, PlanCosts, Prices, Pricing, Report, Standing,
    Strategy, UsageSettings,
};
use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use jiff::SignedDuration;
use proptest::prelude::{Just, ProptestConfig, any, prop_oneof, proptest};
use serde_json::json;

use crate::scheduled::{from, office};
use crate::sums::{applied, kinds, planned, scope, stack};

const ITEMS: [&str; 8] = [
    "sagemaker.hosting.ml.g5.xlarge",
    "sagemaker.hosting.ml.g5.2xlarge",
    "vpc.nat.hour",
    "vpc.public_ipv4.hour",
    "secretsmanager.secret",
    "s3.standard.storage",
    "s3.glacier_flexible.storage",
    "s3.glacier_flexible.transition",
];

/// One price: the end of its first tier, the dollars before it and after it, and how much of it is known.
type Tiers = (u32, f64, f64, Known);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Nothing,
    FirstTier,
    All,
}

fn known() -> impl proptest::strategy::Strategy<Value = Known> {
    prop_oneof![Just(Known::Nothing), Just(Known::FirstTier), Just(Known::All)]
}

/// Returns the book with the prices that are known, and the one with all prices.
fn books(prices: &[Tiers]) -> [Book; 2] {
    let entry = |item: &str, tiers: &str| {
        format!(
            "[items.\"{item}\"]\nunit = \"x\"\ntiers = [{tiers}]\nsource = \"x\"\ndate = \"2026-10-13\"\nconfidence = \"official\"\n"
        )
    };
    let mut texts = ["region = \"eu-west-1\"\n".to_owned(), "region = \"eu-west-1\"\n".to_owned()];
    for (item, (end, first, second, known)) in ITEMS.iter().zip(prices) {
        let first = format!("{{ up_to = {end}, usd = {first:?} }}");
        let all = entry(item, &format!("{first}, {{ usd = {second:?} }}"));
        match known {
            Known::Nothing => {}
            Known::FirstTier => texts[0].push_str(&entry(item, &first)),
            Known::All => texts[0].push_str(&all),
        }
        texts[1].push_str(&all);
    }
    texts.map(|text| Book::of([Prices::parse("test", "eu-west-1", &text).unwrap()]))
}

/// Declares two buckets, one of which moves its objects, and an endpoint of which nothing is known.
fn with_buckets(instance_type: &str, count: u32, mystery: bool) -> Declarations {
    let mut declared = Stack::new(scope(), BTreeMap::new());
    let config = declared
        .add("llm", EndpointConfig::new(Variant::on_instances("v", "model", Instances::new(instance_type, count))));
    declared.add("llm", Endpoint::new("llm-v1", config.name));
    if mystery {
        declared.add("mystery", Endpoint::new("mystery", "a-configuration-of-another-stack"));
    }
    let rule = LifecycleRule {
        transitions: vec![Transition { days: 90, storage_class: StorageClass::Glacier }],
        ..LifecycleRule::new("old")
    };
    declared.add("models", Bucket { lifecycle: vec![rule], ..Bucket::new() });
    declared.add("logs", Bucket::new());
    declared.add("token", Secret::new(SecretSource::generated(32)));
    declared.finish().unwrap()
}

fn usage([standard, cold, other]: [u32; 3]) -> UsageSettings {
    serde_json::from_value(json!({"s3_bucket": {
        "models": {"storage_gb": f64::from(standard), "glacier_flexible_storage_gb": f64::from(cold),
            "glacier_flexible_transitions": f64::from(cold)},
        "logs": {"storage_gb": f64::from(other)},
    }}))
    .unwrap()
}

/// Checks that the true dollars are within bounds.
fn within(bounds: Bounds, truth: f64, of: &str) {
    let slack = 1e-6 * truth.abs().max(1.0);
    assert!(bounds.least.is_none_or(|least| truth >= least - slack), "{of}: {bounds:?} and {truth}");
    assert!(bounds.most.is_none_or(|most| truth <= most + slack), "{of}: {bounds:?} and {truth}");
}

fn amount(stated: Amount, truth: Amount, of: &str) {
    assert!(!truth.at_least, "{of}: all prices are known");
    within((stated - Amount::ZERO).bounds(), truth.known(), of);
}

fn range(stated: AmountRange, truth: AmountRange, of: &str) {
    amount(stated.low, truth.low, of);
    amount(stated.high, truth.high, of);
}

fn difference(stated: Difference, truth: Difference, of: &str) {
    assert!(truth.is_exact(), "{of}: all prices are known");
    within(stated.bounds(), truth.known, of);
}

fn report_is_right(stated: &Report, truth: &Report) {
    amount(stated.baseline, truth.baseline, "baseline");
    amount(stated.declared, truth.declared, "declared");
    range(stated.as_it_is, truth.as_it_is, "as it is");
    for (stated, truth) in stated.savings.iter().zip(&truth.savings) {
        let of = format!("{:?}", stated.strategy);
        difference(stated.monthly.low, truth.monthly.low, &of);
        difference(stated.monthly.high, truth.monthly.high, &of);
    }
    within(stated.saved().bounds(), truth.saved().low.known, "all savings");
    within(stated.saved().bounds(), truth.saved().high.known, "all savings");
    let of = |report: &Report| -> BTreeMap<String, _> {
        report.components.iter().map(|one| (one.component.clone(), one.clone())).collect()
    };
    for (name, truth) in of(truth) {
        let Some(stated) = of(stated).remove(&name) else { panic!("{name} is left out") };
        amount(stated.baseline, truth.baseline, &name);
        amount(stated.paused, truth.paused, &name);
        range(stated.as_it_is, truth.as_it_is, &name);
    }
    let (even, true_even) = (&stated.break_even, &truth.break_even);
    difference(even.saved_hourly, true_even.saved_hourly, "an hour of pause");
    difference(even.begun_hours, true_even.begun_hours, "begun hours");
    if let Some(hours) = even.hours {
        assert!(true_even.hours.is_some_and(|truth| truth <= hours + 1e-9), "{even:?} and {true_even:?}");
    }
}

fn costs_are_right(stated: &Costs, truth: &Costs) {
    amount(stated.total.hourly, truth.total.hourly, "an hour");
    amount(stated.total.monthly, truth.total.monthly, "a month");
    let true_totals = truth.by_resource();
    for (address, stated) in stated.by_resource() {
        amount(stated.hourly, true_totals[address].hourly, &format!("an hour of {address}"));
        amount(stated.monthly, true_totals[address].monthly, &format!("a month of {address}"));
    }
    for (stated, truth) in stated.lines.iter().zip(&truth.lines) {
        amount(stated.monthly, truth.monthly, &stated.item);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn true_dollars_are_within_the_bounds_that_are_stated(
        prices in proptest::collection::vec((1_u32..2000, 0.0..2.0_f64, 0.0..2.0_f64, known()), 8),
        amounts in proptest::array::uniform3(0_u32..1500),
        scheduled in any::<bool>(),
        buckets in any::<bool>(),
        after in (1_u32..4, any::<bool>()),
    ) {
        let [part, all] = books(&prices);
        let usage = usage(amounts);
        let usages = [&usage];
        let pricing = |book| Pricing { usage: &usages, ..Pricing::new(book, "eu-west-1") };
        let kinds = kinds();
        let declared = if buckets { with_buckets("ml.g5.xlarge", 2, false) } else { stack("ml.g5.xlarge", 2) };
        let standing = Standing::declared(&declared);
        let office = office();
        let schedule = scheduled.then_some(&office);
        let report = |book| {
            let lead = SignedDuration::from_mins(30);
            Report::new(&standing, &kinds, (schedule, Target::Running), (from(), lead), &pricing(book))
        };
        report_is_right(&report(&part), &report(&all));
        let estimate = |book| Estimate::new(&standing, &kinds, &pricing(book));
        let (stated, truth) = (estimate(&part), estimate(&all));
        costs_are_right(&stated.running, &truth.running);
        costs_are_right(&stated.paused, &truth.paused);

        let (count, larger) = after;
        let instance_type = if larger { "ml.g5.2xlarge" } else { "ml.g5.xlarge" };
        let next = if buckets { with_buckets(instance_type, count, false) } else { stack(instance_type, count) };
        let document = applied(&declared);
        for plan in [planned(&document, Some(&next), Target::Running), planned(&document, None, Target::Paused)] {
            let costs = |book| PlanCosts::new(&document, &plan, &kinds, &pricing(book));
            let (stated, truth) = (costs(&part), costs(&all));
            difference(stated.change().hourly, truth.change().hourly, "an hour of the plan");
            difference(stated.change().monthly, truth.change().monthly, "a month of the plan");
            for operation in &plan.operations {
                let of = |costs: &PlanCosts| costs.change_of(&operation.address).monthly;
                difference(of(&stated), of(&truth), &operation.address.to_string());
            }
        }
    }
}

/// Reports on a stack whose cold storage has a price for its first 500 GB.
fn cold(amounts: [u32; 3], mystery: bool) -> Report {
    let mut prices = [(100_000, 0.02, 0.01, Known::All); 8];
    prices[6] = (500, 0.004, 0.003, Known::FirstTier);
    prices[7] = (100_000, 0.0, 0.0, Known::All);
    let [book, _] = books(&prices);
    let usage = usage(amounts);
    let usages = [&usage];
    let pricing = Pricing { usage: &usages, ..Pricing::new(&book, "eu-west-1") };
    let standing = Standing::declared(&with_buckets("ml.g5.xlarge", 1, mystery));
    Report::new(&standing, &kinds(), (None, Target::Running), (from(), SignedDuration::ZERO), &pricing)
}

fn lifecycle(report: &Report) -> Difference {
    report.savings.iter().find(|saving| saving.strategy == Strategy::StorageLifecycle).unwrap().monthly.high
}

#[test]
fn a_lifecycle_saves_at_most_the_known_part_where_cold_storage_has_no_price_for_so_much() {
    let saved = lifecycle(&cold([100, 400, 0], false));
    assert!(saved.is_exact() && (saved.known - 400.0 * 0.016).abs() < 1e-9, "{saved:?}");
    let saved = lifecycle(&cold([100, 1000, 0], false));
    // 500 GB have no price, and cost 0 or more.
    assert_eq!((saved.may_be_more, saved.may_be_less), (false, true));
    assert!((saved.known - (1000.0 * 0.02 - 500.0 * 0.004)).abs() < 1e-9, "{saved:?}");
}

#[test]
fn a_resource_of_which_nothing_is_known_leaves_the_savings_of_others_known() {
    let report = cold([100, 400, 0], true);
    assert!(report.baseline.at_least && lifecycle(&report).is_exact(), "{report:#?}");
    // It is as large in both, and nothing is said of the hours that it saves.
    assert!(report.saved().high.may_be_more, "{report:#?}");
}

#[test]
fn a_plan_states_its_change_where_what_is_unknown_stays() {
    let [book, _] = books(&[(100_000, 0.5, 0.5, Known::All); 8]);
    let (before, next) = (with_buckets("ml.g5.xlarge", 1, true), with_buckets("ml.g5.xlarge", 2, true));
    let document = applied(&before);
    let plan = planned(&document, Some(&next), Target::Running);
    let costs = PlanCosts::new(&document, &plan, &kinds(), &Pricing::new(&book, "eu-west-1"));
    assert!(costs.before.total.hourly.at_least && costs.after.total.hourly.at_least);
    let change = costs.change().hourly;
    assert!(change.is_exact() && (change.known - 0.5).abs() < 1e-9, "{change:?}");
    // Without prices of instances, one more of them costs more.
    let empty = Book::of([]);
    let costs = PlanCosts::new(&document, &plan, &kinds(), &Pricing::new(&empty, "eu-west-1"));
    let change = costs.change().hourly;
    assert_eq!((change.known, change.may_be_more, change.may_be_less), (0.0, true, false));
}

#[test]
fn use_without_a_price_is_no_part_of_an_hour_and_none_of_it_costs_nothing() {
    let mut prices = [(100_000, 0.02, 0.01, Known::All); 8];
    prices[5] = (500, 0.02, 0.01, Known::FirstTier);
    let [book, _] = books(&prices);
    let usage = usage([1000, 0, 0]);
    let usages = [&usage];
    let pricing = Pricing { usage: &usages, ..Pricing::new(&book, "eu-west-1") };
    let costs = Costs::of(&Standing::declared(&with_buckets("ml.g5.xlarge", 1, false)).rates(&kinds()), &pricing);
    assert!(!costs.total.hourly.at_least && costs.total.monthly.at_least, "{costs:#?}");
    // The other bucket stores nothing, and shares the tiers.
    assert_eq!(costs.of_resource(&"s3_bucket.logs".parse().unwrap()).monthly, Amount::ZERO);
    assert!(costs.unknown.iter().all(|part| part.address.name() == "models"), "{:?}", costs.unknown);
}
