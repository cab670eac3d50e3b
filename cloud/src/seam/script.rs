//! Observers from a text, for processes that are started by a test: see [`Seam::from_spec`](super::Seam::from_spec).

use std::time::Duration;

use super::{Call, Observer, Verdict};
use crate::service::Fault;

/// A text that [`Seam::from_spec`](super::Seam::from_spec) does not understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("seam: '{word}' is not understood: {why}")]
pub struct SpecError {
    word: String,
    why: &'static str,
}

/// What the words of a spec say, in their order.
#[derive(Debug, Default)]
pub(super) struct Script {
    latency: Duration,
    points: Vec<(Point, u64)>,
    failures: Vec<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    KillBefore,
    KillAfter,
    KillAnswered,
    DropBefore,
    DropAfter,
    Hang,
}

#[derive(Debug)]
struct Failure {
    kind: Kind,
    /// Parts of a thousand.
    share: u64,
    seed: u64,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Throttle,
    Error,
    Unavailable,
    Cut,
}

impl Script {
    pub(super) fn parse(spec: &str) -> Result<Self, SpecError> {
        let mut script = Self::default();
        for word in spec.split([',', ' ']).filter(|word| !word.is_empty()) {
            let error = |why| SpecError { word: word.to_owned(), why };
            let (name, value) = word.split_once('=').ok_or_else(|| error("write name=value"))?;
            let point = match name {
                "latency" => {
                    script.latency = duration(value).ok_or_else(|| error("write 50ms or 2s"))?;
                    continue;
                }
                "fail" => {
                    script.failures.push(failure(value).map_err(error)?);
                    continue;
                }
                "kill-before" => Point::KillBefore,
                "kill-after" => Point::KillAfter,
                "kill-answered" => Point::KillAnswered,
                "drop-before" => Point::DropBefore,
                "drop-after" => Point::DropAfter,
                "hang" => Point::Hang,
                _ => return Err(error("no such word")),
            };
            let number =
                value.parse().ok().filter(|number| *number > 0).ok_or_else(|| error("write a call's number"))?;
            script.points.push((point, number));
        }
        Ok(script)
    }

    fn at(&self, point: Point, call: &Call) -> bool {
        self.points.contains(&(point, call.number))
    }
}

impl Observer for Script {
    fn delay(&self, _call: &Call) -> Duration {
        self.latency
    }

    fn before(&self, call: &Call) -> Verdict {
        if self.at(Point::KillBefore, call) {
            std::process::abort();
        }
        if self.at(Point::DropBefore, call) {
            return Verdict::Drop;
        }
        if self.at(Point::DropAfter, call) {
            return Verdict::ActAndDrop;
        }
        if self.at(Point::Hang, call) {
            return Verdict::Hang;
        }
        self.failures
            .iter()
            .find(|failure| mixed(failure.seed, call.number) % 1000 < failure.share)
            .map_or(Verdict::Act, |failure| failure.kind.verdict(&call.service))
    }

    fn acted(&self, call: &Call, _status: u16) {
        if self.at(Point::KillAfter, call) {
            std::process::abort();
        }
    }

    fn answered(&self, call: &Call, _status: u16) {
        if self.at(Point::KillAnswered, call) {
            // The caller has to see the answer first, so the end comes from another thread.
            std::thread::spawn(|| {
                std::thread::sleep(Duration::from_millis(20));
                std::process::abort();
            });
        }
    }
}

impl Kind {
    fn verdict(self, service: &str) -> Verdict {
        let refuse = |status, code: &str, message: &str| {
            Verdict::Refuse(Fault { status, code: code.to_owned(), message: message.to_owned() })
        };
        match (self, service) {
            (Self::Throttle, "ec2") => refuse(503, "RequestLimitExceeded", "Request limit exceeded."),
            (Self::Throttle, "s3") => refuse(503, "SlowDown", "Please reduce your request rate."),
            (Self::Throttle, "iam" | "sts" | "sns" | "monitoring") => refuse(400, "Throttling", "Rate exceeded"),
            (Self::Throttle, _) => refuse(400, "ThrottlingException", "Rate exceeded"),
            (Self::Error, "ec2" | "s3") => refuse(500, "InternalError", "An internal error has occurred"),
            (Self::Error, _) => refuse(500, "InternalFailure", "An internal error has occurred"),
            (Self::Unavailable, _) => refuse(503, "ServiceUnavailable", "The service is temporarily unavailable"),
            (Self::Cut, _) => Verdict::ActAndDrop,
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    if let Some(number) = text.strip_suffix("ms") {
        return number.parse().ok().map(Duration::from_millis);
    }
    text.strip_suffix('s')?.parse().ok().map(Duration::from_secs)
}

fn failure(text: &str) -> Result<Failure, &'static str> {
    let mut parts = text.split(':');
    let kind = match parts.next() {
        Some("throttle") => Kind::Throttle,
        Some("error") => Kind::Error,
        Some("unavailable") => Kind::Unavailable,
        Some("cut") => Kind::Cut,
        _ => return Err("write throttle, error, unavailable or cut"),
    };
    let mut failure = Failure { kind, share: 1000, seed: 0 };
    for part in parts {
        if let Some(percent) = part.strip_suffix('%') {
            let percent: f64 = percent.parse().map_err(|_| "write a share like 30%")?;
            if !(0.0..=100.0).contains(&percent) {
                return Err("a share is between 0% and 100%");
            }
            let share = (percent * 10.0).round() as u64;
            failure.share = share;
        } else if let Some(seed) = part.strip_prefix("seed=") {
            failure.seed = seed.parse().map_err(|_| "write seed=NUMBER")?;
        } else {
            return Err("write KIND:SHARE%:seed=NUMBER");
        }
    }
    Ok(failure)
}

/// SplitMix64: a well-mixed number for each pair, the same in every run.
fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64) -> Call {
        Call { number, service: "iam".into(), operation: "GetRole".into(), region: "us-east-1".into() }
    }

    #[test]
    fn a_share_fails_the_same_calls_each_time() {
        let failing = |spec: &str| -> Vec<u64> {
            let script = Script::parse(spec).unwrap();
            (1..=1000).filter(|number| script.before(&call(*number)) != Verdict::Act).collect()
        };
        let seven = failing("fail=throttle:30%:seed=7");
        assert!((230..=370).contains(&seven.len()), "{}", seven.len());
        assert_eq!(seven, failing("fail=throttle:30%:seed=7"));
        assert_ne!(seven, failing("fail=throttle:30%:seed=8"));
        assert_eq!(failing("fail=error").len(), 1000);
        assert!(failing("fail=error:0%").is_empty());
    }

    #[test]
    fn words_are_read_and_nonsense_is_named() {
        let script = Script::parse("latency=50ms, drop-before=3 drop-after=4,hang=5").unwrap();
        assert_eq!(script.delay(&call(1)), Duration::from_millis(50));
        let verdicts: Vec<_> = (2..=5).map(|number| script.before(&call(number))).collect();
        assert_eq!(verdicts, [Verdict::Act, Verdict::Drop, Verdict::ActAndDrop, Verdict::Hang]);
        for bad in ["latency=5", "kill-before=0", "explode=1", "fail=throttle:300%", "latency"] {
            let error = Script::parse(bad).unwrap_err();
            assert!(error.to_string().contains(bad), "{error}");
        }
    }
}
