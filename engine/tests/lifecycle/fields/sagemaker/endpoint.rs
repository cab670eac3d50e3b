//! The table of endpoints.

use aws_sdk_sagemaker::types::{CapacitySize, DeploymentConfig};
use ebbtide::aws::EndpointConfigName;
use ebbtide::aws::sagemaker::{
    Container, Deployment, Endpoint, EndpointConfig, Instances, Model, Size, Strategy, Variant,
};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Shows, Table};
use super::{base_name, role, tags};
use crate::fixture::scope;

fn declare_around(stack: &mut Stack) -> [Input<EndpointConfigName>; 2] {
    let role = role(stack, "models");
    [("first", "1.dkr.ecr/vllm:1"), ("second", "1.dkr.ecr/vllm:2")].map(|(name, image)| {
        let model = stack.add(name, Model::new(&role, Container::new(image, None)));
        let variant = Variant::on_instances("main", &model.name, Instances::new("ml.g5.xlarge", 4));
        stack.add(name, EndpointConfig { name: Some(name.into()), ..EndpointConfig::new(variant) }).name
    })
}

fn add(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<Endpoint>(inputs.clone()).unwrap());
}

/// Returns the table of endpoints. The settings of a deployment arrive with the next update, which another configuration
/// makes.
pub fn endpoint() -> Table {
    let configs = declare_around(&mut Stack::new(scope(), [].into()));
    let next = json!(configs[1]);
    let at_once = Deployment::new(Strategy::AllAtOnce { wait_seconds: 60 });
    let mut table = Table::new(&Endpoint::new("one", &configs[0]), observe)
        .shows("name", json!("two"), json!("two"))
        .shows("config", next.clone(), json!(["second", "1.dkr.ecr/vllm:2"]))
        .entry("deployment", json!(at_once), Shows::Nothing("a deployment by itself makes no update"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    for (deployment, value) in deployments(at_once) {
        table = table.shows("deployment", json!(deployment), value).also("config", next.clone());
    }
    Table { add, ..table }
}

/// Returns deployments of each strategy, and their values for the observer.
fn deployments(at_once: Deployment) -> Vec<(Deployment, Value)> {
    let guarded = Deployment {
        rollback_alarms: vec!["slow".into(), "failing".into()],
        termination_wait_seconds: 120,
        timeout_seconds: Some(1800),
        ..at_once.clone()
    };
    let canary = Strategy::Canary { size: Size::Instances(1), wait_seconds: 30 };
    let linear = Strategy::Linear { step: Size::Percent(25), wait_seconds: 0 };
    let rolling = |rollback_batch| Strategy::Rolling { batch: Size::Percent(50), wait_seconds: 10, rollback_batch };
    let rolling_within =
        Deployment { timeout_seconds: Some(900), ..Deployment::new(rolling(Some(Size::Percent(100)))) };
    vec![
        (at_once, json!([null, ["ALL_AT_ONCE", null, 60, 0, null], null])),
        (guarded, json!([["slow", "failing"], ["ALL_AT_ONCE", null, 60, 120, 1800], null])),
        (Deployment::new(canary), json!([null, ["CANARY", ["INSTANCE_COUNT", 1], 30, 0, null], null])),
        (Deployment::new(linear), json!([null, ["LINEAR", ["CAPACITY_PERCENT", 25], 0, 0, null], null])),
        (Deployment::new(rolling(None)), json!([null, null, [["CAPACITY_PERCENT", 50], 10, null, null]])),
        (rolling_within, json!([null, null, [["CAPACITY_PERCENT", 50], 10, ["CAPACITY_PERCENT", 100], 900]])),
    ]
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let all = aws.sagemaker().list_endpoints().send().await.unwrap();
        let [only] = all.endpoints() else { panic!("not one endpoint: {all:?}") };
        assert_eq!(only.endpoint_name(), Some(id));
        let endpoint = aws.sagemaker().describe_endpoint().endpoint_name(id).send().await.unwrap();
        assert_eq!(endpoint.endpoint_status().map(|status| status.as_str()), Some("InService"));
        let [variant] = endpoint.production_variants() else { panic!("not one variant: {endpoint:?}") };
        json!({
            "name": id,
            "config": [base_name(endpoint.endpoint_config_name().unwrap()), variant.deployed_images()[0].specified_image().unwrap()],
            "deployment": endpoint.last_deployment_config().map(deployment),
            "tags": tags(aws, endpoint.endpoint_arn().unwrap()).await,
        })
    })
}

/// Returns the alarms, the moving of traffic to a second fleet, and the moving by batches.
fn deployment(config: &DeploymentConfig) -> Value {
    let alarms = config.auto_rollback_configuration().map(|rollback| {
        rollback.alarms().iter().map(|alarm| alarm.alarm_name().map(str::to_owned)).collect::<Vec<_>>()
    });
    let blue_green = config.blue_green_update_policy().map(|policy| {
        let routing = policy.traffic_routing_configuration().unwrap();
        assert!(routing.canary_size().is_none() || routing.linear_step_size().is_none());
        json!([
            routing.r#type().map(|kind| kind.as_str()),
            routing.canary_size().or(routing.linear_step_size()).map(size),
            routing.wait_interval_in_seconds(),
            policy.termination_wait_in_seconds(),
            policy.maximum_execution_timeout_in_seconds(),
        ])
    });
    let rolling = config.rolling_update_policy().map(|policy| {
        json!([
            policy.maximum_batch_size().map(size),
            policy.wait_interval_in_seconds(),
            policy.rollback_maximum_batch_size().map(size),
            policy.maximum_execution_timeout_in_seconds(),
        ])
    });
    json!([alarms, blue_green, rolling])
}

fn size(size: &CapacitySize) -> Value {
    json!([size.r#type().map(|kind| kind.as_str()), size.value()])
}
