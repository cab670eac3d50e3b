//! The price book: the project's prices, and below them those that are embedded in this library.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{BookError, Price, Prices};

/// The name of the prices that are the same in every region.
pub const GLOBAL: &str = "global";

struct Embedded {
    region: &'static str,
    text: &'static str,
    prices: OnceLock<Prices>,
}

const fn embedded(region: &'static str, text: &'static str) -> Embedded {
    Embedded { region, text, prices: OnceLock::new() }
}

/// Each region is read when its first price is looked up.
static EMBEDDED: [Embedded; 5] = [
    embedded("eu-central-1", include_str!("prices/eu-central-1.toml")),
    embedded("eu-west-1", include_str!("prices/eu-west-1.toml")),
    embedded(GLOBAL, include_str!("prices/global.toml")),
    embedded("us-east-1", include_str!("prices/us-east-1.toml")),
    embedded("us-west-2", include_str!("prices/us-west-2.toml")),
];

impl Embedded {
    fn prices(&self) -> &Prices {
        self.prices.get_or_init(|| {
            // A test reads every file, so that none is faulty here.
            Prices::parse(self.region, self.region, self.text).unwrap_or_else(|_| Prices::empty(self.region))
        })
    }
}

/// Returns the unit of an item in the embedded prices of any region.
fn embedded_unit(item: &str) -> Option<&'static str> {
    EMBEDDED.iter().find_map(|embedded| Some(embedded.prices().items.get(item)?.unit.as_str()))
}

/// Returns the items of the embedded prices of all regions.
pub(super) fn embedded_items() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().flat_map(|embedded| embedded.prices().items.keys().map(String::as_str))
}

/// A price book.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The prices of the project, by region. They win over those that are embedded.
    project: BTreeMap<String, Prices>,
    /// Whether only the project's prices count.
    alone: bool,
}

impl Book {
    /// Creates a book of the prices that are embedded in this library.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// Creates a book of given prices alone.
    pub fn of(prices: impl IntoIterator<Item = Prices>) -> Self {
        let project = prices.into_iter().map(|prices| (prices.region.clone(), prices)).collect();
        Self { project, alone: true }
    }

    /// Adds prices of a project, which win over those that are embedded. `file` is the name of the file in messages.
    pub fn with(mut self, file: &str, region: &str, text: &str) -> Result<Self, BookError> {
        self.project.insert(region.to_owned(), Prices::parse_with_units(file, region, text, embedded_unit)?);
        Ok(self)
    }

    /// Returns the price of an item in a region, or else everywhere; `None` if it is not known.
    pub fn price(&self, region: &str, item: &str) -> Option<&Price> {
        self.in_region(region, item).or_else(|| self.in_region(GLOBAL, item))
    }

    fn in_region(&self, region: &str, item: &str) -> Option<&Price> {
        let own = self.project.get(region).and_then(|prices| prices.items.get(item));
        own.or_else(|| self.below(region)?.items.get(item))
    }

    /// Returns the price of an item in the project's own file of a region.
    pub fn own(&self, region: &str, item: &str) -> Option<&Price> {
        self.project.get(region)?.items.get(item)
    }

    /// Returns the files of the project.
    pub(super) fn own_files(&self) -> impl Iterator<Item = &Prices> {
        self.project.values()
    }

    /// Returns the embedded prices of a region.
    fn below(&self, region: &str) -> Option<&Prices> {
        let embedded = EMBEDDED.iter().find(|embedded| embedded.region == region && !self.alone);
        embedded.map(Embedded::prices)
    }

    /// Returns the regions with prices, sorted; `global` is among them.
    pub fn regions(&self) -> Vec<&str> {
        let embedded = EMBEDDED.iter().filter(|_| !self.alone).map(|embedded| embedded.region);
        let mut regions: Vec<&str> = self.project.keys().map(String::as_str).chain(embedded).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// Returns the prices of a region, by item.
    pub fn prices<'a>(&'a self, region: &str) -> BTreeMap<&'a str, &'a Price> {
        let own = self.project.get(region).into_iter();
        // A later entry of the same item wins.
        let items = self.below(region).into_iter().chain(own).flat_map(|prices| &prices.items);
        items.map(|(item, price)| (item.as_str(), price)).collect()
    }

    /// Returns the prices of an item, or of all items that begin or end with a text at a full stop: `ml.g5.xlarge`.
    pub fn find(&self, text: &str) -> Vec<&Price> {
        let matches = |item: &str| {
            let rest = item.strip_prefix(text).map(|rest| rest.is_empty() || rest.starts_with('.'));
            let start = item.strip_suffix(text).map(|start| start.is_empty() || start.ends_with('.'));
            rest.unwrap_or(false) || start.unwrap_or(false)
        };
        let all = self.regions().into_iter().flat_map(|region| self.prices(region).into_values());
        let mut found: Vec<&Price> = all.filter(|price| matches(&price.item)).collect();
        found.sort_by(|one, two| (&one.item, &one.region).cmp(&(&two.item, &two.region)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_can_be_read_and_has_prices() {
        for Embedded { region, text, .. } in &EMBEDDED {
            // Every region has the same units.
            let prices = Prices::parse_with_units(region, region, text, embedded_unit);
            let prices = prices.unwrap_or_else(|error| panic!("{error}"));
            assert!(!prices.items.is_empty(), "{region}");
        }
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cost/prices")).unwrap().count();
        assert_eq!(files, EMBEDDED.len(), "a file is not embedded");
    }

    #[test]
    fn prices_of_the_table_are_those_of_the_book() {
        let table = include_str!("../../scripts/prices.tsv");
        let book = Book::embedded();
        let mut rows = 0;
        for row in table.lines().skip(1) {
            let [region, item, _, usd, source, date, _] = row.split('\t').collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            // The second tier is a part of the first one's entry.
            let item = item.strip_suffix(".tier2").unwrap_or(item);
            let price = book.price(region, item).unwrap_or_else(|| panic!("{region} {item} is missing"));
            let usd: f64 = usd.parse().unwrap();
            assert!(price.tiers.iter().any(|tier| tier.usd == usd), "{region} {item}");
            assert!(price.source == source || item == "cloudwatch.metric", "{region} {item}");
            assert!(price.date.to_string() == date || item == "cloudwatch.metric", "{region} {item}");
            rows += 1;
        }
        assert!(rows > 600, "{rows}");
    }

    #[test]
    fn a_price_of_the_project_wins_and_others_stay() {
        let text = "region = \"eu-west-1\"\n[items.\"vpc.nat.hour\"]\nunit = \"hour\"\nusd = 9\nsource = \"us\"\ndate = \"2026-11-01\"\nconfidence = \"official\"\n";
        let book = Book::embedded().with("prices/eu-west-1.toml", "eu-west-1", text).unwrap();
        assert_eq!(book.price("eu-west-1", "vpc.nat.hour").and_then(Price::single), Some(9.0));
        assert_eq!(book.price("us-east-1", "vpc.nat.hour").and_then(Price::single), Some(0.045));
        assert_eq!(book.price("eu-west-1", "vpc.nat.data").and_then(Price::single), Some(0.048));
        assert_eq!(book.price("eu-west-1", "cloudwatch.dashboard").map(|price| price.region.as_str()), Some(GLOBAL));
        assert_eq!(book.price("eu-west-1", "sagemaker.hosting.ml.g6.xlarge"), None, "it is not offered there");
        assert!(Book::of([]).price("eu-west-1", "vpc.nat.hour").is_none());
        let refused = Book::embedded().with("prices/eu-west-1.toml", "eu-west-1", &text.replace("\"hour\"", "\"GB\""));
        let refused = refused.unwrap_err().to_string();
        assert_eq!(refused, "prices/eu-west-1.toml:2: vpc.nat.hour: the unit of this item is `hour`");
    }

    #[test]
    fn items_are_found_by_their_beginning_or_their_end() {
        let book = Book::embedded();
        let items = |text| {
            let mut items: Vec<_> = book.find(text).into_iter().map(|price| price.item.as_str()).collect();
            items.dedup();
            items
        };
        assert_eq!(items("vpc.nat"), ["vpc.nat.data", "vpc.nat.hour"]);
        assert_eq!(items("ml.g4dn.xlarge"), ["sagemaker.async.ml.g4dn.xlarge", "sagemaker.hosting.ml.g4dn.xlarge"]);
        assert_eq!(items("vpc.na"), Vec::<&str>::new());
    }
}
