//! An amount of dollars that may be known in part only.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul};

use serde::{Deserialize, Serialize};

/// An amount in US dollars. A part that is not known never counts as 0: it makes the amount a least one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// The dollars that are known; `None` if nothing is.
    pub usd: Option<f64>,
    /// Whether some part is not known, so that the amount is at least `usd`.
    pub at_least: bool,
}

impl Amount {
    /// Nothing at all.
    pub const ZERO: Self = Self { usd: Some(0.0), at_least: false };

    /// An amount of which nothing is known.
    pub const UNKNOWN: Self = Self { usd: None, at_least: true };

    /// Creates an amount that is known.
    pub fn of(usd: f64) -> Self {
        Self { usd: Some(usd), at_least: false }
    }

    /// Returns the dollars that are known; 0 if none are.
    pub fn known(self) -> f64 {
        self.usd.unwrap_or(0.0)
    }

    /// Returns the amount in words, with a number of digits after the point.
    pub fn shown(self, digits: usize) -> String {
        match (self.usd, self.at_least) {
            (None, _) => "unknown".to_owned(),
            (Some(usd), true) => format!("at least {}", dollars(usd, digits)),
            (Some(usd), false) => dollars(usd, digits),
        }
    }
}

/// Returns dollars with thousands apart: `$6,120.00`.
fn dollars(usd: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", usd.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if usd < 0.0 && !is_zero { "-" } else { "" };
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}${grouped}{point}{rest}")
}

/// Shows whole cents.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown(2))
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let at_least = self.at_least || other.at_least;
        let usd = self.known() + other.known();
        // Nothing and an unknown part are unknown together, and not at least nothing.
        Self { usd: (usd != 0.0 || !at_least).then_some(usd), at_least }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Mul<f64> for Amount {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        // No units of an unknown price cost nothing.
        if factor == 0.0 { Self::ZERO } else { Self { usd: self.usd.map(|usd| usd * factor), ..self } }
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_part_makes_a_sum_a_least_amount_and_never_counts_as_nothing() {
        let sum: Amount = [Amount::of(1.5), Amount::UNKNOWN, Amount::of(2.0)].into_iter().sum();
        assert_eq!(sum, Amount { usd: Some(3.5), at_least: true });
        assert_eq!(sum.to_string(), "at least $3.50");
        assert_eq!(Amount::UNKNOWN + Amount::ZERO, Amount::UNKNOWN);
        assert_eq!((Amount::UNKNOWN * 2.0).usd, None);
        assert_eq!(Amount::UNKNOWN * 0.0, Amount::ZERO);
    }

    #[test]
    fn amounts_are_shown_in_cents_with_thousands_apart() {
        for (usd, shown) in [
            (0.0, "$0.00"),
            (-0.001, "$0.00"),
            (6120.0, "$6,120.00"),
            (-1_234_567.891, "-$1,234,567.89"),
            (999.999, "$1,000.00"),
        ] {
            assert_eq!(Amount::of(usd).to_string(), shown);
        }
        assert_eq!(Amount::of(0.0252).shown(4), "$0.0252");
        assert_eq!(Amount::of(1234.4).shown(0), "$1,234");
    }
}
