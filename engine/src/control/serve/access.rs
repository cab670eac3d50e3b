//! Access to the pages of `ebb serve`: loopback without a token, anywhere else with one.

use std::net::SocketAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// The shortest token. Anybody who can reach the address may try.
pub const SHORTEST_TOKEN: usize = 16;

/// The reasons why an address is not served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The address can be reached from other machines, and there is no token.
    #[error("{0} can be reached from other machines, and there is no token")]
    NoToken(SocketAddr),
    /// The token can be guessed.
    #[error("the token is too short: it has fewer than {SHORTEST_TOKEN} bytes")]
    ShortToken,
}

/// Decides on requests.
pub struct Access {
    token: Option<Zeroizing<String>>,
}

impl Access {
    /// Creates the access to an address. Without a token only loopback is served.
    pub fn new(address: SocketAddr, token: Option<Zeroizing<String>>) -> Result<Self, AccessError> {
        match &token {
            None if !address.ip().is_loopback() => Err(AccessError::NoToken(address)),
            Some(token) if token.len() < SHORTEST_TOKEN => Err(AccessError::ShortToken),
            _ => Ok(Self { token }),
        }
    }

    /// Returns whether a request may see the stacks. With a token, `authorization` must have it: as a bearer token, or as the
    /// password of basic authentication, which browsers ask for. Without a token, the host must be this machine: a page of
    /// another site that resolves its own name to loopback is refused.
    pub(super) fn allows(&self, authorization: Option<&str>, host: Option<&str>) -> bool {
        match &self.token {
            Some(token) => authorization.and_then(presented).is_some_and(|presented| is_same(&presented, token)),
            None => host.is_some_and(is_this_machine),
        }
    }

    /// Returns whether there is a token.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }
}

/// Returns the token of an `Authorization` header.
fn presented(authorization: &str) -> Option<Zeroizing<String>> {
    let (scheme, value) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Zeroizing::new(value.trim().to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?);
    decoded.split_once(':').map(|(_, password)| Zeroizing::new(password.to_owned()))
}

/// Compares in a time that depends on neither: the hashes have one length.
fn is_same(one: &str, other: &str) -> bool {
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    verify_slices_are_equal(hash(one).as_ref(), hash(other).as_ref()).is_ok()
}

fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(address: &str, token: Option<&str>) -> Result<Access, AccessError> {
        Access::new(address.parse().unwrap(), token.map(|token| Zeroizing::new(token.to_owned())))
    }

    #[test]
    fn an_address_of_other_machines_needs_a_token() {
        for address in ["0.0.0.0:80", "10.0.0.1:8080", "[::]:80"] {
            assert!(matches!(access(address, None), Err(AccessError::NoToken(_))), "{address}");
            assert_eq!(access(address, Some("short")).err(), Some(AccessError::ShortToken));
            assert!(access(address, Some("long enough to be one")).is_ok());
        }
        for address in ["127.0.0.1:8080", "[::1]:8080"] {
            assert!(access(address, None).is_ok());
        }
    }

    #[test]
    fn a_token_is_a_bearer_or_a_password() {
        let access = access("0.0.0.0:80", Some("long enough to be one")).unwrap();
        let basic = format!("Basic {}", STANDARD.encode("anyone:long enough to be one"));
        assert!(access.allows(Some("Bearer long enough to be one"), None));
        assert!(access.allows(Some(&basic), None));
        for wrong in ["Bearer long enough to be One", "Bearer", "Basic !", "long enough to be one", "Bearer "] {
            assert!(!access.allows(Some(wrong), Some("localhost")), "{wrong}");
        }
        assert!(!access.allows(None, Some("localhost:8080")));
    }

    #[test]
    fn loopback_is_served_under_its_own_names_only() {
        let access = access("127.0.0.1:8080", None).unwrap();
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(access.allows(None, Some(host)), "{host}");
        }
        for host in ["attacker.example:8080", "localhost.attacker.example", "10.0.0.1", ""] {
            assert!(!access.allows(None, Some(host)), "{host}");
        }
        assert!(!access.allows(None, None));
    }
}
