//! Differences of amounts: the part that is not known may be on either side.

use std::fmt;
use std::ops::{Add, Sub};

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::Amount;

/// A difference of two amounts. A part that is not known of the first amount makes it a least one, and one of the second amount
/// a most one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The difference of the dollars that are known.
    pub known: f64,
    /// Whether it may be more than that.
    pub may_be_more: bool,
    /// Whether it may be less than that.
    pub may_be_less: bool,
}

impl Difference {
    /// No difference.
    pub const ZERO: Self = Self { known: 0.0, may_be_more: false, may_be_less: false };

    /// Creates a difference that is known.
    pub fn exactly(usd: f64) -> Self {
        Self { known: usd, ..Self::ZERO }
    }

    /// Returns whether the difference is known.
    pub fn is_exact(self) -> bool {
        !self.may_be_more && !self.may_be_less
    }

    /// Returns the bounds of the difference.
    pub fn bounds(self) -> Bounds {
        DifferenceRange::exactly(self).bounds()
    }

    /// Returns the difference in words, with a sign also where it is positive.
    pub fn signed(self) -> String {
        self.bounds().shown(&|usd| {
            let amount = Amount::of(usd).to_string();
            if usd >= 0.005 { format!("+{amount}") } else { amount }
        })
    }
}

impl Sub for Amount {
    type Output = Difference;

    fn sub(self, other: Self) -> Difference {
        Difference { known: self.known() - other.known(), may_be_more: self.at_least, may_be_less: other.at_least }
    }
}

impl Add for Difference {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            known: self.known + other.known,
            may_be_more: self.may_be_more || other.may_be_more,
            may_be_less: self.may_be_less || other.may_be_less,
        }
    }
}

/// Writes an amount that may also be a most one. If neither bound is known, `usd` is null.
impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_unknown = self.may_be_more && self.may_be_less;
        let mut fields = serializer.serialize_struct("Difference", 3)?;
        fields.serialize_field("usd", &(!is_unknown).then_some(self.known))?;
        fields.serialize_field("at_least", &self.may_be_more)?;
        fields.serialize_field("at_most", &self.may_be_less)?;
        fields.end()
    }
}

/// Two differences that a difference lies between.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DifferenceRange {
    /// The least that it can be, as far as prices are known.
    pub low: Difference,
    /// The most that it can be, as far as prices are known.
    pub high: Difference,
}

impl DifferenceRange {
    /// No difference.
    pub const ZERO: Self = Self { low: Difference::ZERO, high: Difference::ZERO };

    /// Creates bounds that are equal.
    pub fn exactly(difference: Difference) -> Self {
        Self { low: difference, high: difference }
    }

    /// Returns the bounds as far as they are known.
    pub fn bounds(self) -> Bounds {
        Bounds {
            least: (!self.low.may_be_less).then_some(self.low.known),
            most: (!self.high.may_be_more).then_some(self.high.known),
        }
    }
}

impl Add for DifferenceRange {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

/// The bounds of a number, each `None` where it is not known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The least that it can be.
    pub least: Option<f64>,
    /// The most that it can be.
    pub most: Option<f64>,
}

impl Bounds {
    /// Returns the bounds in words, with a form of numbers.
    pub fn shown(self, number: &dyn Fn(f64) -> String) -> String {
        match (self.least.map(number), self.most.map(number)) {
            (Some(least), Some(most)) if least == most => least,
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "unknown".to_owned(),
        }
    }
}

/// Shows whole cents.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.bounds().shown(&|usd| Amount::of(usd).to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_part_makes_a_difference_a_bound_on_its_own_side() {
        let (two, five) = (Amount::of(2.0), Amount::of(5.0));
        let unknown = Amount::UNKNOWN;
        for (before, after, shown, signed) in [
            (five, two, "$3.00", "+$3.00"),
            (two, five, "-$3.00", "-$3.00"),
            (five + unknown, two, "at least $3.00", "at least +$3.00"),
            (five, two + unknown, "at most $3.00", "at most +$3.00"),
            (unknown, two, "at least -$2.00", "at least -$2.00"),
            (five + unknown, two + unknown, "unknown", "unknown"),
        ] {
            let difference = before - after;
            assert_eq!((difference.to_string().as_str(), difference.signed().as_str()), (shown, signed));
        }
        let sum = (five + unknown - two) + (five - (two + unknown));
        assert_eq!((sum.known, sum.may_be_more, sum.may_be_less), (6.0, true, true));
    }

    #[test]
    fn a_range_has_the_bounds_of_its_ends_that_are_known() {
        let at_least = Difference { may_be_more: true, ..Difference::exactly(1.0) };
        let at_most = Difference { may_be_less: true, ..Difference::exactly(4.0) };
        let shown = |low, high| DifferenceRange { low, high }.bounds().shown(&|usd| usd.to_string());
        assert_eq!(shown(at_least, at_most), "1 to 4");
        assert_eq!(shown(at_least, at_least), "at least 1");
        assert_eq!(shown(at_most, at_most), "at most 4");
        assert_eq!(shown(at_most, at_least), "unknown");
    }

    #[test]
    fn a_difference_is_written_as_an_amount_with_a_bound() {
        let json = |difference: Difference| serde_json::to_string(&difference).unwrap();
        assert_eq!(json(Amount::of(1.0) - Amount::ZERO), r#"{"usd":1.0,"at_least":false,"at_most":false}"#);
        assert_eq!(json(Amount::of(1.0) - Amount::UNKNOWN), r#"{"usd":1.0,"at_least":false,"at_most":true}"#);
        assert_eq!(json(Amount::UNKNOWN - Amount::UNKNOWN), r#"{"usd":null,"at_least":true,"at_most":true}"#);
    }
}
