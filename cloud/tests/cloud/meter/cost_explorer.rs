//! Cost Explorer: costs by the meter and the price list, by period, group and filter.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::operation::get_cost_and_usage::builders::GetCostAndUsageFluentBuilder;
use aws_sdk_costexplorer::types::{
    CostAllocationTagStatus, CostAllocationTagStatusEntry, DateInterval, Dimension, DimensionValues, Expression,
    Granularity, GroupDefinition, GroupDefinitionType, TagValues,
};
use aws_sdk_sagemaker::types::ProductionVariantInstanceType;
use ebbtide_cloud::{Charge, FaultInjector};

use super::{HOUR, close, sagemaker_tag, variant, world};
use crate::sagemaker;
use crate::support::code;
use crate::virtual_time::World;

/// A world with an endpoint of one instance for each of two stacks, made on the first of March and left alone.
async fn running() -> (World, Client) {
    let world = world();
    let costs = Client::new(&world.sdk("eu-west-1"));
    let active = CostAllocationTagStatusEntry::builder().tag_key("stack").status(CostAllocationTagStatus::Active);
    let call = costs.update_cost_allocation_tags_status().cost_allocation_tags_status(active.build().unwrap());
    call.send().await.unwrap();
    let client = sagemaker::client(&world.sdk("eu-west-1")).await;
    let g5 = variant(ProductionVariantInstanceType::MlG5Xlarge, 1);
    sagemaker::deploy(&client, "e", vec![g5.clone()], vec![sagemaker_tag("stack", "a"), sagemaker_tag("hidden", "x")])
        .await;
    let other = client.create_endpoint().endpoint_name("other").endpoint_config_name("e");
    other.tags(sagemaker_tag("stack", "b")).send().await.unwrap();
    let untagged = client.create_endpoint().endpoint_name("untagged").endpoint_config_name("e");
    untagged.send().await.unwrap();
    (world, costs)
}

fn ask(costs: &Client, start: &str, end: &str, granularity: Granularity) -> GetCostAndUsageFluentBuilder {
    let period = DateInterval::builder().start(start).end(end).build().unwrap();
    costs
        .get_cost_and_usage()
        .time_period(period)
        .granularity(granularity)
        .metrics("UnblendedCost")
        .metrics("UsageQuantity")
}

fn by(kind: GroupDefinitionType, key: &str) -> GroupDefinition {
    GroupDefinition::builder().r#type(kind).key(key).build()
}

fn dimension(key: Dimension, value: &str) -> Expression {
    Expression::builder().dimensions(DimensionValues::builder().key(key).values(value).build()).build()
}

fn tag(key: &str, values: &[&str]) -> Expression {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Expression::builder().tags(TagValues::builder().key(key).set_values(Some(values)).build()).build()
}

/// Returns the cost and the quantity of the first period without groups.
fn total(output: &GetCostAndUsageOutput) -> (f64, f64) {
    let total = output.results_by_time()[0].total().unwrap();
    let amount = |metric: &str| total[metric].amount().unwrap().parse().unwrap();
    (amount("UnblendedCost"), amount("UsageQuantity"))
}

#[tokio::test(start_paused = true)]
async fn usage_costs_its_price_by_day_and_month_and_is_known_a_day_later() {
    let (world, costs) = running().await;
    let march = || ask(&costs, "2027-03-01", "2027-03-03", Granularity::Daily);
    assert_eq!(code(march().send().await), "DataUnavailableException");
    world.until("2027-03-02T12:00:00Z").await;
    // A day later half a day is known.
    let known = march().send().await.unwrap();
    let (cost, hours) = total(&known);
    close(hours, 3.0 * 12.0);
    close(cost, 3.0 * 12.0 * 1.5722);
    assert_eq!(known.results_by_time().len(), 2);
    assert_eq!(known.results_by_time()[1].total().unwrap()["UnblendedCost"].amount(), Some("0"));
    assert_eq!(known.results_by_time()[0].total().unwrap()["UsageQuantity"].unit(), Some("Hrs"));
    assert!(known.results_by_time()[0].estimated());
    world.until("2027-04-03T00:00:00Z").await;
    let month = ask(&costs, "2027-03-01", "2027-04-01", Granularity::Monthly).send().await.unwrap();
    assert_eq!(month.results_by_time().len(), 1);
    close(total(&month).0, 3.0 * 31.0 * 24.0 * 1.5722);
    assert!(!month.results_by_time()[0].estimated());
    let days = ask(&costs, "2027-03-01", "2027-04-01", Granularity::Daily).send().await.unwrap();
    assert_eq!(days.results_by_time().len(), 31);
    let sum: f64 = days
        .results_by_time()
        .iter()
        .map(|day| day.total().unwrap()["UnblendedCost"].amount().unwrap().parse::<f64>().unwrap())
        .sum();
    close(sum, total(&month).0);
    let hours = ask(&costs, "2027-03-31T00:00:00Z", "2027-03-31T05:00:00Z", Granularity::Hourly).send().await.unwrap();
    assert_eq!(hours.results_by_time().len(), 5);
    close(total(&hours).1, 3.0);
}

#[tokio::test(start_paused = true)]
async fn groups_are_dimensions_and_active_tags() {
    let (world, costs) = running().await;
    world.until("2027-03-03T00:00:00Z").await;
    let groups = async |groups: Vec<GroupDefinition>| {
        let call = ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily).set_group_by(Some(groups));
        let output = call.send().await.unwrap();
        let shown = output.results_by_time()[0].groups().iter().map(|group| {
            let hours: f64 = group.metrics().unwrap()["UsageQuantity"].amount().unwrap().parse().unwrap();
            (group.keys().join(" "), hours.round())
        });
        shown.collect::<Vec<_>>()
    };
    let stacks = groups(vec![by(GroupDefinitionType::Tag, "stack")]).await;
    let expected = [("stack$", 24.0), ("stack$a", 24.0), ("stack$b", 24.0)];
    assert_eq!(stacks, expected.map(|(key, hours)| (key.to_owned(), hours)));
    // A key that is not activated tells nothing.
    assert_eq!(groups(vec![by(GroupDefinitionType::Tag, "hidden")]).await, [("hidden$".to_owned(), 72.0)]);
    let both = vec![by(GroupDefinitionType::Dimension, "SERVICE"), by(GroupDefinitionType::Dimension, "USAGE_TYPE")];
    assert_eq!(groups(both).await, [("Amazon SageMaker EU-Host:ml.g5.xlarge".to_owned(), 72.0)]);
    let listed = costs.list_cost_allocation_tags().send().await.unwrap();
    let keys: Vec<_> = listed.cost_allocation_tags().iter().map(|tag| tag.tag_key()).collect();
    assert_eq!(keys, ["stack"]);
}

#[tokio::test(start_paused = true)]
async fn filters_are_tags_and_dimensions_with_and_or_and_not() {
    let (world, costs) = running().await;
    world.until("2027-03-03T00:00:00Z").await;
    let hours = async |filter: Expression| {
        let call = ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily).filter(filter);
        total(&call.send().await.unwrap()).1.round()
    };
    let service = dimension(Dimension::Service, "Amazon SageMaker");
    let usage = dimension(Dimension::UsageType, "EU-Host:ml.g5.xlarge");
    let not = |inner: Expression| Expression::builder().not(inner).build();
    assert_eq!(hours(tag("stack", &["a"])).await, 24.0);
    assert_eq!(hours(tag("stack", &["a", "b"])).await, 48.0);
    assert_eq!(hours(tag("stack", &[""])).await, 24.0);
    assert_eq!(hours(not(tag("stack", &["a"]))).await, 48.0);
    assert_eq!(hours(Expression::builder().and(service.clone()).and(tag("stack", &["b"])).build()).await, 24.0);
    assert_eq!(hours(Expression::builder().or(tag("stack", &["a"])).or(tag("stack", &["b"])).build()).await, 48.0);
    assert_eq!(hours(Expression::builder().and(usage).and(not(service)).build()).await, 0.0);
    assert_eq!(hours(dimension(Dimension::Region, "us-east-1")).await, 0.0);
}

#[tokio::test(start_paused = true)]
async fn filters_leave_out_credits_and_other_accounts() {
    let (world, costs) = running().await;
    let tags: BTreeMap<String, String> = [("stack".to_owned(), "a".to_owned())].into();
    let at_ms = "2027-03-01T06:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let charge = |usd: f64| Charge { tags: tags.clone(), ..Charge::usage(at_ms, "Amazon SageMaker", usd) };
    let other = Some("999999999999".to_owned());
    for charge in [
        charge(7.0),
        Charge { record_type: "Credit".to_owned(), ..charge(-100.0) },
        Charge { record_type: "Refund".to_owned(), ..charge(-1000.0) },
        Charge { account: other, ..charge(10_000.0) },
        Charge { tags: BTreeMap::new(), ..charge(100_000.0) },
    ] {
        world.cloud.charge(charge).await.unwrap();
    }
    world.until("2027-03-03T00:00:00Z").await;
    let cost = async |filters: Vec<Expression>| {
        let filter = match <[Expression; 1]>::try_from(filters) {
            Ok([one]) => one,
            Err(several) => Expression::builder().set_and(Some(several)).build(),
        };
        total(&ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily).filter(filter).send().await.unwrap()).0
    };
    let metered = 24.0 * 1.5722;
    let stack = || tag("stack", &["a"]);
    let lowering = DimensionValues::builder().key(Dimension::RecordType).values("Credit").values("Refund").build();
    let lowering = || Expression::builder().dimensions(lowering.clone()).build();
    let usage = || Expression::builder().not(lowering()).build();
    close(cost(vec![stack()]).await, metered + 7.0 - 100.0 - 1000.0 + 10_000.0);
    close(cost(vec![stack(), usage()]).await, metered + 7.0 + 10_000.0);
    close(cost(vec![stack(), lowering()]).await, -1100.0);
    let own = dimension(Dimension::LinkedAccount, "123456789012");
    close(cost(vec![stack(), own, usage()]).await, metered + 7.0);
    let groups = ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily);
    let groups = groups.group_by(by(GroupDefinitionType::Dimension, "RECORD_TYPE")).send().await.unwrap();
    let keys: Vec<_> = groups.results_by_time()[0].groups().iter().flat_map(|group| group.keys().to_vec()).collect();
    assert_eq!(keys, ["Credit", "Refund", "Usage"]);
    // The meter knows what exists in the cloud, and nothing else.
    let (from, to) = ("2027-03-01T00:00:00Z".parse().unwrap(), "2027-03-02T00:00:00Z".parse().unwrap());
    assert!(world.cloud.metered(from, to).await.unwrap().iter().all(|metered| metered.unit == "Hrs"));
}

#[tokio::test(start_paused = true)]
async fn a_bad_call_is_refused_in_the_words_of_aws() {
    let (world, costs) = running().await;
    world.until("2027-03-05T00:00:00Z").await;
    let message = async |call: GetCostAndUsageFluentBuilder| {
        let error = call.send().await.unwrap_err().into_service_error();
        assert_eq!(error.meta().code(), Some("ValidationException"), "{error:?}");
        error.meta().message().unwrap().to_owned()
    };
    let days = |start, end| ask(&costs, start, end, Granularity::Daily);
    let mut both = tag("stack", &["b"]);
    both.not = Some(Box::new(tag("stack", &["a"])));
    let stack = || by(GroupDefinitionType::Tag, "stack");
    for (call, words) in [
        (days("2027-03-02", "2027-03-02"), "Start date (and hour) should be before end date (and hour)"),
        (days("2027-03-02", "2027-04-02"), "end date past the beginning of next month"),
        (days("2027-03-02T00:00:00Z", "2027-03-03"), "Valid format is: yyyy-MM-dd"),
        (
            days("2027-03-02", "2027-03-03").group_by(stack()).group_by(stack()).group_by(stack()),
            "Only two values for GroupBy",
        ),
        (days("2027-03-02", "2027-03-03").filter(both), "Expression has more than one roots"),
        (days("2027-03-02", "2027-03-03").metrics("Tea"), "Invalid metric: Tea"),
        (ask(&costs, "2027-01-02T00:00:00Z", "2027-01-03T00:00:00Z", Granularity::Hourly), "14 days"),
    ] {
        let found = message(call).await;
        assert!(found.contains(words), "{found}");
    }
    let token = days("2027-03-02", "2027-03-03").next_page_token("x").send().await;
    assert_eq!(code(token), "InvalidNextTokenException");
}

#[tokio::test(start_paused = true)]
async fn usage_without_a_known_price_is_an_error_and_no_zero() {
    let (world, costs) = running().await;
    let client = aws_sdk_sagemaker::Client::new(&world.sdk("eu-north-1"));
    let unknown = variant(ProductionVariantInstanceType::MlG5Xlarge, 1);
    sagemaker::deploy(&client, "e", vec![unknown], vec![]).await;
    tokio::time::sleep(72 * HOUR).await;
    let call = || ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily);
    assert_eq!(code(call().send().await), "EmbeddedCloudNoPrice");
    let known = call().filter(dimension(Dimension::Region, "eu-west-1")).send().await.unwrap();
    close(total(&known).0, 72.0 * 1.5722);
}

#[tokio::test(start_paused = true)]
async fn a_denied_call_is_refused_by_the_injector() {
    let (world, costs) = running().await;
    tokio::time::sleep(Duration::from_secs(3 * 86400)).await;
    world.cloud.faults().install(FaultInjector::from_spec("denied=GetCostAndUsage").unwrap());
    assert_eq!(code(ask(&costs, "2027-03-01", "2027-03-02", Granularity::Daily).send().await), "AccessDeniedException");
}
