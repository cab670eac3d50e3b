//! The kinds of things that EC2 gives ids to, and the codes with which it refuses an id.

use crate::service::Fault;

/// A kind of thing with an id such as `vpc-0123456789abcdef0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The prefix of its ids, without the dash.
    pub prefix: &'static str,
    /// The table that remembers it, or an empty name when it is derived from other records.
    pub table: &'static str,
    /// The resource type in tags and tag specifications.
    pub resource_type: &'static str,
    /// How messages call its id.
    pub noun: &'static str,
    /// The error code for a well-formed id that does not exist.
    pub not_found: &'static str,
    /// The error code for a malformed id.
    pub malformed: &'static str,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $table:literal, $tag:literal, $noun:literal, $missing:literal, $malformed:literal;)*) => {
        $($(#[$doc])* pub const $name: Kind = Kind {
            prefix: $prefix, table: $table, resource_type: $tag, noun: $noun, not_found: $missing, malformed: $malformed,
        };)*
        /// Every kind there is.
        pub const ALL: &[Kind] = &[$($name),*];
    };
}

// AWS's own spelling of these codes follows no rule (`ID` here, `Id` there), so each is written out.
kinds! {
    /// A virtual private cloud.
    VPC = "vpc", "Vpc", "vpc", "vpc ID", "InvalidVpcID.NotFound", "InvalidVpcID.Malformed";
    /// A subnet of a VPC.
    SUBNET = "subnet", "Subnet", "subnet", "subnet ID", "InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed";
    /// An internet gateway.
    INTERNET_GATEWAY = "igw", "InternetGateway", "internet-gateway", "internetGateway ID",
        "InvalidInternetGatewayID.NotFound", "InvalidInternetGatewayId.Malformed";
    /// The allocation of an Elastic IP address.
    ADDRESS = "eipalloc", "Address", "elastic-ip", "allocation ID",
        "InvalidAllocationID.NotFound", "InvalidAllocationID.Malformed";
    /// The association of an Elastic IP address.
    ADDRESS_ASSOCIATION = "eipassoc", "", "", "association ID",
        "InvalidAssociationID.NotFound", "InvalidAssociationID.Malformed";
    /// A NAT gateway.
    NAT_GATEWAY = "nat", "NatGateway", "natgateway", "NAT gateway", "NatGatewayNotFound", "NatGatewayMalformed";
    /// A route table.
    ROUTE_TABLE = "rtb", "RouteTable", "route-table", "routeTable ID",
        "InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed";
    /// The association of a route table with a subnet, or with its VPC as main table.
    ASSOCIATION = "rtbassoc", "RouteTableAssociation", "", "association ID",
        "InvalidAssociationID.NotFound", "InvalidAssociationID.Malformed";
    /// A security group.
    SECURITY_GROUP = "sg", "SecurityGroup", "security-group", "security group",
        "InvalidGroup.NotFound", "InvalidGroupId.Malformed";
    /// A rule of a security group.
    SECURITY_GROUP_RULE = "sgr", "SecurityGroupRule", "security-group-rule", "security group rule ID",
        "InvalidSecurityGroupRuleId.NotFound", "InvalidSecurityGroupRuleId.Malformed";
    /// A VPC endpoint, gateway or interface.
    ENDPOINT = "vpce", "VpcEndpoint", "vpc-endpoint", "Vpc Endpoint Id",
        "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed";
    /// A network interface; those here belong to NAT gateways and interface endpoints.
    NETWORK_INTERFACE = "eni", "", "network-interface", "networkInterface ID",
        "InvalidNetworkInterfaceID.NotFound", "InvalidNetworkInterfaceId.Malformed";
    /// A network access control list.
    NETWORK_ACL = "acl", "NetworkAcl", "network-acl", "networkAcl ID",
        "InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.Malformed";
    /// A list of address ranges that AWS manages.
    PREFIX_LIST = "pl", "", "prefix-list", "prefix list ID",
        "InvalidPrefixListID.NotFound", "InvalidPrefixListId.Malformed";
}

impl Kind {
    /// Returns a fresh id: the prefix and 17 hexadecimal digits.
    pub fn fresh(self) -> String {
        fresh(self.prefix)
    }

    /// Refuses an id that is not of this kind's form.
    pub fn check_form(self, id: &str) -> Result<(), Fault> {
        let well_formed = id
            .strip_prefix(self.prefix)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        if well_formed {
            return Ok(());
        }
        Err(Fault::new(self.malformed, format!("Invalid id: \"{id}\" (expecting \"{}-...\")", self.prefix)))
    }

    /// Returns the error for an id that does not exist.
    pub fn missing(self, id: &str) -> Fault {
        let message = match self.prefix {
            "nat" => format!("NAT gateway {id} was not found"),
            _ => format!("The {} '{id}' does not exist", self.noun),
        };
        Fault::new(self.not_found, message)
    }

    /// Returns the kind whose prefix an id has.
    pub fn of(id: &str) -> Option<Kind> {
        let (prefix, _) = id.split_once('-')?;
        ALL.iter().copied().find(|kind| kind.prefix == prefix)
    }
}

/// Returns a fresh id with any prefix, for things that have no kind of their own (attachments).
pub fn fresh(prefix: &str) -> String {
    let digits = uuid::Uuid::new_v4().simple().to_string();
    format!("{prefix}-0{}", &digits[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fresh_ids_have_the_form_they_are_checked_for() {
        for kind in ALL {
            let id = kind.fresh();
            kind.check_form(&id).expect("a fresh id is well formed");
            assert_eq!(id.len(), kind.prefix.len() + 18);
            assert_eq!(Kind::of(&id), Some(*kind));
        }
    }

    #[test]
    fn a_malformed_id_and_a_missing_one_have_different_codes() {
        assert_eq!(VPC.check_form("vpc-xyz").expect_err("not hexadecimal").code, "InvalidVpcID.Malformed");
        assert_eq!(SUBNET.check_form("vpc-12345678").expect_err("another kind").code, "InvalidSubnetID.Malformed");
        assert!(VPC.check_form("vpc-12345678").is_ok(), "the short form of old ids is still valid");
    }
}
