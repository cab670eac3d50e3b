//! VPCs and their parts: subnets, internet gateways, network access control lists.

use serde::{Deserialize, Serialize};

use crate::documents::Tables;
use crate::service::Fault;
use crate::services::ec2::cidr::Cidr;
use crate::services::ec2::kind::{self, Kind};
use crate::services::ec2::store::{self, Record};

/// The record of a VPC.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vpc {
    /// Its id.
    pub id: String,
    /// Its range, canonical.
    pub cidr: String,
    /// The id under which that range is associated.
    pub cidr_association: String,
    /// The id of its DHCP option set.
    pub dhcp_options: String,
    /// The tenancy of its instances.
    pub tenancy: String,
    /// Whether AWS's resolver works inside it.
    pub dns_support: bool,
    /// Whether instances with public addresses get public host names.
    pub dns_hostnames: bool,
    /// Whether network address usage is measured.
    pub address_usage_metrics: bool,
}

impl Record for Vpc {
    const KIND: Kind = kind::VPC;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Vpc {
    /// Returns its range.
    pub fn range(&self) -> Result<Cidr, Fault> {
        parse_range(&self.cidr, "InvalidVpc.Range")
    }
}

/// Reads the range of a VPC or subnet: /16 to /28; `code` is the error of another size.
pub fn parse_range(text: &str, code: &str) -> Result<Cidr, Fault> {
    let range: Cidr = text.parse().map_err(|_| {
        let message = format!("Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.");
        Fault::new("InvalidParameterValue", message)
    })?;
    if !(16..=28).contains(&range.prefix) {
        return Err(Fault::new(code, format!("The CIDR '{text}' is invalid.")));
    }
    Ok(range)
}

/// The record of a subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its range, canonical.
    pub cidr: String,
    /// The name of its availability zone.
    pub zone: String,
    /// The id of its availability zone.
    pub zone_id: String,
    /// Whether its instances get public addresses.
    pub map_public_ip: bool,
}

impl Record for Subnet {
    const KIND: Kind = kind::SUBNET;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Subnet {
    /// Returns its range.
    pub fn range(&self) -> Result<Cidr, Fault> {
        parse_range(&self.cidr, "InvalidSubnet.Range")
    }
}

/// The record of an internet gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InternetGateway {
    /// Its id.
    pub id: String,
    /// The VPC that it is attached to.
    pub vpc: Option<String>,
}

impl Record for InternetGateway {
    const KIND: Kind = kind::INTERNET_GATEWAY;

    fn id(&self) -> &str {
        &self.id
    }
}

/// Returns whether an internet gateway is attached to a VPC.
pub fn attached_to(tables: &Tables, vpc: &str) -> Result<bool, Fault> {
    Ok(store::all::<InternetGateway>(tables)?.iter().any(|gateway| gateway.vpc.as_deref() == Some(vpc)))
}

/// The record of a network ACL; its entries are always the default ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
}

impl Record for NetworkAcl {
    const KIND: Kind = kind::NETWORK_ACL;

    fn id(&self) -> &str {
        &self.id
    }
}
