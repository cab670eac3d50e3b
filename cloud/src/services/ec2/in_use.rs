//! Resources that prevent a deletion.

use super::records::gateways::{self, Endpoint};
use super::records::groups::{Peer, Rule, SecurityGroup};
use super::records::network::{self, Subnet};
use super::records::routing::RouteTable;
use super::{network_interface, store};
use crate::documents::CallContext;
use crate::service::Fault;

/// Returns whether a VPC has anything in it beyond the parts that CreateVpc made.
pub fn vpc(context: &CallContext<'_>, vpc: &str) -> Result<bool, Fault> {
    let tables = &*context.own;
    Ok(store::all::<Subnet>(tables)?.iter().any(|subnet| subnet.vpc == vpc)
        || network::attached_to(tables, vpc)?
        || gateways::holding(context)?.iter().any(|nat| nat.vpc == vpc)
        || store::all::<Endpoint>(tables)?.iter().any(|endpoint| endpoint.vpc == vpc)
        || store::all::<SecurityGroup>(tables)?.iter().any(|group| group.vpc == vpc && !group.is_default())
        || store::all::<RouteTable>(tables)?.iter().any(|table| table.vpc == vpc && !table.is_main(tables)))
}

/// Returns whether a network interface is in a subnet.
pub fn subnet(context: &CallContext<'_>, subnet: &str) -> Result<bool, Fault> {
    Ok(network_interface::all(context)?.iter().any(|interface| interface.subnet == subnet))
}

/// Returns whether another group's rule refers to a security group, or a network interface is in it.
pub fn security_group(context: &CallContext<'_>, group: &str) -> Result<bool, Fault> {
    let refers = |rule: &Rule| rule.group != group && matches!(&rule.peer, Peer::Group { id, .. } if id == group);
    Ok(store::all::<Rule>(context.own)?.iter().any(refers)
        || store::all::<Endpoint>(context.own)?
            .iter()
            .any(|endpoint| endpoint.security_groups.iter().any(|id| id == group))
        || network_interface::all(context)?
            .iter()
            .any(|interface| interface.security_groups.iter().any(|id| id == group)))
}
