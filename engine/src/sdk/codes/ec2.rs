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
        // "Reduce the number of addresses you are requesting or wait for additional capacity to become available" (the list of
        // error codes).
        "InsufficientAddressCapacity" => ErrorKind::Capacity,
        // The subnet has no free private address.
        "InsufficientFreeAddressesInSubnet" => ErrorKind::Quota,
        _ => return None,
    })
}
