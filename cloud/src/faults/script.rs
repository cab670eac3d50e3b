//! Hooks from a text, for processes that are started by a test: see
//! [`FaultInjector::from_spec`](super::FaultInjector::from_spec).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::failure::Failure;
use super::hook::{Call, CallHook, FaultAction};
use super::service_errors;
use super::share::Share;
use crate::documents::HandlerFault;

/// A text that [`FaultInjector::from_spec`](super::FaultInjector::from_spec) does not understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not understood: {why}")]
pub struct SpecError {
    word: String,
    why: &'static str,
}

/// The words of a spec, in their order.
#[derive(Debug, Default)]
pub(super) struct Script {
    latency: Duration,
    points: Vec<(Point, Which)>,
    failures: Vec<Failure>,
    stale: Option<(Duration, Share)>,
    /// The first call whose credentials have expired.
    expired: Option<u64>,
    /// Faults of endpoints and resources that are being made.
    unmade: Vec<(FaultAction, Extent)>,
}

/// The values of `no-capacity`.
const NO_CAPACITY: &str = "write a number of endpoints of at least 1, such as no-capacity=2, or a time of at most 366 days, \
    such as no-capacity=3s or no-capacity=500ms";
/// The values of other faults of things that are being made.
const UNMADE: &str =
    "write a number of resources of at least 1, such as 2, or a time of at most 366 days, such as 3s or 500ms";
/// The values that are durations.
const DURATION: &str = "write a time of at most 366 days, such as 50ms or 2s";
/// The longest time in a spec. Clocks cannot be moved without bounds.
const LONGEST: Duration = Duration::from_hours(366 * 24);
/// The first words of a spec.
const WORDS: &str = "no such word; there are latency, fail, stale, expired, no-capacity, fails-after-create, exists-after-create, denied, drop-before, drop-after, \
    truncate, twice, hang, kill-before, kill-after and kill-answered";

/// For how long a fault of things that are being made lasts.
#[derive(Debug)]
enum Extent {
    /// For so many more of them.
    Count(AtomicU64),
    /// Until an instant.
    Until(Instant),
}

impl Extent {
    fn parse(value: &str, why: &'static str) -> Result<Self, &'static str> {
        match value.parse::<u64>() {
            Ok(0) => Err(why),
            Ok(count) => Ok(Self::Count(AtomicU64::new(count))),
            Err(_) => {
                let time = duration(value).ok().filter(|time| !time.is_zero()).ok_or(why)?;
                Instant::now().checked_add(time).map(Self::Until).ok_or(why)
            }
        }
    }

    fn has_one_more(&self) -> bool {
        match self {
            Self::Count(left) => {
                left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            }
            Self::Until(end) => Instant::now() < *end,
        }
    }
}

/// Returns whether a fault of things that are being made can happen in a call.
fn concerns(fault: &FaultAction, call: &Call) -> bool {
    match fault {
        FaultAction::ActWithoutCapacity => {
            call.service == "sagemaker" && ["CreateEndpoint", "UpdateEndpoint"].contains(&call.operation.as_str())
        }
        FaultAction::ActAndFailLater(HandlerFault::AfterCreation) if call.service == "bedrock" => {
            call.operation == "CreateModelCustomizationJob"
        }
        _ => call.service == "cloudcontrolapi" && call.operation == "CreateResource",
    }
}

/// Which calls a point is about.
#[derive(Debug)]
enum Which {
    Number(u64),
    /// Every call of an operation.
    Operation(String),
}

impl Which {
    fn parse(value: &str) -> Option<Self> {
        match value.parse() {
            Ok(number) => (number > 0).then_some(Self::Number(number)),
            Err(_) => {
                let named = value.starts_with(|first: char| first.is_ascii_uppercase())
                    && value.chars().all(|character| character.is_ascii_alphanumeric());
                named.then(|| Self::Operation(value.to_owned()))
            }
        }
    }

    fn is(&self, call: &Call) -> bool {
        match self {
            Self::Number(number) => *number == call.number,
            Self::Operation(operation) => *operation == call.operation,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    KillBefore,
    KillAfter,
    KillAnswered,
    DropBefore,
    DropAfter,
    Truncate,
    Twice,
    Hang,
    Denied,
}

impl Script {
    pub(super) fn parse(spec: &str) -> Result<Self, SpecError> {
        let mut script = Self::default();
        for word in spec.split([',', ' ']).filter(|word| !word.is_empty()) {
            script.word(word).map_err(|why| SpecError { word: word.to_owned(), why })?;
        }
        Ok(script)
    }

    fn word(&mut self, word: &str) -> Result<(), &'static str> {
        let (name, value) = word.split_once('=').ok_or("write name=value")?;
        let point = match name {
            "latency" => {
                self.latency = duration(value)?;
                return Ok(());
            }
            "stale" => {
                let mut parts = value.split(':');
                self.stale = Some((duration(parts.next().unwrap_or_default())?, Share::parse(parts)?));
                return Ok(());
            }
            "fail" => {
                self.failures.push(Failure::parse(value)?);
                return Ok(());
            }
            "expired" => {
                let first = value.parse().ok().filter(|number| *number > 0).ok_or("write a call's number, from 1")?;
                self.expired = Some(first);
                return Ok(());
            }
            "no-capacity" => return self.unmade(FaultAction::ActWithoutCapacity, value),
            "fails-after-create" => {
                return self.unmade(FaultAction::ActAndFailLater(HandlerFault::AfterCreation), value);
            }
            "exists-after-create" => {
                return self.unmade(FaultAction::ActAndFailLater(HandlerFault::AlreadyExists), value);
            }
            "kill-before" => Point::KillBefore,
            "kill-after" => Point::KillAfter,
            "kill-answered" => Point::KillAnswered,
            "drop-before" => Point::DropBefore,
            "drop-after" => Point::DropAfter,
            "truncate" => Point::Truncate,
            "twice" => Point::Twice,
            "hang" => Point::Hang,
            "denied" => Point::Denied,
            _ => return Err(WORDS),
        };
        self.points.push((
            point,
            Which::parse(value).ok_or("write a call's number, from 1, or an operation, such as CreateRole")?,
        ));
        Ok(())
    }

    fn unmade(&mut self, fault: FaultAction, value: &str) -> Result<(), &'static str> {
        let why = if matches!(fault, FaultAction::ActWithoutCapacity) { NO_CAPACITY } else { UNMADE };
        self.unmade.push((fault, Extent::parse(value, why)?));
        Ok(())
    }

    fn at(&self, point: Point, call: &Call) -> bool {
        self.points.iter().any(|(at, which)| *at == point && which.is(call))
    }
}

impl CallHook for Script {
    fn delay(&self, _call: &Call) -> Duration {
        self.latency
    }

    fn longest_lag(&self) -> Duration {
        self.stale.as_ref().map_or(Duration::ZERO, |(lag, _)| *lag)
    }

    fn lag(&self, call: &Call) -> Duration {
        self.stale.as_ref().filter(|(_, share)| share.has(call.number)).map_or(Duration::ZERO, |(lag, _)| *lag)
    }

    fn before(&self, call: &Call) -> FaultAction {
        if self.at(Point::KillBefore, call) {
            std::process::abort();
        }
        if self.expired.is_some_and(|first| call.number >= first) {
            return FaultAction::Refuse(service_errors::expired(&call.service));
        }
        if self.at(Point::Denied, call) {
            return FaultAction::Refuse(service_errors::denied(call));
        }
        let points = [
            (Point::DropBefore, FaultAction::Drop),
            (Point::DropAfter, FaultAction::ActAndDrop),
            (Point::Truncate, FaultAction::ActAndTruncate),
            (Point::Twice, FaultAction::ActTwice),
            (Point::Hang, FaultAction::Hang),
        ];
        let at_point = points.into_iter().find(|(point, _)| self.at(*point, call)).map(|(_, action)| action);
        let fault = at_point.or_else(|| self.failures.iter().find_map(|failure| failure.action(call)));
        let unmade = || self.unmade.iter().find(|(fault, extent)| concerns(fault, call) && extent.has_one_more());
        fault.or_else(|| unmade().map(|(fault, _)| fault.clone())).unwrap_or_default()
    }

    fn acted(&self, call: &Call, _status: u16) {
        if self.at(Point::KillAfter, call) {
            std::process::abort();
        }
    }

    fn answered(&self, call: &Call, _status: u16) {
        if self.at(Point::KillAnswered, call) {
            // The caller has to see the response first, so the end comes from another thread.
            std::thread::spawn(|| {
                std::thread::sleep(Duration::from_millis(20));
                std::process::abort();
            });
        }
    }
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let number = |digits: &str| digits.parse().map_err(|_| DURATION);
    let duration = match text.strip_suffix("ms") {
        Some(digits) => number(digits).map(Duration::from_millis)?,
        None => number(text.strip_suffix('s').unwrap_or_default()).map(Duration::from_secs)?,
    };
    if duration <= LONGEST { Ok(duration) } else { Err(DURATION) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64, service: &str) -> Call {
        Call { number, service: service.into(), operation: "GetRole".into(), region: "us-east-1".into() }
    }

    #[test]
    fn words_are_read_and_nonsense_is_named() {
        let spec = "latency=50ms, drop-before=3 drop-after=4,hang=5 truncate=6,twice=7 stale=2s fail=cut:burst=8..9";
        let script = Script::parse(spec).unwrap();
        assert_eq!(script.delay(&call(1, "iam")), Duration::from_millis(50));
        assert_eq!(script.lag(&call(1, "iam")), Duration::from_secs(2));
        let actions: Vec<_> = (2..=10).map(|number| script.before(&call(number, "iam"))).collect();
        let expected = [
            FaultAction::Act,
            FaultAction::Drop,
            FaultAction::ActAndDrop,
            FaultAction::Hang,
            FaultAction::ActAndTruncate,
            FaultAction::ActTwice,
            FaultAction::ActAndDrop,
            FaultAction::ActAndDrop,
            FaultAction::Act,
        ];
        assert_eq!(actions, expected);
        let nonsense = [
            "latency=5",
            "kill-before=0",
            "hang=get_role",
            "explode=1",
            "fail=throttle:300%",
            "latency",
            "stale=x",
            "expired=0",
            "fail=x",
            "no-capacity=0",
            "no-capacity=often",
            "no-capacity=-1",
            "no-capacity=0s",
            "no-capacity=18446744073709551615s",
            "latency=18446744073709551615s",
            "fail=throttle:service=EC2",
            "fail=throttle:service=autoscaling",
        ];
        assert_eq!(Script::parse("hang=GetRole").unwrap().before(&call(1, "iam")), FaultAction::Hang);
        assert_eq!(Script::parse("hang=GetUser").unwrap().before(&call(1, "iam")), FaultAction::Act);
        for bad in nonsense {
            let error = Script::parse(bad).unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
            let is_of_capacity = bad.starts_with("no-capacity");
            assert_eq!(error.to_string().contains("no-capacity=2, or a time"), is_of_capacity, "{error}");
        }
    }

    #[test]
    fn instances_are_lacking_for_a_number_of_endpoints_or_for_a_time() {
        let named = |operation: &str| Call { operation: operation.into(), ..call(1, "sagemaker") };
        let script = Script::parse("no-capacity=2").unwrap();
        let actions = ["CreateEndpoint", "DescribeEndpoint", "UpdateEndpoint", "CreateEndpoint"];
        let actions = actions.map(|operation| script.before(&named(operation)));
        let without = FaultAction::ActWithoutCapacity;
        assert_eq!(actions, [without.clone(), FaultAction::Act, without.clone(), FaultAction::Act]);
        let script = Script::parse("no-capacity=200ms").unwrap();
        assert_eq!(script.before(&named("CreateEndpoint")), without);
        std::thread::sleep(Duration::from_millis(200));
        assert_eq!(script.before(&named("CreateEndpoint")), FaultAction::Act);
    }

    #[test]
    fn one_service_fails_and_the_others_do_not() {
        let script = Script::parse("fail=throttle:service=ec2:100%").unwrap();
        assert!(matches!(script.before(&call(1, "ec2")), FaultAction::Refuse(_)));
        assert_eq!(script.before(&call(1, "sts")), FaultAction::Act);
        let script = Script::parse("fail=cut:burst=2..3:service=s3").unwrap();
        assert_eq!(
            [1, 2].map(|number| script.before(&call(number, "s3"))),
            [FaultAction::Act, FaultAction::ActAndDrop]
        );
    }

    #[test]
    fn each_service_is_throttled_and_lets_expire_in_its_own_words() {
        let refused = |spec: &str, service: &str| match Script::parse(spec).unwrap().before(&call(3, service)) {
            FaultAction::Refuse(fault) => (fault.status, fault.code),
            action => panic!("not refused: {action:?}"),
        };
        let cases = [
            ("ec2", (503, "RequestLimitExceeded"), (400, "RequestExpired")),
            ("s3", (503, "SlowDown"), (400, "ExpiredToken")),
            ("iam", (400, "Throttling"), (403, "ExpiredToken")),
            ("sns", (400, "Throttling"), (403, "ExpiredToken")),
            ("sagemaker", (400, "ThrottlingException"), (400, "ExpiredTokenException")),
            ("kms", (400, "ThrottlingException"), (400, "ExpiredTokenException")),
        ];
        for (service, throttled, expired) in cases {
            assert_eq!(refused("fail=throttle", service), (throttled.0, throttled.1.to_owned()));
            assert_eq!(refused("expired=2", service), (expired.0, expired.1.to_owned()));
        }
        assert_eq!(Script::parse("expired=4").unwrap().before(&call(3, "iam")), FaultAction::Act);
    }
}
