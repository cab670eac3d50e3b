//! The codes that say that the resource itself is gone. A call may also miss another resource, which says nothing about
//! the one that it is about.

use crate::sdk::{Error, ErrorKind};

pub(super) const ADDRESS: &[&str] = &["InvalidAllocationID.NotFound"];
pub(super) const ASSOCIATION: &[&str] = &["InvalidAssociationID.NotFound"];
/// The code of the describe call, and that of the deletion's response.
pub(super) const ENDPOINT: &[&str] = &["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"];
pub(super) const INTERNET_GATEWAY: &[&str] = &["InvalidInternetGatewayID.NotFound"];
/// The attachment is gone with the gateway as well.
pub(super) const ATTACHMENT: &[&str] = &["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"];
pub(super) const NAT_GATEWAY: &[&str] = &["NatGatewayNotFound"];
pub(super) const ROUTE: &[&str] = &["InvalidRoute.NotFound"];
pub(super) const ROUTE_TABLE: &[&str] = &["InvalidRouteTableID.NotFound"];
pub(super) const SECURITY_GROUP: &[&str] = &["InvalidGroup.NotFound"];
pub(super) const SUBNET: &[&str] = &["InvalidSubnetID.NotFound"];
pub(super) const VPC: &[&str] = &["InvalidVpcID.NotFound"];

/// Reads "the resource itself does not exist" as `None`.
pub(super) trait UnlessGone<T> {
    /// Returns `Ok(None)` if AWS's error has one of the codes. That another resource is not found passes with time: it may
    /// only be invisible for the moment.
    fn unless_gone(self, codes: &[&str]) -> Result<Option<T>, Error>;
}

impl<T> UnlessGone<T> for Result<T, Error> {
    fn unless_gone(self, codes: &[&str]) -> Result<Option<T>, Error> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if codes.iter().any(|code| error.is_code(code)) => Ok(None),
            Err(error) if error.kind == ErrorKind::NotFound => Err(error.as_kind(ErrorKind::NotYet)),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(code: &str) -> Result<(), Error> {
        Err(Error { code: Some(code.to_owned()), ..Error::new(ErrorKind::NotFound, "not found") })
    }

    #[test]
    fn only_the_own_code_means_gone() {
        assert_eq!(missing("InvalidSubnetID.NotFound").unless_gone(SUBNET), Ok(None));
        let other = missing("InvalidVpcID.NotFound").unless_gone(SUBNET).unwrap_err();
        assert_eq!(other.kind, ErrorKind::NotYet);
        assert_eq!(Ok::<_, Error>(1).unless_gone(SUBNET), Ok(Some(1)));
    }
}
