//! Links of VPC endpoints: route tables, subnets, security groups, private DNS. Every check that creating and
//! modifying share is here.

use super::records::gateways::{Endpoint, Interface};
use super::records::groups::SecurityGroup;
use super::records::network::{Subnet, Vpc};
use super::records::routing::{Destination, RouteTable};
use super::{endpoint, endpoint_service, kind, network_interface, prefix_list, store};
use crate::documents::CallContext;
use crate::service::Fault;

fn invalid(message: String) -> Fault {
    Fault::new("InvalidParameter", message)
}

// The VPC endpoint calls spell these codes with `Id` where the calls for subnets and tables write `ID`.
fn respelled(code: &str) -> impl Fn(Fault) -> Fault {
    move |fault| if fault.code.ends_with(".NotFound") { Fault { code: code.to_owned(), ..fault } } else { fault }
}

/// Puts a gateway endpoint's route into a table.
pub fn add_route_table(endpoint: &mut Endpoint, id: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    if !endpoint.is_gateway() {
        return Err(invalid("Route tables are only supported for Gateway endpoints".into()));
    }
    let table: RouteTable = store::find(context.own, id).map_err(respelled("InvalidRouteTableId.NotFound"))?;
    if table.vpc != endpoint.vpc {
        return Err(invalid(format!("Route table {id} does not belong to the VPC {}", endpoint.vpc)));
    }
    let service = endpoint_service::find(context.region, &endpoint.service)?;
    let list = prefix_list::id(context.region, service.short);
    let taken = endpoint::prefix_lists_in(context, id)?.iter().any(|(_, present)| *present == list)
        || endpoint.route_tables.iter().any(|present| present == id)
        || table.routes.iter().any(|route| route.goes_to(&Destination::PrefixList(list.clone())));
    if taken {
        let message = format!("route table {id} already has a route with destination-prefix-list-id {list}");
        return Err(Fault::new("RouteAlreadyExists", message));
    }
    endpoint.route_tables.push(table.id);
    Ok(())
}

/// Puts an interface into a subnet: one for each zone.
pub fn add_subnet(endpoint: &mut Endpoint, id: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    if endpoint.is_gateway() {
        return Err(invalid("Subnets are only supported for Interface endpoints".into()));
    }
    let subnet: Subnet = store::find(context.own, id).map_err(respelled("InvalidSubnetId.NotFound"))?;
    if subnet.vpc != endpoint.vpc {
        return Err(invalid(format!("Subnet {id} does not belong to the VPC {}", endpoint.vpc)));
    }
    if !endpoint_service::find(context.region, &endpoint.service)?.zones(context.region).contains(&subnet.zone) {
        return Err(invalid(format!(
            "The VPC endpoint service {} does not support the availability zone of the subnet: {id}.",
            endpoint.service
        )));
    }
    for interface in &endpoint.interfaces {
        if store::find::<Subnet>(context.own, &interface.subnet)?.zone == subnet.zone {
            let message = format!(
                "Found another VPC endpoint subnet in the availability zone of {id}. VPC endpoint subnets should be \
                 in different availability zones supported by the VPC endpoint service."
            );
            return Err(Fault::new("DuplicateSubnetsInSameZone", message));
        }
    }
    let taken: Vec<String> = endpoint.interfaces.iter().map(|interface| interface.private_ip.clone()).collect();
    endpoint.interfaces.push(Interface {
        id: kind::NETWORK_INTERFACE.fresh(),
        private_ip: network_interface::free_address(context, &subnet, &taken)?,
        subnet: subnet.id,
    });
    Ok(())
}

/// Gives the interfaces a security group.
pub fn add_security_group(endpoint: &mut Endpoint, id: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    if endpoint.is_gateway() {
        return Err(invalid("Security groups are only supported for Interface endpoints".into()));
    }
    let group: SecurityGroup = store::find(context.own, id).map_err(respelled("InvalidSecurityGroupID.NotFound"))?;
    if group.vpc != endpoint.vpc {
        return Err(invalid(format!("Security group {id} does not belong to the VPC {}", endpoint.vpc)));
    }
    if !endpoint.security_groups.contains(&group.id) {
        endpoint.security_groups.push(group.id);
    }
    Ok(())
}

/// Checks that private DNS can be on: it needs both DNS attributes of the VPC, and the name to be free there.
pub fn check_private_dns(endpoint: &Endpoint, context: &CallContext<'_>) -> Result<(), Fault> {
    if !endpoint.private_dns {
        return Ok(());
    }
    if endpoint.is_gateway() {
        return Err(invalid("Private DNS is only supported for Interface endpoints".into()));
    }
    let vpc: Vpc = store::find(context.own, &endpoint.vpc)?;
    if !(vpc.dns_support && vpc.dns_hostnames) {
        return Err(invalid(format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true \
             for {}",
            vpc.id
        )));
    }
    let conflicts = |other: &Endpoint| {
        other.id != endpoint.id && other.vpc == vpc.id && other.service == endpoint.service && other.private_dns
    };
    if store::all::<Endpoint>(context.own)?.iter().any(conflicts) {
        let name = endpoint_service::find(context.region, &endpoint.service)?.private_dns_name(context.region);
        return Err(invalid(format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {name} in the \
             VPC {}",
            vpc.id
        )));
    }
    Ok(())
}

/// Refuses a policy that is no JSON object.
pub fn check_policy(text: &str) -> Result<(), Fault> {
    let valid = serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|policy| policy["Statement"] != serde_json::Value::Null);
    if valid { Ok(()) } else { Err(Fault::new("InvalidPolicyDocument", "The specified policy document is not valid")) }
}
