//! Stacks that failed are left alone for a while: longer after each failure in a row.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// The delay after the first failure.
const FIRST: Duration = Duration::from_secs(30);
/// The longest delay.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The failures of stacks.
#[derive(Debug, Default)]
pub(in crate::control) struct BackingOff(BTreeMap<String, Failures>);

#[derive(Clone, Debug)]
struct Failures {
    count: u32,
    until: Instant,
    message: String,
}

impl BackingOff {
    /// Notes a failure.
    pub(in crate::control) fn failed(&mut self, stack: &str, message: &str) {
        let count = self.count(stack) + 1;
        let delay = FIRST.saturating_mul(1 << (count - 1).min(10)).min(LONGEST);
        self.0.insert(stack.to_owned(), Failures { count, until: Instant::now() + delay, message: message.to_owned() });
    }

    /// Notes a success.
    pub(in crate::control) fn succeeded(&mut self, stack: &str) {
        self.0.remove(stack);
    }

    /// Returns the number of failures in a row.
    pub(in crate::control) fn count(&self, stack: &str) -> u32 {
        self.0.get(stack).map_or(0, |failures| failures.count)
    }

    /// Returns the last failure of a stack.
    pub(in crate::control) fn message(&self, stack: &str) -> Option<&str> {
        self.0.get(stack).map(|failures| failures.message.as_str())
    }

    /// Returns how long a stack is left alone; `None` if it need not be.
    pub(in crate::control) fn left(&self, stack: &str) -> Option<Duration> {
        let left = self.0.get(stack)?.until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_a_success_ends_them() {
        let mut stacks = BackingOff::default();
        let mut delays = Vec::new();
        for _ in 0..8 {
            stacks.failed("s", "no");
            delays.push(stacks.left("s").unwrap().as_secs_f64().round());
        }
        assert_eq!(delays, [30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0, 900.0]);
        assert_eq!((stacks.count("s"), stacks.message("s"), stacks.left("other")), (8, Some("no"), None));
        stacks.succeeded("s");
        assert_eq!((stacks.count("s"), stacks.left("s")), (0, None));
    }
}
