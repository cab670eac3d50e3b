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
        let (low, high) = (self.low.to_string(), self.high.to_string());
        if low == high { f.write_str(&low) } else { write!(f, "{low} to {}", high.trim_start_matches("at least ")) }
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
}
