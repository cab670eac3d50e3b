//! Endpoints: created, settled, deleted.

use serde_json::{Value, json};

use super::endpoint_record::{Endpoint, Step};
use super::fleet::Fleet;
use super::kind::ENDPOINT;
use super::store::Record;
use super::transition::Transition;
use super::{component_record, deployment, limits, managed, network, tags, traffic};
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateEndpoint.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    ENDPOINT.check_free(context, name)?;
    let mut fleet = Fleet::of(context, text(input, "EndpointConfigName"))?;
    let deployment = Some(&input["DeploymentConfig"]).filter(|deployment| !deployment.is_null());
    if let Some(deployment) = deployment {
        deployment::check(deployment, &fleet)?;
    }
    limits::check_fleet(&fleet, context)?;
    let arn = ENDPOINT.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let takes =
        if fleet.fails.is_some() { context.durations.endpoint_failure } else { context.durations.endpoint_create };
    managed::begin(&mut fleet, context.now_ms.saturating_add(milliseconds(takes)), context);
    let endpoint = Endpoint {
        endpoint_name: name.to_owned(),
        created_ms: context.now_ms,
        modified_ms: context.now_ms,
        rest: "InService".to_owned(),
        failure_reason: None,
        last_deployment_config: deployment.cloned(),
        transition: Some(Transition::begin(context, takes, Step::Create)),
        last_transition: None,
        fleet,
    };
    endpoint.save(context)?;
    Ok(json!({ "EndpointArn": arn }))
}

/// DeleteEndpoint.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "EndpointName");
    let mut endpoint = Endpoint::find(context, name)?;
    endpoint.check_at_rest(context)?;
    // Reports contradict each other: `Endpoint has inference components attached` while a component is being deleted, and components
    // that outlive their endpoint, report `InService` and keep their name (the skill that `managed.rs` cites). A client that deletes
    // them first does right by both.
    if component_record::on_endpoint(context, name)? {
        let arn = ENDPOINT.arn(context, name);
        return Err(invalid(format!("Cannot delete endpoint \"{arn}\": it has inference components.")));
    }
    let takes = context.durations.endpoint_delete;
    network::keep(endpoint.networks().cloned().collect(), takes, context);
    traffic::ends(context.own, name, context.now_ms)?;
    endpoint.transition = Some(Transition::begin(context, takes, Step::Delete));
    endpoint.modified_ms = context.now_ms;
    endpoint.save(context)?;
    Ok(json!({}))
}
