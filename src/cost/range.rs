//! Two amounts that an amount lies between.

use std::fmt;
use std::ops::{Add, AddAssign, Mul};

use serde::{Deserialize, Serialize};

use super::Amount;

/// The bounds of an amount. They are equal where the number of instances does not vary.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountRange {
    /// The least that it can be.
    pub low: Amount,
    /// The most that it can be, as far as prices are known.
    pub high: Amount,
}

impl AmountRange {
    /// Nothing at all.
    pub const ZERO: Self = Self { low: Amount::ZERO, high: Amount::ZERO };

    /// Creates bounds that are equal.
    pub fn exactly(amount: Amount) -> Self {
        Self { low: amount, high: amount }
    }

    /// Returns both bounds in words, or one if they are the same, with a form of amounts.
    pub fn shown(self, amount: &dyn Fn(Amount) -> String) -> String {
        let Self { low, high } = self;
        if amount(low) == amount(high) {
            return amount(low);
        }
        match (low.at_least, high.usd) {
            (_, None) => format!("{} to unknown", amount(Amount::of(low.known()))),
            // A part that is not known is in both bounds.
            (true, Some(high)) => {
                format!("at least {} to {}", amount(Amount::of(low.known())), amount(Amount::of(high)))
            }
            (false, Some(_)) => format!("{} to {}", amount(low), amount(high)),
        }
    }
}

impl Add for AmountRange {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

impl AddAssign for AmountRange {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for AmountRange {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }
}

/// Shows both bounds in cents, or one if they are the same.
impl fmt::Display for AmountRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(&|amount| amount.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_shown_once_if_they_are_equal() {
        let range = AmountRange { low: Amount::of(1.0), high: Amount::of(2.0) };
        assert_eq!((range + AmountRange::exactly(Amount::of(0.5))).to_string(), "$1.50 to $2.50");
        assert_eq!((AmountRange::exactly(Amount::of(3.0)) * 2.0).to_string(), "$6.00");
        let unknown = range + AmountRange::exactly(Amount::UNKNOWN);
        assert_eq!(unknown.to_string(), "at least $1.00 to $2.00");
        assert_eq!(AmountRange::exactly(Amount::UNKNOWN).to_string(), "unknown");
    }

    #[test]
    fn a_bound_that_is_not_known_is_none() {
        let (one, more) = (Amount::of(1.0), Amount::of(2.0) + Amount::UNKNOWN);
        let shown = |low, high| AmountRange { low, high }.to_string();
        assert_eq!(shown(one, more), "$1.00 to at least $2.00");
        assert_eq!(shown(one + Amount::UNKNOWN, more), "at least $1.00 to $2.00");
        assert_eq!(shown(Amount::UNKNOWN, more), "at least $0.00 to $2.00");
        assert_eq!(shown(one, Amount::UNKNOWN), "$1.00 to unknown");
    }
}
