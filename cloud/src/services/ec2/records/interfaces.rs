//! Network interfaces, as they follow from the things that they serve.

use serde::{Deserialize, Serialize};

use super::gateways::{Endpoint, Interface, NatGateway};
use super::network::Subnet;
use crate::service::Fault;
use crate::services::{cloudcontrol, sagemaker};

/// A network interface. It has no record of its own: it exists as long as the resource that it serves, or a while
/// longer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its VPC.
    pub vpc: String,
    /// Its address in the subnet.
    pub private_ip: String,
    /// Its type, in AWS's word.
    pub interface_type: String,
    /// Its description.
    pub description: String,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// The allocation of its public address, and the id under which that is associated.
    pub association: Option<(String, Option<String>)>,
    /// The principal that made it, if that is neither AWS nor the account itself.
    #[serde(default)]
    pub requester: Option<String>,
    /// When it was attached, in milliseconds since the Unix epoch.
    pub attached_ms: i64,
}

impl NetworkInterface {
    /// Returns the interface after its public address was taken away.
    pub fn without_address(self) -> Self {
        Self { association: None, ..self }
    }
}

/// Returns the interface of a NAT gateway.
pub fn of_gateway(nat: &NatGateway) -> NetworkInterface {
    let association = nat.allocation.clone().map(|allocation| (allocation, nat.address_association.clone()));
    NetworkInterface {
        id: nat.interface.clone(),
        subnet: nat.subnet.clone(),
        vpc: nat.vpc.clone(),
        private_ip: nat.private_ip.clone(),
        interface_type: "nat_gateway".to_owned(),
        description: format!("Interface for NAT Gateway {}", nat.id),
        security_groups: Vec::new(),
        association,
        requester: None,
        attached_ms: nat.created_ms,
    }
}

/// Returns the interfaces of an endpoint.
pub fn of_endpoint(endpoint: &Endpoint) -> Vec<NetworkInterface> {
    let interface = |interface: &Interface| NetworkInterface {
        id: interface.id.clone(),
        subnet: interface.subnet.clone(),
        vpc: endpoint.vpc.clone(),
        private_ip: interface.private_ip.clone(),
        interface_type: "vpc_endpoint".to_owned(),
        description: format!("VPC Endpoint Interface {}", endpoint.id),
        security_groups: endpoint.security_groups.clone(),
        association: None,
        requester: None,
        attached_ms: endpoint.created_ms,
    };
    endpoint.interfaces.iter().map(interface).collect()
}

/// Returns an address of a subnet, one of those that EC2 gives out last.
fn late_address(subnet: &Subnet, index: usize) -> Result<String, Fault> {
    let range = subnet.range()?;
    let last = u32::try_from(range.size()).unwrap_or(u32::MAX).saturating_sub(2);
    let offset = last.saturating_sub(u32::try_from(index).unwrap_or(u32::MAX)).max(4);
    Ok(range.address(offset).to_string())
}

/// Returns an interface of a resource of Cloud Control in one of the subnets.
pub fn of_cloud_control(
    interface: cloudcontrol::Interface,
    subnet: &Subnet,
    index: usize,
) -> Result<NetworkInterface, Fault> {
    Ok(NetworkInterface {
        id: interface.id,
        subnet: interface.subnet,
        vpc: subnet.vpc.clone(),
        private_ip: late_address(subnet, index)?,
        interface_type: "interface".to_owned(),
        description: interface.description,
        security_groups: interface.groups,
        association: None,
        requester: None,
        attached_ms: interface.created_ms,
    })
}

/// Returns an interface of SageMaker in one of the subnets.
pub fn of_sagemaker(interface: sagemaker::Interface, subnet: &Subnet, index: usize) -> Result<NetworkInterface, Fault> {
    Ok(NetworkInterface {
        id: interface.id,
        subnet: interface.subnet,
        vpc: subnet.vpc.clone(),
        private_ip: late_address(subnet, index)?,
        interface_type: "interface".to_owned(),
        description: String::new(),
        security_groups: interface.groups,
        association: None,
        requester: Some(interface.requester),
        attached_ms: interface.created_ms,
    })
}
