//! The word `fail`: what happens to a share of all calls.

use super::share::Share;
use super::{Call, Verdict, trouble};

/// What fails, and when.
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
    /// Reads `KIND`, then what [`Share::parse`] reads, between colons.
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

    /// What becomes of a call, if this is about it.
    pub fn verdict(&self, call: &Call) -> Option<Verdict> {
        self.share.has(call.number).then(|| match self.kind {
            Kind::Throttle => Verdict::Refuse(trouble::throttled(&call.service)),
            Kind::Error => Verdict::Refuse(trouble::broken(&call.service)),
            Kind::Unavailable => Verdict::Refuse(trouble::unavailable(&call.service)),
            Kind::Cut => Verdict::ActAndDrop,
            Kind::Truncate => Verdict::ActAndTruncate,
            Kind::Twice => Verdict::ActTwice,
            Kind::Hang => Verdict::Hang,
        })
    }
}
