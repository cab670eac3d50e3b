//! From stacks and plans to sums.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::aws::ec2::{ElasticIp, NatGateway};
use ebbtide::aws::s3::Bucket;
use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, Instances, Variant};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::cost::{Amount, Book, Costs, Estimate, PlanCosts, Prices, Pricing, Standing, UsageSettings};
use ebbtide::plan::{Plan, Target};
use ebbtide::planner::{Components, Observation, Request, plan};
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Registry, Scope};
use ebbtide::stack::{Declarations, Stack};
use jiff::Timestamp;
use serde_json::{Value, json};

pub fn scope() -> Scope {
    Scope {
        environment: "test".into(),
        stack: "shop".into(),
        region: "eu-west-1".into(),
        account: "123456789012".into(),
    }
}

/// Declares an endpoint that scales from 1 to 4 instances, a gateway with its address, a secret and a bucket.
pub fn stack(instance_type: &str, count: u32) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    let variant = Variant::on_instances("AllTraffic", "model", Instances::new(instance_type, count));
    let config = stack.add("llm", EndpointConfig::new(variant));
    let endpoint = stack.add("llm", Endpoint::new("llm-v1", config.name));
    stack.add("llm", ScalableTarget::variant(&endpoint.name, "AllTraffic", (1, 4)));
    let address = stack.add("main-nat-a", ElasticIp::default());
    stack.add("main-nat-a", NatGateway::public("subnet-1", &address.allocation_id));
    stack.add("token", Secret::new(SecretSource::generated(32)));
    stack.add("models", Bucket::new());
    stack.finish().unwrap()
}

pub fn kinds() -> Registry {
    ebbtide::aws::kinds()
}

fn book(prices: &[(&str, f64)]) -> Book {
    let entries = prices.iter().map(|(item, usd)| {
        format!("[items.\"{item}\"]\nunit = \"x\"\nusd = {usd}\nsource = \"a test\"\ndate = \"2026-10-13\"\nconfidence = \"official\"\n")
    });
    let text = format!("region = \"eu-west-1\"\n{}", entries.collect::<String>());
    Book::of([Prices::parse("test", "eu-west-1", &text).unwrap()])
}

pub fn simple_book() -> Book {
    book(&[
        ("sagemaker.hosting.ml.g5.xlarge", 1.5),
        ("sagemaker.hosting.ml.g5.2xlarge", 2.0),
        ("vpc.nat.hour", 0.05),
        ("vpc.public_ipv4.hour", 0.005),
        ("secretsmanager.secret", 0.4),
        ("s3.standard.storage", 0.02),
        ("s3.standard.get", 0.001),
    ])
}

/// Returns the document of a stack whose resources all exist as declared.
pub fn applied(declarations: &Declarations) -> StateDocument {
    let mut document = StateDocument::empty(scope(), Timestamp::UNIX_EPOCH, "lineage".into(), "key".into());
    document.serial = 1;
    document.target = Target::Running;
    for (address, declaration) in &declarations.resources {
        let mut record = ResourceRecord { id: Some(address.to_string()), ..ResourceRecord::blank(1) };
        // References are resolved in applied inputs.
        record.inputs = resolved(&declaration.inputs);
        record.outputs = json!({});
        record.depends_on.clone_from(&declaration.depends_on);
        record.declare(&declaration.inputs);
        document.resources.insert(address.clone(), record);
    }
    document
}

pub fn resolved(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("$ref") => json!("an-id"),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), resolved(field))).collect(),
        Value::Array(members) => members.iter().map(resolved).collect(),
        other => other.clone(),
    }
}

pub fn planned(document: &StateDocument, declarations: Option<&Declarations>, target: Target) -> Plan {
    let (scope, kinds, observation, include_data) = (scope(), kinds(), Observation::default(), BTreeSet::new());
    let request = Request {
        kinds: &kinds,
        declarations,
        scope: &scope,
        document,
        observation: &observation,
        observation_hash: "",
        target,
        include_data: &include_data,
        capacity: &Default::default(),
        jobs: Default::default(),
        components: Components::default(),
    };
    plan(&request).unwrap()
}

fn hourly(costs: &Costs) -> f64 {
    costs.total.hourly.usd.unwrap()
}

fn close(one: f64, two: f64) -> bool {
    (one - two).abs() < 1e-9
}

#[test]
fn a_stack_is_estimated_running_paused_and_between_its_bounds() {
    let (book, kinds) = (simple_book(), kinds());
    let pricing = Pricing { hours: 720.0, ..Pricing::new(&book, "eu-west-1") };
    let estimate = Estimate::new(&Standing::declared(&stack("ml.g5.xlarge", 2)), &kinds, &pricing);
    let monthly = |total: ebbtide::cost::Total| total.monthly.usd.unwrap();
    let rest = 0.055 * 720.0 + 0.4;
    assert!(close(monthly(estimate.running.total), 2.0 * 1.5 * 720.0 + rest), "{estimate:#?}");
    assert!(close(monthly(estimate.least), 1.5 * 720.0 + rest));
    assert!(close(monthly(estimate.most), 4.0 * 1.5 * 720.0 + rest));
    assert!(close(monthly(estimate.paused.total), 0.4), "the secret stays");
    let components: Vec<_> = estimate.components().into_iter().map(|one| one.name.to_owned()).collect();
    assert_eq!(components, ["llm", "main-nat-a", "token"], "the bucket is billed by use alone");
    assert!(estimate.running.by_use.iter().any(|charge| charge.usage == "storage_gb"));
    assert!(estimate.running.unknown.is_empty(), "{:?}", estimate.running.unknown);
}

#[test]
fn use_that_is_given_is_a_part_of_the_month() {
    let (book, kinds) = (simple_book(), kinds());
    let usage: UsageSettings =
        serde_json::from_value(json!({"s3_bucket": {"models": {"storage_gb": 500.0, "get_requests": 1000.0}}}))
            .unwrap();
    let plain = Pricing::new(&book, "eu-west-1");
    let pricing = Pricing { usage: &[&usage], ..plain };
    let standing = Standing::declared(&stack("ml.g5.xlarge", 1));
    let with = Estimate::new(&standing, &kinds, &pricing).running;
    let without = Estimate::new(&standing, &kinds, &plain).running;
    let more = with.total.monthly.usd.unwrap() - without.total.monthly.usd.unwrap();
    assert!(close(more, 500.0 * 0.02 + 1000.0 * 0.001), "{more}");
    assert!(close(hourly(&with), hourly(&without)), "an hour has no use in it");
}

#[test]
fn an_unknown_price_makes_the_sum_a_least_amount() {
    let (book, kinds) = (simple_book(), kinds());
    let costs =
        Estimate::new(&Standing::declared(&stack("ml.g6.xlarge", 1)), &kinds, &Pricing::new(&book, "eu-west-1"));
    let running = costs.running;
    assert!(running.total.monthly.at_least && running.total.hourly.at_least);
    assert!(close(hourly(&running), 0.055 + 0.4 / 730.0), "nothing stands for the endpoint");
    assert_eq!(running.of_resource(&"sagemaker_endpoint.llm".parse().unwrap()).monthly, Amount::UNKNOWN);
    let because = "the book has no price of sagemaker.hosting.ml.g6.xlarge in eu-west-1";
    assert_eq!(running.unknown[0].because, because);
}

#[test]
fn an_endpoint_without_a_configuration_of_its_stack_is_unknown() {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    stack.add("llm", Endpoint::new("llm-v1", "a-configuration-of-another-stack"));
    let book = simple_book();
    let rates = Standing::declared(&stack.finish().unwrap()).rates(&kinds());
    let costs = Costs::of(&rates, &Pricing::new(&book, "eu-west-1"));
    assert_eq!(costs.total.monthly, Amount::UNKNOWN);
    assert!(costs.unknown[0].because.contains("sagemaker_endpoint_config"), "{:?}", costs.unknown);
}

#[test]
fn a_plan_shows_dollars_before_after_and_while_paused() {
    let (book, kinds) = (simple_book(), kinds());
    let pricing = Pricing::new(&book, "eu-west-1");
    let secret = 0.4 / 730.0;
    let before = stack("ml.g5.xlarge", 1);
    let empty = StateDocument::empty(scope(), Timestamp::UNIX_EPOCH, "lineage".into(), "key".into());
    let creation = planned(&empty, Some(&before), Target::Running);
    let costs = PlanCosts::new(&empty, &creation, &kinds, &pricing);
    assert!(close(hourly(&costs.before), 0.0));
    assert!(close(hourly(&costs.after), 1.555 + secret));
    assert!(close(hourly(costs.paused.as_ref().unwrap()), secret));
    let of = |address: &str| {
        let operation = creation.operations.iter().find(|operation| operation.address.to_string() == address).unwrap();
        let cost = costs.by_operation(&creation)[operation.id].unwrap();
        (cost.before.hourly.usd.unwrap(), cost.after.hourly.usd.unwrap())
    };
    assert_eq!(of("sagemaker_endpoint.llm"), (0.0, 1.5));
    assert_eq!(of("sagemaker_endpoint_config.llm"), (0.0, 0.0), "a configuration alone bills nothing");

    let document = applied(&before);
    let change = planned(&document, Some(&stack("ml.g5.2xlarge", 1)), Target::Running);
    let costs = PlanCosts::new(&document, &change, &kinds, &pricing);
    assert!(close(hourly(&costs.before), 1.555 + secret) && close(hourly(&costs.after), 2.055 + secret));

    let pause = planned(&document, None, Target::Paused);
    let costs = PlanCosts::new(&document, &pause, &kinds, &pricing);
    assert!(close(hourly(&costs.after), secret) && costs.paused.is_none());

    let end = planned(&document, None, Target::Destroyed);
    let costs = PlanCosts::new(&document, &end, &kinds, &pricing);
    assert!(close(hourly(&costs.after), 0.0), "{:#?}", costs.after);
}

#[test]
fn a_sleeping_stack_costs_what_it_keeps() {
    let mut document = applied(&stack("ml.g5.xlarge", 1));
    for address in
        ["sagemaker_endpoint.llm", "autoscaling_target.llm", "ec2_nat_gateway.main-nat-a", "ec2_elastic_ip.main-nat-a"]
    {
        document.resources.get_mut(&address.parse().unwrap()).unwrap().id = None;
    }
    let book = simple_book();
    let costs = Costs::of(&Standing::recorded(&document).rates(&kinds()), &Pricing::new(&book, "eu-west-1"));
    assert!(close(costs.total.monthly.usd.unwrap(), 0.4), "{costs:#?}");
}
