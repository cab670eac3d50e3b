//! Creating and modifying VPC endpoints.

use serde_json::{Value, json};

use super::records::gateways::Endpoint;
use super::records::network::Vpc;
use super::{client_token, endpoint, endpoint_links, endpoint_service, kind, security_group, store, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

// The policies of endpoints that are given none, as AWS returns them: both allow everything, and only that of a
// gateway endpoint has a version. Source: the two endpoints in the example of `aws ec2 describe-vpc-endpoints`
// (aws-cli, awscli/examples/ec2/describe-vpc-endpoints.rst).
const GATEWAY_DEFAULT: &str =
    r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
const INTERFACE_DEFAULT: &str = r#"{
  "Statement": [
    {
      "Action": "*",
      "Effect": "Allow",
      "Principal": "*",
      "Resource": "*"
    }
  ]
}"#;

fn default_policy(is_gateway: bool) -> &'static str {
    if is_gateway { GATEWAY_DEFAULT } else { INTERFACE_DEFAULT }
}

/// CreateVpcEndpoint, idempotent by its client token.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let token = parameters.get("ClientToken");
    if let Some(id) = client_token::recall(parameters, context.own)? {
        let present: Endpoint = store::find(context.own, &id)?;
        return Ok(json!({ "vpcEndpoint": endpoint::shown(&present, context)?, "clientToken": token }));
    }
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    let name = parameters.need("ServiceName")?;
    let endpoint_type = parameters.get("VpcEndpointType").unwrap_or("Gateway");
    check_type(endpoint_type, name, context)?;
    let is_interface = endpoint_type == "Interface";
    let policy = parameters.get("PolicyDocument").filter(|text| !text.is_empty());
    let policy = policy.unwrap_or(default_policy(!is_interface));
    endpoint_links::check_policy(policy)?;
    let tags = tags::specified(parameters, kind::ENDPOINT)?;
    let mut endpoint = Endpoint {
        id: kind::ENDPOINT.fresh(),
        vpc: vpc.id.clone(),
        service: name.to_owned(),
        endpoint_type: endpoint_type.to_owned(),
        policy: policy.to_owned(),
        route_tables: Vec::new(),
        interfaces: Vec::new(),
        security_groups: Vec::new(),
        // AWS turns private DNS on by default, for interface endpoints only.
        private_dns: parameters.get("PrivateDnsEnabled").map_or(is_interface, |value| value == "true"),
        created_ms: context.now_ms,
        deleted_ms: None,
    };
    link(&mut endpoint, parameters, "", context)?;
    if is_interface && endpoint.security_groups.is_empty() {
        endpoint.security_groups.push(security_group::default_of(context.own, &vpc.id)?.id);
    }
    endpoint_links::check_private_dns(&endpoint, context)?;
    store::save(context.own, &endpoint)?;
    tags::add(context.own, &endpoint.id, tags)?;
    client_token::remember(parameters, context.own, &endpoint.id);
    Ok(json!({ "vpcEndpoint": endpoint::shown(&endpoint, context)?, "clientToken": token }))
}

fn check_type(endpoint_type: &str, name: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let service = endpoint_service::find(context.region, name)?;
    let mut available = Vec::new();
    available.extend(service.gateway.then_some("Gateway"));
    available.extend(service.interface.then_some("Interface"));
    if !available.contains(&endpoint_type) {
        let message = format!(
            "Endpoint type ({endpoint_type}) does not match available service types ([{}]).",
            available.join(", ")
        );
        return Err(Fault::new("InvalidParameter", message));
    }
    Ok(())
}

// Adds the items that the parameters list: `RouteTableId` when creating, `AddRouteTableId` when modifying.
fn link(endpoint: &mut Endpoint, parameters: &Parameters, verb: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    for id in parameters.strings(&format!("{verb}RouteTableId")) {
        endpoint_links::add_route_table(endpoint, &id, context)?;
    }
    for id in parameters.strings(&format!("{verb}SubnetId")) {
        endpoint_links::add_subnet(endpoint, &id, context)?;
    }
    for id in parameters.strings(&format!("{verb}SecurityGroupId")) {
        endpoint_links::add_security_group(endpoint, &id, context)?;
    }
    Ok(())
}

/// ModifyVpcEndpoint. Removals come first, so that a subnet can be exchanged for another of the same zone.
pub fn modify(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut endpoint: Endpoint = store::find(context.own, parameters.need("VpcEndpointId")?)?;
    if endpoint.deleted_ms.is_some() {
        let message = format!("The VPC endpoint {} is not in a state that can be modified: deleting", endpoint.id);
        return Err(Fault::new("IncorrectState", message));
    }
    unlink(&mut endpoint, parameters)?;
    link(&mut endpoint, parameters, "Add", context)?;
    if !endpoint.is_gateway() && endpoint.security_groups.is_empty() {
        let message = "An Interface endpoint must have at least one security group";
        return Err(Fault::new("InvalidParameter", message));
    }
    if let Some(policy) = parameters.get("PolicyDocument") {
        endpoint_links::check_policy(policy)?;
        policy.clone_into(&mut endpoint.policy);
    }
    if parameters.get("ResetPolicy") == Some("true") {
        endpoint.policy = default_policy(endpoint.is_gateway()).to_owned();
    }
    if let Some(value) = parameters.get("PrivateDnsEnabled") {
        endpoint.private_dns = value == "true";
        endpoint_links::check_private_dns(&endpoint, context)?;
    }
    store::save(context.own, &endpoint)?;
    Ok(json!({ "return": true }))
}

fn unlink(endpoint: &mut Endpoint, parameters: &Parameters) -> Result<(), Fault> {
    let not_linked =
        |code: &str, id: &str| Err(Fault::new(code, format!("{id} is not associated with the VPC endpoint")));
    for id in parameters.strings("RemoveRouteTableId") {
        if !endpoint.route_tables.contains(&id) {
            return not_linked("InvalidRouteTableId.NotFound", &id);
        }
        endpoint.route_tables.retain(|present| *present != id);
    }
    for id in parameters.strings("RemoveSubnetId") {
        if !endpoint.interfaces.iter().any(|interface| interface.subnet == id) {
            return not_linked("InvalidSubnetId.NotFound", &id);
        }
        endpoint.interfaces.retain(|interface| interface.subnet != id);
    }
    for id in parameters.strings("RemoveSecurityGroupId") {
        if !endpoint.security_groups.contains(&id) {
            return not_linked("InvalidSecurityGroupID.NotFound", &id);
        }
        endpoint.security_groups.retain(|present| *present != id);
    }
    Ok(())
}
