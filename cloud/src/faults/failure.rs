//! The word `fail`: a fault for a share of all calls.

use super::hook::{Call, FaultAction};
use super::service_errors;
use super::share::Share;

/// A fault, and the calls that it is for.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    share: Share,
    /// The only service whose calls fail, by its signing name.
    service: Option<&'static str>,
}

/// The signing names of the services of the cloud.
const SERVICES: [&str; 15] = [
    "application-autoscaling",
    "budgets",
    "ce",
    "ec2",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "pricing",
    "s3",
    "sagemaker",
    "secretsmanager",
    "sns",
    "sts",
    "tagging",
];
/// The mistake of a service that the cloud does not have.
const SERVICE: &str = "write service= and one of application-autoscaling, budgets, ce, ec2, iam, kms, logs, monitoring, \
    pricing, s3, sagemaker, secretsmanager, sns, sts, tagging";

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
    /// Reads `KIND`, then `service=NAME` and the parts that [`Share::parse`] reads, between colons.
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
        let (services, parts): (Vec<&str>, Vec<&str>) = parts.partition(|part| part.starts_with("service="));
        let service = match services.as_slice() {
            [] => None,
            [part] => {
                let name = part.trim_start_matches("service=");
                Some(SERVICES.into_iter().find(|service| *service == name).ok_or(SERVICE)?)
            }
            _ => return Err("write service= once; another fail= is for another service"),
        };
        Ok(Self { kind, share: Share::parse(parts.into_iter())?, service })
    }

    /// Returns the action for a call, if the call is in the share.
    pub fn action(&self, call: &Call) -> Option<FaultAction> {
        let is_of_service = self.service.is_none_or(|service| service == call.service);
        (is_of_service && self.share.has(call.number)).then(|| match self.kind {
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
