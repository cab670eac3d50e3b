//! What EC2 tells of an endpoint.

use aws_sdk_ec2::types::{VpcEndpoint as Found, VpcEndpointType};
use serde_json::Value;

use super::endpoint_service::{default_policy, full_name};
use super::order::as_last;
use super::tagging::read_tags;
use super::vpc_endpoint::{EndpointAccess, VpcEndpoint};
use crate::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcId};
use crate::resource::{Readiness, Resolved};

/// The words for «gone» differ in case between AWS's documentation and its answers.
fn state(endpoint: &Found) -> String {
    endpoint.state().map(|state| state.as_str().to_ascii_lowercase()).unwrap_or_default()
}

/// Whether an endpoint is there; one that is gone is still listed for a while.
pub(super) fn exists(endpoint: &Found) -> bool {
    state(endpoint) != "deleted"
}

/// Whether an endpoint can be used.
pub(super) fn readiness(endpoint: &Found) -> Readiness {
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

/// The inputs as EC2 has them; what it does not tell is as in `last`.
pub(super) fn read_inputs(endpoint: &Found, region: &str, last: &VpcEndpoint<Resolved>) -> VpcEndpoint<Resolved> {
    let service = match endpoint.service_name() {
        Some(name) if name != full_name(&last.service, region) => name.to_owned(),
        _ => last.service.clone(),
    };
    let access = match endpoint.vpc_endpoint_type() {
        Some(VpcEndpointType::Gateway) => EndpointAccess::Gateway,
        Some(VpcEndpointType::Interface) => EndpointAccess::Interface,
        _ => last.access,
    };
    let policy: Option<Value> = endpoint.policy_document().and_then(|text| serde_json::from_str(text).ok());
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id()).map(SecurityGroupId::from).collect();
    let route_tables = endpoint.route_table_ids().iter().map(|id| RouteTableId(id.clone())).collect();
    let subnets = endpoint.subnet_ids().iter().map(|id| SubnetId(id.clone())).collect();
    VpcEndpoint {
        vpc: endpoint.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
        service,
        access,
        route_tables: as_last(&last.route_tables, route_tables),
        subnets: as_last(&last.subnets, subnets),
        security_groups: as_last(&last.security_groups, groups),
        private_dns: access == EndpointAccess::Interface && endpoint.private_dns_enabled().unwrap_or(false),
        // Whoever declared AWS's own default as a policy sees just that.
        policy: policy.filter(|policy| last.policy.as_ref() == Some(policy) || *policy != default_policy()),
        tags: read_tags(endpoint.tags()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_understood_in_either_case() {
        let found = |state: &str| Found::builder().state(state.into()).build();
        assert_eq!(readiness(&found("available")), Readiness::Ready);
        assert_eq!(readiness(&found("Pending")), Readiness::Pending("pending".into()));
        assert!(!exists(&found("deleted")) && exists(&found("Deleting")));
    }
}
