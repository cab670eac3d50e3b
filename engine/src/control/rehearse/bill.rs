//! The dollars of a rehearsal: the meter of its cloud, which knows nothing of schedules, times the price book.

use std::collections::BTreeMap;

use ebbtide_cloud::{Cloud, Item, MeterError};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::report::{Bill, BilledItem};
use ebbtide::cost::{Amount, Book};

/// Reads the meter between two instants. Tiers of prices begin anew with each month of UTC, as on AWS's bill.
pub(super) async fn read(cloud: &Cloud, book: &Book, from: Timestamp, to: Timestamp) -> Result<Bill, MeterError> {
    let mut items: BTreeMap<String, BilledItem> = BTreeMap::new();
    let mut begin = from;
    while begin < to {
        let end = next_month(begin).map_or(to, |next| next.min(to));
        let mut quantities: BTreeMap<(String, String, &str), f64> = BTreeMap::new();
        for one in cloud.metered(begin, end).await? {
            *quantities.entry((price_of(&one.item), one.region, one.unit)).or_default() += one.quantity;
        }
        for ((item, region, unit), quantity) in quantities {
            let amount = book.price(&region, &item).map_or(Amount::UNKNOWN, |price| price.amount(quantity));
            let billed = items.entry(item.clone()).or_insert_with(|| BilledItem::new(item, unit));
            billed.quantity += quantity;
            billed.cost += amount;
        }
        begin = end;
    }
    let items: Vec<BilledItem> = items.into_values().collect();
    Ok(Bill { total: items.iter().map(|item| item.cost).sum(), items })
}

/// Returns the beginning of the next month of UTC.
fn next_month(instant: Timestamp) -> Option<Timestamp> {
    let first = instant.to_zoned(TimeZone::UTC).date().first_of_month();
    let next = first.checked_add(1.month()).ok()?;
    Some(next.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Returns the item of the price book.
fn price_of(item: &Item) -> String {
    match item {
        Item::Hosting(instance) => return format!("sagemaker.hosting.{instance}"),
        Item::AsyncHosting(instance) => return format!("sagemaker.async.{instance}"),
        Item::HostingVolume => "sagemaker.endpoint.storage",
        Item::NatGateway => "vpc.nat.hour",
        Item::VpcEndpoint => "vpc.endpoint.interface.hour",
        Item::AddressInUse | Item::IdleAddress => "vpc.public_ipv4.hour",
        Item::Key => "kms.key",
        Item::Alarm => "cloudwatch.alarm.standard",
        Item::HighResolutionAlarm => "cloudwatch.alarm.high_resolution",
        Item::CompositeAlarm => "cloudwatch.alarm.composite",
        Item::Dashboard | Item::LargeDashboard => "cloudwatch.dashboard",
        Item::Secret => "secretsmanager.secret",
        Item::StandardStorage => "s3.standard.storage",
        Item::ApplicationLoadBalancer => "elb.alb.hour",
        Item::NetworkLoadBalancer => "elb.nlb.hour",
        Item::EksCluster => "eks.cluster.standard.hour",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_of_the_meter_has_a_price_in_the_book() {
        let book = Book::embedded();
        let instance = "ml.g5.xlarge".to_owned();
        for item in [
            Item::Hosting(instance.clone()),
            Item::AsyncHosting(instance),
            Item::HostingVolume,
            Item::NatGateway,
            Item::VpcEndpoint,
            Item::AddressInUse,
            Item::Key,
            Item::Alarm,
            Item::HighResolutionAlarm,
            Item::CompositeAlarm,
            Item::Dashboard,
            Item::Secret,
            Item::StandardStorage,
            Item::ApplicationLoadBalancer,
            Item::NetworkLoadBalancer,
            Item::EksCluster,
        ] {
            assert!(book.price("eu-west-1", &price_of(&item)).is_some(), "{item:?}");
        }
    }

    #[test]
    fn months_begin_at_midnight_in_utc() {
        let next = next_month("2026-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(next, Some("2027-01-01T00:00:00Z".parse().unwrap()));
    }
}
