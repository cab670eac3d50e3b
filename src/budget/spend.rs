//! Spending that is known within bounds.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use serde::{Deserialize, Serialize};

use crate::cost::Amount;

/// Spending in US dollars that is known within bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spend {
    /// The least that it can be.
    pub low: f64,
    /// The most that it can be, as far as prices are known.
    pub high: f64,
    /// Whether some price is not known, so that it is at least this much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
}

impl Spend {
    /// Creates spending that is known.
    pub fn exactly(usd: f64) -> Self {
        Self { low: usd, high: usd, at_least: false }
    }

    /// Creates spending within bounds.
    pub fn between(low: f64, high: f64) -> Self {
        Self { low: low.min(high), high: low.max(high), at_least: false }
    }

    /// Creates spending within two amounts, of which parts may not be known.
    pub fn of(least: Amount, most: Amount) -> Self {
        let at_least = least.at_least || most.at_least;
        Self { at_least, ..Self::between(least.known(), most.known()) }
    }

    /// Returns whether both bounds are the same to the cent.
    pub fn is_exact(self) -> bool {
        (self.high - self.low).abs() < 0.005
    }

    /// Returns the middle between the bounds.
    pub fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }
}

impl Add for Spend {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let at_least = self.at_least || other.at_least;
        Self { low: self.low + other.low, high: self.high + other.high, at_least }
    }
}

impl AddAssign for Spend {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Spend {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { at_least: self.at_least, ..Self::between(self.low * factor, self.high * factor) }
    }
}

impl Sum for Spend {
    fn sum<I: Iterator<Item = Self>>(spent: I) -> Self {
        spent.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Spend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (Amount::of(self.low), Amount::of(self.high));
        match (self.is_exact(), self.at_least) {
            (true, false) => write!(f, "{low}"),
            (true, true) => write!(f, "at least {low}"),
            (false, false) => write!(f, "{low} to {high}"),
            (false, true) => write!(f, "at least {low} to {high}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_add_up_and_are_written_only_where_they_differ() {
        let spent: Spend = [Spend::exactly(1.5), Spend::between(3.0, 2.0)].into_iter().sum();
        assert_eq!(spent, Spend::between(3.5, 4.5));
        assert_eq!(spent.to_string(), "$3.50 to $4.50");
        assert_eq!((Spend::exactly(2.0) * 24.0).to_string(), "$48.00");
        let unknown = Spend::of(Amount::of(1.0) + Amount::UNKNOWN, Amount::of(1.0));
        assert_eq!((unknown + Spend::exactly(1.0)).to_string(), "at least $2.00");
    }
}
