//! Reads a file of prices.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::price::{Confidence, Price, PriceDate, Tier};
use super::{BookError, BookFault};
use crate::resource::plain_text;

/// The prices of one region.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// The region, or `global`.
    pub region: String,
    /// The prices by item.
    pub items: BTreeMap<String, Price>,
    /// The file, as the reader was told its name.
    pub(super) file: String,
    /// The line and the column of each item.
    pub(super) places: BTreeMap<String, (usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    region: Spanned<String>,
    #[serde(default)]
    items: BTreeMap<Spanned<String>, Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    unit: Option<String>,
    usd: Option<Spanned<f64>>,
    tiers: Option<Spanned<Vec<TierEntry>>>,
    source: Option<String>,
    date: Option<Spanned<String>>,
    confidence: Option<Confidence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierEntry {
    up_to: Option<f64>,
    usd: f64,
}

impl Prices {
    /// Reads the prices of a region from a file's text. `file` is its name in messages.
    pub fn parse(file: &str, region: &str, text: &str) -> Result<Self, BookError> {
        Self::parse_with_units(file, region, text, |_| None)
    }

    /// Returns no prices at all.
    pub(super) fn empty(region: &str) -> Self {
        let (items, places) = (BTreeMap::new(), BTreeMap::new());
        Self { region: region.to_owned(), items, file: String::new(), places }
    }

    /// Reads prices whose items may have known units. An entry with another unit is a fault: its price would be multiplied by
    /// something else.
    pub(super) fn parse_with_units(
        file: &str,
        region: &str,
        text: &str,
        unit_of: fn(&str) -> Option<&'static str>,
    ) -> Result<Self, BookError> {
        let mut reader = Reader { file, text, unit_of, faults: Vec::new() };
        let parsed: File = toml::from_str(text).map_err(|error| {
            let message = error.message().trim().replace('\n', "; ");
            reader.fault(error.span().unwrap_or(0..0), message);
            BookError(std::mem::take(&mut reader.faults))
        })?;
        if parsed.region.get_ref() != region {
            let message =
                format!("these are prices of {}, and the name of the file says {region}", parsed.region.get_ref());
            reader.fault(parsed.region.span(), message);
        }
        let mut prices = Self { file: file.to_owned(), ..Self::empty(region) };
        for (item, entry) in parsed.items {
            prices.places.insert(item.get_ref().clone(), place(text, item.span().start));
            let item = item.into_inner();
            if let Some(price) = reader.price(region, item.clone(), entry) {
                prices.items.insert(item, price);
            }
        }
        if reader.faults.is_empty() {
            return Ok(prices);
        }
        reader.faults.sort_by_key(|fault| fault.line);
        Err(BookError(reader.faults))
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    unit_of: fn(&str) -> Option<&'static str>,
    faults: Vec<BookFault>,
}

impl Reader<'_> {
    fn fault(&mut self, at: Range<usize>, message: String) {
        let (line, _) = place(self.text, at.start);
        self.faults.push(BookFault { file: self.file.to_owned(), line, message });
    }

    /// Returns the price of an entry, or notes its faults.
    fn price(&mut self, region: &str, item: String, entry: Spanned<Entry>) -> Option<Price> {
        let span = entry.span();
        let Entry { unit, usd, tiers, source, date, confidence } = entry.into_inner();
        let before = self.faults.len();
        let missing = [
            ("unit", unit.as_deref().is_none_or(str::is_empty)),
            ("usd", usd.is_none() && tiers.is_none()),
            ("source", source.as_deref().is_none_or(str::is_empty)),
            ("date", date.is_none()),
            ("confidence", confidence.is_none()),
        ];
        for (field, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
            self.fault(span.clone(), format!("{item}: `{field}` is missing"));
        }
        // Reports and terminals show these.
        let texts = [("item", Some(&item)), ("unit", unit.as_ref()), ("source", source.as_ref())];
        for (field, text) in texts {
            if let Some(Err(message)) = text.map(|text| plain_text(text)) {
                self.fault(span.clone(), format!("{}: `{field}`: {message}", item.escape_debug()));
            }
        }
        let known = (self.unit_of)(&item).filter(|known| unit.as_deref().is_some_and(|unit| unit != *known));
        if let Some(known) = known {
            self.fault(span.clone(), format!("{item}: the unit of this item is `{known}`"));
        }
        let tiers = match (usd, tiers) {
            (Some(_), Some(tiers)) => {
                self.fault(tiers.span(), format!("{item}: give either `usd` or `tiers`"));
                Vec::new()
            }
            (Some(usd), None) => {
                if !is_price(*usd.get_ref()) {
                    self.fault(usd.span(), format!("{item}: {} is no price: it is 0 or more", usd.get_ref()));
                }
                vec![Tier { up_to: None, usd: usd.into_inner() }]
            }
            (None, Some(tiers)) => self.tiers(&item, tiers),
            (None, None) => Vec::new(),
        };
        let parsed = date.and_then(|date| {
            let parsed = PriceDate::parse(date.get_ref());
            if parsed.is_none() {
                self.fault(
                    date.span(),
                    format!("{item}: `{}` is no date: write 2026-10-13 or 2026-10", date.get_ref()),
                );
            }
            parsed
        });
        if self.faults.len() > before {
            return None;
        }
        Some(Price {
            region: region.to_owned(),
            item,
            unit: unit?,
            tiers,
            source: source?,
            date: parsed?,
            confidence: confidence?,
        })
    }

    fn tiers(&mut self, item: &str, tiers: Spanned<Vec<TierEntry>>) -> Vec<Tier> {
        let span = tiers.span();
        let tiers: Vec<_> =
            tiers.into_inner().into_iter().map(|TierEntry { up_to, usd }| Tier { up_to, usd }).collect();
        let ends: Vec<f64> = tiers.iter().map(|tier| tier.up_to.unwrap_or(f64::INFINITY)).collect();
        let ascends = ends.windows(2).all(|pair| pair[0] < pair[1]) && ends.iter().all(|end| *end > 0.0);
        if tiers.is_empty() || !ascends {
            self.fault(
                span.clone(),
                format!("{item}: tiers ascend, each `up_to` above the one before, and only the last has none"),
            );
        }
        if let Some(tier) = tiers.iter().find(|tier| !is_price(tier.usd)) {
            self.fault(span, format!("{item}: {} is no price: it is 0 or more", tier.usd));
        }
        tiers
    }
}

/// Returns the line and the column of a position in a text, counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn is_price(usd: f64) -> bool {
    usd.is_finite() && usd >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "region = \"eu-west-1\"\n\n[items.\"a.b\"]\nunit = \"hour\"\nusd = 1.5\nsource = \"x\"\ndate = \"2026-10-13\"\nconfidence = \"official\"\n";

    fn faults(text: &str) -> Vec<String> {
        let error = Prices::parse("prices/eu-west-1.toml", "eu-west-1", text).unwrap_err();
        error.0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_of_prices_is_read() {
        let prices = Prices::parse("x", "eu-west-1", GOOD).unwrap();
        assert_eq!(prices.items["a.b"].single(), Some(1.5));
        let tiers = GOOD.replace("usd = 1.5", "tiers = [{ up_to = 3, usd = 0 }, { usd = 3 }]");
        assert_eq!(Prices::parse("x", "eu-west-1", &tiers).unwrap().items["a.b"].tiers.len(), 2);
    }

    #[test]
    fn a_bad_entry_is_reported_with_its_file_and_line() {
        for (from, to, line, expected) in [
            ("unit = \"hour\"\n", "", 3, "a.b: `unit` is missing"),
            ("usd = 1.5\n", "", 3, "a.b: `usd` is missing"),
            ("source = \"x\"\n", "", 3, "a.b: `source` is missing"),
            ("usd = 1.5", "usd = -1.5", 5, "a.b: -1.5 is no price: it is 0 or more"),
            ("usd = 1.5", "usd = inf", 5, "a.b: inf is no price: it is 0 or more"),
            ("usd = 1.5", "price = 1.5", 5, "unknown field `price`"),
            ("usd = 1.5", "usd = 1.5\ntiers = [{ usd = 1 }]", 6, "a.b: give either `usd` or `tiers`"),
            ("usd = 1.5", "tiers = [{ usd = 1 }, { up_to = 3, usd = 1 }]", 5, "a.b: tiers ascend"),
            ("usd = 1.5", "tiers = []", 5, "a.b: tiers ascend"),
            ("2026-10-13", "yesterday", 7, "a.b: `yesterday` is no date"),
            ("\"official\"", "\"sure\"", 8, "unknown variant `sure`"),
            ("eu-west-1", "us-east-1", 1, "these are prices of us-east-1, and the name of the file says eu-west-1"),
            ("usd = 1.5", "usd = ", 5, ""),
            ("\"x\"", "\"x\\u001b[31m\"", 3, "a.b: `source`: the text contains U+001B"),
            ("\"a.b\"", "\"a\\tb\"", 3, "a\\tb: `item`: the text contains U+0009"),
        ] {
            let found = faults(&GOOD.replace(from, to));
            let place = format!("prices/eu-west-1.toml:{line}: ");
            assert!(found.len() == 1 && found[0].starts_with(&place) && found[0].contains(expected), "{to}: {found:?}");
        }
    }

    #[test]
    fn all_faulty_entries_are_reported_at_once() {
        let second = GOOD.replace("region = \"eu-west-1\"\n", "").replace("a.b", "a.c").replace("unit", "# unit");
        let text = format!("{}{second}", GOOD.replace("unit = \"hour\"\n", ""));
        assert_eq!(faults(&text).len(), 2);
    }
}
