//! The tables of auto scaling. The inputs refer to endpoints and targets that are declared around the resource of the table.

mod action;
mod component;
mod policy;
mod target;

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Hosting, Instances, Model, Serverless, Variant};
use ebbtide::aws::{EndpointName, ScalableResource};
use ebbtide::resource::{Input, Resource};
use ebbtide::stack::Stack;
use serde_json::Value;

use super::table::Table;
use crate::fixture::scope;

const SAGEMAKER: ServiceNamespace = ServiceNamespace::Sagemaker;

/// References to endpoints: one with the variants `a` and `b` on instances, one with the serverless variant `main`.
struct Endpoints {
    on_instances: Input<EndpointName>,
    serverless: Input<EndpointName>,
}

fn declare_endpoints(stack: &mut Stack) -> Endpoints {
    let role = stack.add("around", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let model = stack.add("around", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
    let variant = |name: &str| Variant::on_instances(name, &model.name, Instances::new("ml.g5.xlarge", 2));
    let mut on_instances = EndpointConfig::new(variant("a"));
    on_instances.variants.push(variant("b"));
    let warm = Serverless { memory_mb: 2048, max_concurrency: 20, provisioned_concurrency: Some(2) };
    let serverless = EndpointConfig::new(Variant { hosting: Hosting::Serverless(warm), ..variant("main") });
    let mut endpoint = |name: &str, config: EndpointConfig| {
        let config = stack.add(name, config);
        stack.add(name, Endpoint::new(name, &config.name)).name
    };
    Endpoints { on_instances: endpoint("llm", on_instances), serverless: endpoint("warm", serverless) }
}

/// Returns the references to the endpoints alone.
fn endpoints() -> Endpoints {
    declare_endpoints(&mut Stack::new(scope(), [].into()))
}

fn declare_targets(stack: &mut Stack) -> [Input<ScalableResource>; 2] {
    let endpoint = declare_endpoints(stack).on_instances;
    ["a", "b"].map(|variant| stack.add(variant, ScalableTarget::variant(&endpoint, variant, (1, 4))).resource)
}

/// Returns the references to the targets of both variants on instances.
fn targets() -> [Input<ScalableResource>; 2] {
    declare_targets(&mut Stack::new(scope(), [].into()))
}

/// Declares a resource of a kind, and targets around it.
fn among_targets<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_targets(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

pub fn tables() -> Vec<Table> {
    vec![target::target(), policy::tracking(), action::action()]
}

pub use policy::stepped;
