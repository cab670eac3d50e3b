//! Parameters of AWS that this EC2 does not act on: refused by name, never silently ignored, so that nothing seems to
//! have been set that was not.

use crate::service::Fault;
use crate::wire::query::Parameters;

/// For each operation, the parameters refused; a list or structure by its first word.
const REFUSED: &[(&str, &[&str])] = &[
    (
        "CreateVpc",
        &[
            "AmazonProvidedIpv6CidrBlock",
            "Ipv6Pool",
            "Ipv6CidrBlock",
            "Ipv4IpamPoolId",
            "Ipv4NetmaskLength",
            "Ipv6IpamPoolId",
            "VpcEncryptionControl",
        ],
    ),
    ("CreateSubnet", &["Ipv6CidrBlock", "Ipv6Native", "OutpostArn", "Ipv4IpamPoolId", "Ipv6IpamPoolId"]),
    ("AllocateAddress", &["Address", "CustomerOwnedIpv4Pool", "IpamPoolId"]),
    (
        "CreateNatGateway",
        &[
            "AvailabilityMode",
            "AvailabilityZoneAddress",
            "PrivateIpAddress",
            "SecondaryAllocationId",
            "SecondaryPrivateIpAddress",
            "SecondaryPrivateIpAddressCount",
        ],
    ),
    ("AssociateRouteTable", &["GatewayId", "PublicIpv4Pool"]),
    ("ReplaceRoute", &["LocalTarget"]),
    ("AuthorizeSecurityGroupIngress", &["SourceSecurityGroupName", "SourceSecurityGroupOwnerId"]),
    (
        "CreateVpcEndpoint",
        &["IpAddressType", "DnsOptions", "SubnetConfiguration", "ServiceNetworkArn", "ResourceConfigurationArn"],
    ),
    ("ModifyVpcEndpoint", &["IpAddressType", "DnsOptions", "SubnetConfiguration"]),
];

/// Values that ask for the behaviour that there is anyway.
const HARMLESS: &[&str] = &["", "false", "ipv4", "zonal"];

/// Refuses a request for a feature that this EC2 does not have.
pub fn check(parameters: &Parameters) -> Result<(), Fault> {
    let operation = parameters.operation();
    let refused = REFUSED.iter().filter(|(name, _)| *name == operation).flat_map(|(_, refused)| *refused);
    for name in refused {
        let asked = |(key, value): (&str, &str)| key.split('.').next() == Some(name) && !HARMLESS.contains(&value);
        if parameters.iter().any(asked) {
            let message = format!("The embedded cloud does not support the parameter {name} of {operation}");
            return Err(Fault::new("UnsupportedOperation", message));
        }
    }
    Ok(())
}
