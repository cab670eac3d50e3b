//! The word `fail`: a fault for a share of all calls.

use super::hook::{Call, FaultAction};
use super::service_errors;
use super::share::Share;

/// A fault, and the calls that it is for.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    share: Share,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Throttle,
    Error,
    Unavailable,
    Cut,
    Truncate,
    Twice,
    Hang,
}

impl Failure {
    /// Reads `KIND`, then the parts that [`Share::parse`] reads, between colons.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = text.split(':');
        let kind = match parts.next() {
            Some("throttle") => Kind::Throttle,
            Some("error") => Kind::Error,
            Some("unavailable") => Kind::Unavailable,
            Some("cut") => Kind::Cut,
            Some("truncate") => Kind::Truncate,
            Some("twice") => Kind::Twice,
            Some("hang") => Kind::Hang,
            _ => return Err("write throttle, error, unavailable, cut, truncate, twice or hang"),
        };
        Ok(Self { kind, share: Share::parse(parts)? })
    }

    /// Returns the action for a call, if the call is in the share.
    pub fn action(&self, call: &Call) -> Option<FaultAction> {
        self.share.has(call.number).then(|| match self.kind {
            Kind::Throttle => FaultAction::Refuse(service_errors::throttled(&call.service)),
            Kind::Error => FaultAction::Refuse(service_errors::broken(&call.service)),
            Kind::Unavailable => FaultAction::Refuse(service_errors::unavailable(&call.service)),
            Kind::Cut => FaultAction::ActAndDrop,
            Kind::Truncate => FaultAction::ActAndTruncate,
            Kind::Twice => FaultAction::ActTwice,
            Kind::Hang => FaultAction::Hang,
        })
    }
}
