//! The table of scalable targets.

use ebbtide::aws::autoscaling::{Scalable, ScalableTarget};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::super::table::Table;
use super::{SAGEMAKER, component, declare_endpoints, endpoints};

pub fn target() -> Table {
    let around = endpoints();
    let of = |variant: &str| ScalableTarget::variant(&around.on_instances, variant, (1, 4));
    let provisioned = ScalableTarget::provisioned_concurrency(&around.serverless, "main", (1, 4)).of;
    let component: Scalable = Scalable::InferenceComponent { name: component::NAME.into() };
    let table = Table::new(&of("a"), observe)
        .shows("of", json!(of("b").of), json!(["endpoint/llm/variant/b", "sagemaker:variant:DesiredInstanceCount"]))
        .shows(
            "of",
            json!(provisioned),
            json!(["endpoint/warm/variant/main", "sagemaker:variant:DesiredProvisionedConcurrency"]),
        )
        .shows(
            "of",
            json!(component),
            json!(["inference-component/llama", "sagemaker:inference-component:DesiredCopyCount"]),
        )
        .shows("min", json!(2), json!(2))
        .shows("min", json!(4), json!(4))
        .shows("max", json!(9), json!(9))
        .shows("suspended", json!({ "scale_in": true }), json!([true, false, false]))
        .shows("suspended", json!({ "scale_out": true, "scheduled": true }), json!([false, true, true]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { add: among_endpoints, prepare: component::make, ..table }
}

fn among_endpoints(stack: &mut Stack, inputs: &Value) {
    declare_endpoints(stack);
    stack.add("it", serde_json::from_value::<ScalableTarget>(inputs.clone()).unwrap());
}

fn observe<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let client = aws.applicationautoscaling();
        let found = client.describe_scalable_targets().service_namespace(SAGEMAKER).send().await.unwrap();
        let [target] = found.scalable_targets() else { panic!("not one target: {found:?}") };
        assert_eq!(target.resource_id(), id);
        let suspended = target.suspended_state().unwrap();
        let arn = target.scalable_target_arn().unwrap();
        let tags = client.list_tags_for_resource().resource_arn(arn).send().await.unwrap().tags.unwrap_or_default();
        let own = tags.into_iter().filter(|(key, _)| !key.starts_with("ebb:"));
        json!({
            "of": [target.resource_id(), target.scalable_dimension().as_str()],
            "min": target.min_capacity(),
            "max": target.max_capacity(),
            "suspended": [
                suspended.dynamic_scaling_in_suspended(),
                suspended.dynamic_scaling_out_suspended(),
                suspended.scheduled_scaling_suspended(),
            ],
            "tags": own.map(|(key, value)| (key, json!(value))).collect::<Map<_, _>>(),
        })
    })
}
