//! Cost Explorer: the costs of a stack by its ownership tags.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_costexplorer::types::{CostAllocationTagStatus, CostAllocationTagStatusEntry};
use ebbtide::plan::Target;
use ebbtide::resource::Scope;
use ebbtide_cloud::{Charge, Cloud, Settings};
use ebbtide_engine::apply::{billed, billed_sum};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::fixture::{Project, network, scope};

const THREE_DAYS_MS: i64 = 3 * 24 * 60 * 60 * 1000;

#[tokio::test(flavor = "multi_thread")]
async fn cost_explorer_has_the_costs_of_a_stack_by_address() {
    let project = Project::new(network("10.0.0.0/16"));
    let ahead_ms = Arc::new(AtomicI64::new(0));
    let clock = {
        let ahead_ms = Arc::clone(&ahead_ms);
        move || Timestamp::now().as_millisecond() + ahead_ms.load(Ordering::Relaxed)
    };
    let settings = Settings { transition: Duration::from_millis(30), bill_lag: Duration::ZERO, ..Settings::default() };
    let cloud = Cloud::open_with_clock(&project.path().join("cloud"), settings, clock).unwrap();
    let aws = Project::aws(&cloud);
    let tomorrow = Timestamp::now().to_zoned(TimeZone::UTC).date().tomorrow().unwrap();
    let after = tomorrow.checked_add(1.day()).unwrap();
    assert!(billed(&aws, &scope(), tomorrow, after).await.unwrap().is_empty(), "nothing is known yet");
    for key in ["ebb:environment", "ebb:stack", "ebb:address"] {
        let active = CostAllocationTagStatusEntry::builder().tag_key(key).status(CostAllocationTagStatus::Active);
        let call = aws.costexplorer().update_cost_allocation_tags_status();
        call.cost_allocation_tags_status(active.build().unwrap()).send().await.unwrap();
    }
    assert!(project.run_on(&cloud, Target::Running).await.result.unwrap().success);
    ahead_ms.store(THREE_DAYS_MS, Ordering::Relaxed);
    // A credit, a refund, and the same names in another account of the organization.
    let at_ms = tomorrow.to_zoned(TimeZone::UTC).unwrap().timestamp().as_millisecond();
    let address = "ec2_nat_gateway.main-nat-a";
    let tags = [("ebb:environment", "test"), ("ebb:stack", "net"), ("ebb:address", address)];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let charge = |usd: f64| Charge { tags: tags.clone().into(), ..Charge::usage(at_ms, "EC2 - Other", usd) };
    for charge in [
        Charge { record_type: "Credit".to_owned(), ..charge(-50.0) },
        Charge { record_type: "Refund".to_owned(), ..charge(-5.0) },
        Charge { account: Some("999999999999".to_owned()), ..charge(70.0) },
    ] {
        cloud.charge(charge).await.unwrap();
    }
    let day = billed(&aws, &scope(), tomorrow, after).await.unwrap();
    let of = |address: &str| day.resources[address];
    assert!((of("ec2_nat_gateway.main-nat-a") - 24.0 * 0.048).abs() < 1e-6, "{day:?}");
    assert!((of("ec2_elastic_ip.main-nat-a") - 24.0 * 0.005).abs() < 1e-6, "{day:?}");
    assert!(day.other == 0.0 && day.total() > 24.0 * 0.053, "{day:?}");
    let sum = billed_sum(&aws, &scope(), tomorrow, after).await.unwrap();
    assert!((sum - day.total()).abs() < 1e-6, "{sum} is not {}", day.total());
    let other = Scope { stack: "other".into(), ..scope() };
    assert!(billed(&aws, &other, tomorrow, after).await.unwrap().is_empty());
}
