//! The ledger beside the meter.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::cost::Book;
use ebbtide::cost::ledger::Accrued;
use ebbtide_cloud::{Item, Metered};

/// What the ledger says of a time, and what the meter says: dollars by address.
#[derive(Clone, Debug, Default)]
pub struct Books {
    ledger: BTreeMap<String, (f64, f64)>,
    meter: BTreeMap<String, f64>,
}

impl Books {
    pub fn new(ledger: &Accrued, metered: &[Metered], book: &Book) -> Self {
        let known = ledger.resources.iter();
        let known = known.map(|(address, spend)| (address.to_string(), (spend.low.known(), spend.high.known())));
        let mut books = Self { ledger: known.collect(), meter: BTreeMap::new() };
        for one in metered {
            let price = book.price(&one.region, &price_of(&one.item)).unwrap().single().unwrap();
            *books.meter.entry(address_of(one)).or_insert(0.0) += one.quantity * price;
        }
        books
    }

    /// Adds those of another time.
    pub fn add(&mut self, other: Self) {
        for (address, (low, high)) in other.ledger {
            let sums = self.ledger.entry(address).or_default();
            *sums = (sums.0 + low, sums.1 + high);
        }
        for (address, metered) in other.meter {
            *self.meter.entry(address).or_insert(0.0) += metered;
        }
    }

    /// Returns the ledger's bounds and the meter for each address, and in total.
    fn rows(&self) -> Vec<(&str, f64, f64, f64)> {
        let addresses: BTreeSet<&String> = self.ledger.keys().chain(self.meter.keys()).collect();
        let row = |address: &String| {
            let (low, high) = self.ledger.get(address).copied().unwrap_or_default();
            (low, high, self.meter.get(address).copied().unwrap_or_default())
        };
        let mut rows: Vec<_> = addresses.into_iter().map(|address| (address.as_str(), row(address))).collect();
        let total = rows.iter().fold((0.0, 0.0, 0.0), |sum, (_, one)| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2));
        rows.push(("together", total));
        rows.into_iter().map(|(address, (low, high, meter))| (address, low, high, meter)).collect()
    }
}

/// Returns the address of a resource by its tags. The alarms of target tracking have none.
fn address_of(metered: &Metered) -> String {
    match metered.tags.get("ebb:address") {
        Some(address) => address.clone(),
        None if metered.resource.contains("alarm:TargetTracking-endpoint/chat/") => {
            "autoscaling_policy.chat".to_owned()
        }
        None => panic!("whose is {}?", metered.resource),
    }
}

fn price_of(item: &Item) -> String {
    match item {
        Item::Hosting(instance) => return format!("sagemaker.hosting.{instance}"),
        Item::HostingVolume => "sagemaker.endpoint.storage",
        Item::NatGateway => "vpc.nat.hour",
        Item::VpcEndpoint => "vpc.endpoint.interface.hour",
        Item::AddressInUse | Item::IdleAddress => "vpc.public_ipv4.hour",
        Item::Alarm => "cloudwatch.alarm.standard",
        Item::Secret => "secretsmanager.secret",
        other => panic!("{other:?} is no part of the stack"),
    }
    .to_owned()
}

/// Runs see the beginning and the end of things some seconds later than AWS.
const SECONDS_LATE: f64 = 0.003;

/// Checks that the meter is within the bounds of the ledger.
pub fn within(books: &Books, after: &str) {
    for (address, low, high, meter) in books.rows() {
        let is_within = low * (1.0 - SECONDS_LATE) <= meter + 1e-9 && meter <= high * (1.0 + SECONDS_LATE) + 1e-9;
        assert!(is_within, "{after}: {address}: {meter} is not within {low} and {high}: {books:#?}");
    }
}

/// Checks besides that the middle between the bounds agrees with the meter within 1 %.
pub fn agree(books: &Books, after: &str) {
    within(books, after);
    for (address, low, high, meter) in books.rows() {
        let middle = f64::midpoint(low, high);
        println!(
            "{after}: {address}: {meter:.4}, by the ledger {low:.4} to {high:.4}, {:+.3} %",
            (middle / meter - 1.0) * 100.0
        );
        assert!((middle - meter).abs() <= 0.01 * meter, "{after}: {address}: {middle} is not {meter}: {books:#?}");
    }
}
