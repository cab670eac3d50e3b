//! VPC endpoints: describe and delete.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways::Endpoint;
use super::records::groups::SecurityGroup;
use super::records::interfaces;
use super::records::network::Subnet;
use super::{client_token, endpoint_service, instant, kind, lingering, prefix_list, store, tags};
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// Returns the gateway endpoints with a route in a table, each with the prefix list it routes.
pub fn prefix_lists_in(context: &CallContext<'_>, table: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut found = Vec::new();
    for endpoint in store::all::<Endpoint>(context.own)? {
        if endpoint.deleted_ms.is_none() && endpoint.route_tables.iter().any(|id| id == table) {
            let service = endpoint_service::find(context.region, &endpoint.service)?;
            found.push((endpoint.id, prefix_list::id(context.region, service.short)));
        }
    }
    Ok(found)
}

/// Forgets the endpoints whose deletion is over.
pub fn forget_gone(context: &mut CallContext<'_>) -> Result<(), Fault> {
    for endpoint in store::all::<Endpoint>(context.own)? {
        let takes_ms = milliseconds(context.durations.vpc_endpoint_delete);
        if endpoint.deleted_ms.is_some_and(|since| context.now_ms >= since.saturating_add(takes_ms)) {
            store::remove::<Endpoint>(context.own, &endpoint.id);
            client_token::forget(context.own, &endpoint.id);
        }
    }
    Ok(())
}

/// Returns an endpoint as responses show it.
pub fn shown(endpoint: &Endpoint, context: &CallContext<'_>) -> Result<Value, Fault> {
    let mut groups = Vec::new();
    for id in &endpoint.security_groups {
        groups.push(json!({ "groupId": id, "groupName": store::find::<SecurityGroup>(context.own, id)?.name }));
    }
    let interfaces: Vec<&str> = endpoint.interfaces.iter().map(|interface| interface.id.as_str()).collect();
    let subnets: Vec<&str> = endpoint.interfaces.iter().map(|interface| interface.subnet.as_str()).collect();
    Ok(json!({
        "vpcEndpointId": endpoint.id, "vpcEndpointType": endpoint.endpoint_type, "vpcId": endpoint.vpc,
        "serviceName": endpoint.service, "serviceRegion": context.region, "state": endpoint.state(context),
        "policyDocument": endpoint.policy, "routeTableIdSet": endpoint.route_tables, "subnetIdSet": subnets,
        "groupSet": groups, "privateDnsEnabled": endpoint.private_dns, "requesterManaged": false,
        "networkInterfaceIdSet": interfaces, "dnsEntrySet": dns_entries(endpoint, context)?,
        "ipAddressType": if endpoint.is_gateway() { Value::Null } else { json!("ipv4") },
        "dnsOptions": { "dnsRecordIpType": if endpoint.is_gateway() { "service-defined" } else { "ipv4" } },
        "creationTimestamp": instant::text(endpoint.created_ms), "ownerId": context.account,
        "tagSet": tags::set(context.own, &endpoint.id),
    }))
}

fn dns_entries(endpoint: &Endpoint, context: &CallContext<'_>) -> Result<Vec<Value>, Fault> {
    if endpoint.is_gateway() {
        return Ok(Vec::new());
    }
    let service = endpoint_service::find(context.region, &endpoint.service)?;
    let ordinary = service.private_dns_name(context.region);
    let (stem, _) = ordinary.trim_start_matches("*.").split_once(".amazonaws.com").unwrap_or((&ordinary, ""));
    let short = endpoint.id.get(5..13).unwrap_or_default();
    let zone_id = format!("Z{}", endpoint.id.trim_start_matches("vpce-").to_uppercase());
    let entry = |name: String| json!({ "dnsName": name, "hostedZoneId": zone_id });
    let mut entries = vec![entry(format!("{}-{short}.{stem}.vpce.amazonaws.com", endpoint.id))];
    for interface in &endpoint.interfaces {
        let zone = store::find::<Subnet>(context.own, &interface.subnet)?.zone;
        entries.push(entry(format!("{}-{short}-{zone}.{stem}.vpce.amazonaws.com", endpoint.id)));
    }
    if endpoint.private_dns {
        entries.push(entry(ordinary.clone()));
    }
    Ok(entries)
}

/// DescribeVpcEndpoints.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = store::all::<Endpoint>(context.own)?
        .iter()
        .map(|endpoint| shown(endpoint, context))
        .collect::<Result<_, _>>()?;
    let listing = Listing {
        ids: "VpcEndpointId",
        kind: kind::ENDPOINT,
        id_field: "vpcEndpointId",
        set: "vpcEndpointSet",
        filters: &[
            ("vpc-endpoint-id", "vpcEndpointId"),
            ("vpc-endpoint-type", "vpcEndpointType"),
            ("vpc-endpoint-state", "state"),
            ("vpc-id", "vpcId"),
            ("service-name", "serviceName"),
            ("service-region", "serviceRegion"),
            ("ip-address-type", "ipAddressType"),
        ],
    };
    listing.respond(parameters, items)
}

/// DeleteVpcEndpoints: each by itself; those that cannot be deleted are listed in the response. The network
/// interfaces linger until the deletion is over.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let ids = parameters.strings("VpcEndpointId");
    if ids.is_empty() {
        return Err(Fault::new("MissingParameter", "The request must contain the parameter VpcEndpointId"));
    }
    let mut unsuccessful = Vec::new();
    for id in ids {
        kind::ENDPOINT.check_form(&id)?;
        match store::find::<Endpoint>(context.own, &id) {
            Ok(mut endpoint) => {
                if endpoint.deleted_ms.is_none() {
                    let takes = context.durations.vpc_endpoint_delete;
                    lingering::keep(interfaces::of_endpoint(&endpoint), takes, context)?;
                }
                endpoint.deleted_ms.get_or_insert(context.now_ms);
                store::save(context.own, &endpoint)?;
            }
            Err(fault) => {
                // This one response spells the code differently from all others about endpoints.
                let code =
                    if fault.code == kind::ENDPOINT.not_found { "InvalidVpcEndpoint.NotFound" } else { &fault.code };
                unsuccessful.push(json!({ "resourceId": id, "error": { "code": code, "message": fault.message } }));
            }
        }
    }
    Ok(json!({ "unsuccessful": unsuccessful }))
}
