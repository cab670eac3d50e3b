//! Reading an endpoint.

use super::endpoint_policy::default_policy;
use super::tagging::read_tags;
use crate::providers::lists::ordered_like;
use crate::sdk::Error;
use aws_sdk_ec2::types as sdk;
use ebbtide::aws::ec2::{EndpointAccess, VpcEndpoint};
use ebbtide::aws::iam::Policy;
use ebbtide::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcId};
use ebbtide::resource::{Readiness, Resolved};

/// Returns the state in lower case: AWS's documentation and its responses differ in case.
fn state(endpoint: &sdk::VpcEndpoint) -> String {
    endpoint.state().map(|state| state.as_str().to_ascii_lowercase()).unwrap_or_default()
}

/// Returns whether an endpoint exists. AWS lists a deleted one for a while.
pub(super) fn exists(endpoint: &sdk::VpcEndpoint) -> bool {
    state(endpoint) != "deleted"
}

/// Returns the readiness of an endpoint, with the reason of a failure.
pub(super) fn readiness(endpoint: &sdk::VpcEndpoint) -> Readiness {
    let state = state(endpoint);
    match state.as_str() {
        "pending" | "partial" => Readiness::Pending(state),
        "pendingacceptance" => Readiness::Pending("waiting until the service's owner accepts".into()),
        "deleting" => Readiness::Deleting(state),
        "failed" | "rejected" | "expired" => {
            let reason = endpoint.last_error().and_then(|error| error.message()).or(endpoint.failure_reason());
            Readiness::Failed(reason.map_or(state.clone(), |reason| format!("{state}: {reason}")))
        }
        _ => Readiness::Ready,
    }
}

/// Returns the inputs as EC2 has them. Fields that EC2 does not report are taken from `last`.
pub(super) fn read_inputs(
    endpoint: &sdk::VpcEndpoint,
    region: &str,
    last: &VpcEndpoint<Resolved>,
) -> Result<VpcEndpoint<Resolved>, Error> {
    let service = match endpoint.service_name() {
        Some(name) if name != last.full_service_name(region) => name.to_owned(),
        _ => last.service.clone(),
    };
    let access = match endpoint.vpc_endpoint_type() {
        Some(sdk::VpcEndpointType::Gateway) => EndpointAccess::Gateway,
        Some(sdk::VpcEndpointType::Interface) => EndpointAccess::Interface,
        _ => last.access,
    };
    let policy = match endpoint.policy_document() {
        Some(document) => Policy::read_json(document, last.policy.as_ref(), &default_policy())?,
        None => None,
    };
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id()).map(SecurityGroupId::from).collect();
    let route_tables = endpoint.route_table_ids().iter().map(|id| RouteTableId(id.clone())).collect();
    let subnets = endpoint.subnet_ids().iter().map(|id| SubnetId(id.clone())).collect();
    Ok(VpcEndpoint {
        vpc: endpoint.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
        service,
        access,
        route_tables: ordered_like(&last.route_tables, route_tables),
        subnets: ordered_like(&last.subnets, subnets),
        security_groups: ordered_like(&last.security_groups, groups),
        private_dns: access == EndpointAccess::Interface && endpoint.private_dns_enabled().unwrap_or(false),
        policy,
        tags: read_tags(endpoint.tags()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_recognized_in_either_case() {
        let endpoint = |state: &str| sdk::VpcEndpoint::builder().state(state.into()).build();
        assert_eq!(readiness(&endpoint("available")), Readiness::Ready);
        assert_eq!(readiness(&endpoint("Pending")), Readiness::Pending("pending".into()));
        assert!(!exists(&endpoint("deleted")) && exists(&endpoint("Deleting")));
    }
}
