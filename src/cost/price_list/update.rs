//! From findings to the new prices of a region.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::matching::Found;
use crate::cost::{Book, Confidence, GLOBAL, OFFERED, Price, PriceDate, Tier};

/// The new prices of a region, and the items without any.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Update {
    /// The region, or `global`.
    pub region: String,
    /// The prices to write: those that AWS returned.
    #[serde(skip)]
    pub prices: Vec<Price>,
    /// The prices that differ from those before.
    pub changes: Vec<Change>,
    /// The items whose prices are as before, and of today now.
    pub unchanged: Vec<String>,
    /// The items with a price of the project's own, which stays.
    pub own: Vec<Own>,
    /// The items of which AWS returned no price. That of the book stays.
    pub missing: Vec<String>,
    /// The items of which AWS returned something else than one price. That of the book stays.
    pub unclear: Vec<Unclear>,
    /// The items that AWS's list is not known to have. The price of the book stays.
    pub unlisted: Vec<String>,
    /// The items that other regions have, and for which neither the book nor AWS has a price here.
    pub not_offered: Vec<String>,
}

/// The price list that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// That of AWS, on this day.
    Aws(Date),
    /// That of an embedded cloud, which carries a copy of its own. Its prices are as old as the copy.
    Copy,
}

/// A price that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The item.
    pub item: String,
    /// The unit.
    pub unit: String,
    /// The tiers before; `None` for a new price.
    pub old: Option<Vec<Tier>>,
    /// The tiers that AWS has.
    pub new: Vec<Tier>,
}

/// A price of the project's own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Own {
    /// The item.
    pub item: String,
    /// The tiers that stay.
    pub tiers: Vec<Tier>,
    /// The tiers that AWS has; `None` if it returned no price.
    pub offered: Option<Vec<Tier>>,
}

/// An item of which AWS returned something else than one price.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unclear {
    /// The item.
    pub item: String,
    /// The reason.
    pub because: String,
}

/// Returns the items that a region may have: those of any region, or those that are the same everywhere.
pub fn items<'a>(book: &'a Book, region: &str) -> BTreeSet<&'a str> {
    let regions = book.regions().into_iter().filter(|other| (*other == GLOBAL) == (region == GLOBAL));
    regions.flat_map(|region| book.prices(region).into_keys()).collect()
}

/// Compares findings with the book. `unlisted` are the items that AWS's list is not known to have.
pub fn update(
    book: &Book,
    region: &str,
    findings: &BTreeMap<String, Found>,
    unlisted: &BTreeSet<String>,
    origin: Origin,
) -> Update {
    let mut update = Update { region: region.to_owned(), ..Update::default() };
    let prices = book.prices(region);
    update.unlisted = unlisted.iter().filter(|item| prices.contains_key(item.as_str())).cloned().collect();
    for (item, found) in findings {
        let before = prices.get(item.as_str()).copied();
        let own = book.own(region, item).filter(|price| !price.source.starts_with(OFFERED));
        let tiers = match found {
            Found::Price { tiers, .. } => Some(with_free_part(before, tiers)),
            Found::Missing | Found::Unclear(_) => None,
        };
        match (own, found, tiers) {
            (Some(own), _, offered) => {
                update.own.push(Own { item: item.clone(), tiers: own.tiers.clone(), offered });
            }
            (None, Found::Price { row, effective, .. }, Some(tiers)) => {
                let unit = before.map_or_else(|| unit_elsewhere(book, item), |price| price.unit.clone());
                if before.is_some_and(|price| price.tiers == tiers) {
                    update.unchanged.push(item.clone());
                } else {
                    let old = before.map(|price| price.tiers.clone());
                    update.changes.push(Change { item: item.clone(), unit: unit.clone(), old, new: tiers.clone() });
                }
                update.prices.push(Price {
                    region: region.to_owned(),
                    item: item.clone(),
                    unit,
                    tiers,
                    source: origin.source(row),
                    date: origin.date(*effective, before),
                    confidence: origin.confidence(),
                });
            }
            (None, Found::Unclear(because), _) => {
                update.unclear.push(Unclear { item: item.clone(), because: because.clone() });
            }
            (None, ..) if before.is_some() => update.missing.push(item.clone()),
            (None, ..) => update.not_offered.push(item.clone()),
        }
    }
    update
}

impl Origin {
    fn source(self, row: &str) -> String {
        match self {
            Self::Aws(_) => format!("{OFFERED}, {row}"),
            Self::Copy => format!("{OFFERED} of the embedded cloud, {row}"),
        }
    }

    fn date(self, effective: Option<Date>, before: Option<&Price>) -> PriceDate {
        let copied = || effective.map(PriceDate::from).or(before.map(|price| price.date));
        match self {
            Self::Aws(today) => today.into(),
            Self::Copy => copied().unwrap_or_else(|| Date::default().into()),
        }
    }

    fn confidence(self) -> Confidence {
        match self {
            Self::Aws(_) => Confidence::Official,
            Self::Copy => Confidence::Secondary,
        }
    }
}

/// Returns the unit of an item in the first region that has it.
fn unit_elsewhere(book: &Book, item: &str) -> String {
    let found = book.regions().into_iter().find_map(|region| book.prices(region).get(item).map(|one| one.unit.clone()));
    found.unwrap_or_else(|| "unit".to_owned())
}

/// Returns tiers with the free part that the book has before them. AWS grants it to an account, and its list does not have it.
fn with_free_part(before: Option<&Price>, tiers: &[Tier]) -> Vec<Tier> {
    let free = before.and_then(|price| price.tiers.first()).filter(|tier| tier.usd == 0.0);
    let Some(end) = free.and_then(|free| free.up_to).filter(|_| tiers.first().is_some_and(|first| first.usd > 0.0))
    else {
        return tiers.to_vec();
    };
    let rest = tiers.iter().copied().filter(|tier| tier.up_to.is_none_or(|up_to| up_to > end));
    [Tier { up_to: Some(end), usd: 0.0 }].into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::Prices;

    fn entry(item: &str, price: &str, source: &str) -> String {
        format!(
            "[items.\"{item}\"]\nunit = \"hour\"\n{price}\nsource = \"{source}\"\ndate = \"2025-10-13\"\nconfidence = \"official\"\n"
        )
    }

    fn book() -> Book {
        let here = ["a", "b", "c", "d", "free"].map(|item| match item {
            "c" => entry(item, "usd = 3", "our contract"),
            "free" => entry(item, "tiers = [{ up_to = 10, usd = 0 }, { usd = 1 }]", OFFERED),
            _ => entry(item, "usd = 1", "AWS Price List API, SKU X of version 1"),
        });
        let there = entry("e", "usd = 1", "x") + &entry("f", "usd = 1", "x");
        let prices = |region: &str, entries: &str| {
            Prices::parse("test", region, &format!("region = \"{region}\"\n{entries}")).unwrap()
        };
        Book::of([prices("here", &here.concat()), prices("there", &there)])
    }

    fn offered(usd: f64) -> Found {
        Found::Price {
            tiers: vec![Tier { up_to: None, usd }],
            row: "SKU Y".into(),
            effective: Some(jiff::civil::date(2025, 2, 3)),
        }
    }

    #[test]
    fn prices_are_changed_confirmed_added_or_left_as_they_are() {
        let book = book();
        assert_eq!(items(&book, "here").len(), 7);
        let findings = BTreeMap::from([
            ("a".to_owned(), offered(2.0)),
            ("b".to_owned(), offered(1.0)),
            ("c".to_owned(), offered(1.0)),
            ("d".to_owned(), Found::Missing),
            ("e".to_owned(), offered(5.0)),
            ("f".to_owned(), Found::Missing),
            ("free".to_owned(), offered(2.0)),
        ]);
        let today = Origin::Aws(jiff::civil::date(2026, 11, 22));
        let unlisted = BTreeSet::from(["z".to_owned()]);
        let copied = update(&book, "here", &findings, &unlisted, Origin::Copy).prices.remove(0);
        assert_eq!((copied.date.to_string().as_str(), copied.confidence), ("2025-02-03", Confidence::Secondary));
        assert_eq!(copied.source, "AWS Price List API of the embedded cloud, SKU Y");
        let update = update(&book, "here", &findings, &unlisted, today);
        let changed: Vec<_> = update.changes.iter().map(|one| one.item.as_str()).collect();
        assert_eq!(changed, ["a", "e", "free"]);
        assert_eq!(update.changes[1].old, None);
        assert_eq!(update.changes[2].new, [Tier { up_to: Some(10.0), usd: 0.0 }, Tier { up_to: None, usd: 2.0 }]);
        assert_eq!(
            (update.unchanged.as_slice(), update.missing.as_slice()),
            (&["b".to_owned()][..], &["d".to_owned()][..])
        );
        assert_eq!(update.not_offered, ["f"]);
        assert_eq!((update.own.len(), update.unlisted.len()), (1, 0));
        assert_eq!(update.own[0].offered.as_ref().unwrap()[0].usd, 1.0);
        let written: Vec<_> = update.prices.iter().map(|price| (price.item.as_str(), price.date.to_string())).collect();
        assert_eq!(written.len(), 4);
        assert!(written.iter().all(|(_, date)| date == "2026-11-22") && !written.iter().any(|(item, _)| *item == "c"));
    }
}
