//! The handler of each operation.

use serde_json::Value;

use super::{
    account, address, endpoint, endpoint_change, endpoint_service, internet_gateway, nat_gateway, network_acl,
    network_interface, prefix_list, route, route_association, route_table, rule_change, security_group, subnet, tags,
    vpc, vpc_attribute, zone,
};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// Handles an operation.
pub type Handler = fn(&Parameters, &mut CallContext<'_>) -> Result<Value, Fault>;

/// Returns the handler of an operation, if there is such an operation here.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "CreateVpc" => vpc::create,
        "DescribeVpcs" => vpc::describe,
        "DeleteVpc" => vpc::delete,
        "DescribeVpcAttribute" => vpc_attribute::describe,
        "ModifyVpcAttribute" => vpc_attribute::modify,
        "CreateSubnet" => subnet::create,
        "DescribeSubnets" => subnet::describe,
        "ModifySubnetAttribute" => subnet::modify,
        "DeleteSubnet" => subnet::delete,
        "CreateInternetGateway" => internet_gateway::create,
        "DescribeInternetGateways" => internet_gateway::describe,
        "AttachInternetGateway" => internet_gateway::attach,
        "DetachInternetGateway" => internet_gateway::detach,
        "DeleteInternetGateway" => internet_gateway::delete,
        "AllocateAddress" => address::allocate,
        "DescribeAddresses" => address::describe,
        "DisassociateAddress" => address::disassociate,
        "ReleaseAddress" => address::release,
        "CreateNatGateway" => nat_gateway::create,
        "DescribeNatGateways" => nat_gateway::describe,
        "DeleteNatGateway" => nat_gateway::delete,
        "CreateRouteTable" => route_table::create,
        "DescribeRouteTables" => route_table::describe,
        "DeleteRouteTable" => route_table::delete,
        "CreateRoute" => route::create,
        "ReplaceRoute" => route::replace,
        "DeleteRoute" => route::delete,
        "AssociateRouteTable" => route_association::associate,
        "DisassociateRouteTable" => route_association::disassociate,
        "ReplaceRouteTableAssociation" => route_association::replace,
        "CreateSecurityGroup" => security_group::create,
        "DescribeSecurityGroups" => security_group::describe,
        "DeleteSecurityGroup" => security_group::delete,
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" => rule_change::authorize,
        "RevokeSecurityGroupIngress" | "RevokeSecurityGroupEgress" => rule_change::revoke,
        "DescribeSecurityGroupRules" => rule_change::describe,
        "UpdateSecurityGroupRuleDescriptionsIngress" | "UpdateSecurityGroupRuleDescriptionsEgress" => {
            rule_change::update_descriptions
        }
        "CreateVpcEndpoint" => endpoint_change::create,
        "ModifyVpcEndpoint" => endpoint_change::modify,
        "DescribeVpcEndpoints" => endpoint::describe,
        "DeleteVpcEndpoints" => endpoint::delete,
        "DescribeVpcEndpointServices" => endpoint_service::describe,
        "CreateTags" => tags::create,
        "DeleteTags" => tags::delete,
        "DescribeTags" => tags::describe,
        "DescribeAvailabilityZones" => zone::describe_zones,
        "DescribeRegions" => zone::describe_regions,
        "DescribeNetworkInterfaces" => network_interface::describe,
        "DescribeNetworkAcls" => network_acl::describe,
        "DescribePrefixLists" => prefix_list::describe,
        "DescribeManagedPrefixLists" => prefix_list::describe_managed,
        "DescribeAccountAttributes" => account::describe_attributes,
        _ => return None,
    })
}
