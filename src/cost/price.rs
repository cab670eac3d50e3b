//! One price: its tiers, its source, its date, and how sure it is.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Amount;

/// The age, in days, from which prices are pointed out as old.
pub const OLD_AFTER_DAYS: i64 = 90;

/// How the source begins of prices that `ebb prices update` wrote.
pub const OFFERED: &str = "AWS Price List API";

/// One price of the book.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Price {
    /// The region, or `global`.
    pub region: String,
    /// The item, such as `sagemaker.hosting.ml.g5.xlarge`.
    pub item: String,
    /// The unit, such as `hour` or `GB-month`.
    pub unit: String,
    /// The tiers, in ascending order. The last one may have an end, beyond which the price is not known.
    pub tiers: Vec<Tier>,
    /// The source of the price.
    pub source: String,
    /// The date that the source has.
    pub date: PriceDate,
    /// How sure the price is.
    pub confidence: Confidence,
}

/// A part of the use in a month, with its price.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tier {
    /// The number of units in a month that it ends with; `None` for no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<f64>,
    /// The price of one unit, in US dollars.
    pub usd: f64,
}

/// The date of a price: a day, or a month or a year where the source says no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceDate {
    /// The day, or the first one of the month or the year.
    pub day: Date,
    /// The number of characters that it is written with.
    length: usize,
}

/// How sure a price is, from surest to least sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A row of AWS's price list.
    Official,
    /// AWS's own feed behind its pricing pages.
    OfficialFeed,
    /// A line of a bill.
    Bill,
    /// A table derived from the price list.
    DerivedTable,
    /// The price of EC2 times a verified ratio, or a price equal to another one wherever both are seen.
    Ratio,
    /// A ratio or an equality that was seen in few places.
    RatioWeak,
    /// A secondary source.
    Secondary,
}

impl Price {
    /// Returns the amount for a number of units in one month. Use beyond the last tier is unknown.
    pub fn amount(&self, units: f64) -> Amount {
        let mut from = 0.0;
        let mut amount = Amount::ZERO;
        for tier in &self.tiers {
            let end = tier.up_to.unwrap_or(f64::INFINITY);
            amount += Amount::of((units.min(end) - from).max(0.0) * tier.usd);
            from = end;
        }
        if self.unpriced(units) > 0.0 { amount + Amount::UNKNOWN } else { amount }
    }

    /// Returns the units of one month beyond the last tier, whose price is not known.
    pub fn unpriced(&self, units: f64) -> f64 {
        let end = self.tiers.last().map_or(0.0, |tier| tier.up_to.unwrap_or(f64::INFINITY));
        (units - end).max(0.0)
    }

    /// Returns the price of one unit where there is only one.
    pub fn single(&self) -> Option<f64> {
        match self.tiers.as_slice() {
            [tier] => Some(tier.usd),
            _ => None,
        }
    }

    /// Returns the price of one unit, or the tiers, in words.
    pub fn shown(&self) -> String {
        Self::tiers_shown(&self.tiers)
    }

    /// Returns tiers in words.
    pub fn tiers_shown(tiers: &[Tier]) -> String {
        let tiers = tiers.iter().map(|tier| {
            let usd = match tier.usd {
                0.0 => "free".to_owned(),
                usd => format!("${usd}"),
            };
            match tier.up_to {
                Some(end) => format!("{usd} up to {end}"),
                None => usd,
            }
        });
        tiers.collect::<Vec<_>>().join(", then ")
    }
}

impl PriceDate {
    /// Reads `2026-10-13`, `2026-10` or `2026`.
    pub fn parse(text: &str) -> Option<Self> {
        const EARLIEST: &str = "0000-01-01";
        let day = format!("{text}{}", EARLIEST.get(text.len()..)?);
        // Other forms of a date, such as 20261013, are not written here.
        let is_plain = matches!(text.len(), 4 | 7 | 10);
        day.parse().ok().filter(|_| is_plain).map(|day| Self { day, length: text.len() })
    }

    /// Returns the days from the price to a later day.
    pub fn days_until(self, today: Date) -> i64 {
        self.day.until(today).map_or(0, |span| i64::from(span.get_days()))
    }
}

impl From<Date> for PriceDate {
    fn from(day: Date) -> Self {
        Self { day, length: "2026-10-13".len() }
    }
}

impl fmt::Display for PriceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.day.to_string();
        f.write_str(day.get(..self.length).unwrap_or(&day))
    }
}

impl Serialize for PriceDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PriceDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no date")))
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Official => "official",
            Self::OfficialFeed => "official-feed",
            Self::Bill => "bill",
            Self::DerivedTable => "derived-table",
            Self::Ratio => "ratio",
            Self::RatioWeak => "ratio-weak",
            Self::Secondary => "secondary",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(tiers: &[(Option<f64>, f64)]) -> Price {
        Price {
            region: "global".into(),
            item: "dashboard".into(),
            unit: "dashboard-month".into(),
            tiers: tiers.iter().map(|(up_to, usd)| Tier { up_to: *up_to, usd: *usd }).collect(),
            source: "a test".into(),
            date: PriceDate::parse("2026-10-13").unwrap(),
            confidence: Confidence::Official,
        }
    }

    #[test]
    fn a_free_part_and_tiers_are_billed_part_by_part() {
        let dashboards = price(&[(Some(3.0), 0.0), (None, 3.0)]);
        let amounts = [0.0, 3.0, 4.0, 10.0].map(|units| dashboards.amount(units));
        assert_eq!(amounts, [0.0, 0.0, 3.0, 21.0].map(Amount::of));
        assert_eq!(dashboards.shown(), "free up to 3, then $3");
    }

    #[test]
    fn use_beyond_the_last_known_tier_is_unknown() {
        let transfer = price(&[(Some(10.0), 0.09)]);
        assert_eq!(transfer.amount(10.0), Amount::of(10.0 * 0.09));
        assert!(transfer.amount(10.5).at_least);
    }

    #[test]
    fn dates_are_days_or_months() {
        let shown = |text| PriceDate::parse(text).map(|date| date.to_string());
        assert_eq!(shown("2023-12").as_deref(), Some("2023-12"));
        assert_eq!(shown("2026-10-13").as_deref(), Some("2026-10-13"));
        assert_eq!(shown("2026").as_deref(), Some("2026"));
        assert_eq!([shown("20261013"), shown("2026-13"), shown("soon"), shown("2026-10-1")], [const { None }; 4]);
        let today = jiff::civil::date(2026, 1, 1);
        assert_eq!(PriceDate::parse("2025-12").unwrap().days_until(today), 31);
    }
}
