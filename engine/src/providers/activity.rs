//! The use that callers make of a resource.

use jiff::Timestamp;

/// The use of a resource within a window of time, as far as AWS has data on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Activity {
    /// The end of the last minute with a call, or with requests in a queue.
    pub last_invocation: Option<Timestamp>,
    /// The earliest data of the window, whether there were calls or not. AWS says nothing about the time before it, and nothing
    /// at all without it: a resource without data is not idle. Of a resource that only calls make data of, it is the beginning of
    /// the window, or its creation.
    pub since: Option<Timestamp>,
    /// The number of requests that wait or are worked on, of a resource with a queue.
    pub queued: Option<f64>,
}

impl Activity {
    /// Returns whether AWS had any data.
    pub fn has_data(&self) -> bool {
        self.since.is_some()
    }

    /// Returns whether AWS has data since `from`, none of which shows a call or a request that waits. Data lag behind by a
    /// minute or more, so the window should be much longer.
    pub fn is_idle_since(&self, from: Timestamp) -> bool {
        self.since.is_some_and(|since| since <= from)
            && self.last_invocation.is_none_or(|last| last <= from)
            && self.queued.is_none_or(|queued| queued == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_resource_with_data_and_without_calls_is_idle() {
        let at = |second| Timestamp::from_second(second).ok();
        let idle = Activity { last_invocation: at(50), since: at(40), queued: Some(0.0) };
        let from = Timestamp::from_second(60).unwrap();
        assert!(idle.is_idle_since(from));
        assert!(!Activity { last_invocation: at(70), ..idle }.is_idle_since(from));
        assert!(!Activity { queued: Some(1.0), ..idle }.is_idle_since(from));
        assert!(!Activity { since: at(61), ..idle }.is_idle_since(from), "nothing is known of its first second");
        assert!(!Activity::default().is_idle_since(from) && !Activity::default().has_data());
    }
}
