//! How long AWS may take to show what it made.

use std::time::Duration;

/// How long AWS may take to show what it made. EC2 and IAM are consistent only eventually; what is created is usually seen
/// within seconds. AWS advises to look again for minutes, with longer and longer pauses
/// (Amazon EC2 API Reference, *Eventual consistency*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Showing(Duration);

/// The first pause between two looks, and the longest.
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);

impl Showing {
    /// What AWS itself is given.
    pub const AWS: Self = Self(Duration::from_secs(60));

    /// Within this time everything is seen.
    pub fn within(time: Duration) -> Self {
        Self(time)
    }

    /// Nothing is missing that was not seen for so long.
    pub fn longest(self) -> Duration {
        self.0
    }

    /// The pauses between looks at something that is not seen, until it is certain that it is not there.
    pub fn pauses(self) -> impl Iterator<Item = Duration> + Send {
        let (mut left, mut next) = (self.0, FIRST);
        std::iter::from_fn(move || {
            let pause = next.min(left);
            left -= pause;
            next = (next * 2).min(LONGEST);
            (!pause.is_zero()).then_some(pause)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_add_up() {
        let pauses: Vec<_> = Showing::AWS.pauses().collect();
        assert_eq!(pauses.iter().sum::<Duration>(), Duration::from_secs(60));
        assert_eq!((pauses[0], pauses[1], pauses[2]), (FIRST, FIRST * 2, FIRST * 4));
        assert!(pauses.iter().all(|pause| *pause <= LONGEST));
        assert_eq!(Showing::within(Duration::ZERO).pauses().count(), 0);
    }
}
