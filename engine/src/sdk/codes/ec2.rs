//! EC2.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str, message: &str) -> Option<ErrorKind> {
    Some(match code {
        "NatGatewayNotFound" | "Gateway.NotAttached" => ErrorKind::NotFound,
        "InvalidGroup.Duplicate" | "InvalidSubnet.Conflict" => ErrorKind::AlreadyExists,
        // A network has at most one endpoint of a service with private DNS names.
        "InvalidParameter" if message.contains("conflicting DNS domain") => ErrorKind::AlreadyExists,
        "DependencyViolation" | "InvalidIPAddress.InUse" | "IncorrectState" | "Resource.AlreadyAssociated" => {
            ErrorKind::Busy
        }
        "UnauthorizedOperation" => ErrorKind::Denied,
        "VpcLimitExceeded" | "AddressLimitExceeded" | "NatGatewayLimitExceeded" => ErrorKind::Quota,
        // AWS has no free public address, or the subnet has no free private one.
        "InsufficientAddressCapacity" | "InsufficientFreeAddressesInSubnet" => ErrorKind::Quota,
        _ => return None,
    })
}
