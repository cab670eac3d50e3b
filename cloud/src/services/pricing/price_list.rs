//! The price list, and products as the API writes them.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error_response::failure;
use crate::service::Fault;

/// The code of the terms on demand.
const ON_DEMAND: &str = "JRTCKXETXF";
/// The code of the first price; the others of a product have made-up ones.
const FIRST_RATE: &str = "6YS6EN2CT7";

/// A product with its price on demand.
#[derive(Debug, Deserialize)]
pub struct Product {
    /// The code of its service, e.g. `AmazonEC2`.
    pub service: String,
    /// Its family, if it has one.
    pub family: Option<String>,
    /// The unit of its price.
    pub unit: String,
    /// Its number in the list.
    pub sku: String,
    /// The day of the price.
    pub date: String,
    /// The description of the price, without the amount.
    pub about: String,
    /// The tiers of the price: where they begin and end in a month, and the price in dollars.
    pub tiers: Vec<Tier>,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
}

/// A tier: where it begins, where it ends (`Inf`: nowhere), and its price.
#[derive(Debug, Deserialize)]
pub struct Tier(String, String, String);

impl Tier {
    fn begin(&self) -> f64 {
        self.0.parse().unwrap_or(0.0)
    }

    fn end(&self) -> f64 {
        self.1.parse().unwrap_or(f64::INFINITY)
    }

    fn price(&self) -> Option<f64> {
        self.2.parse().ok()
    }
}

static LIST: LazyLock<Result<Vec<Product>, Fault>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("prices.json"))
        .map_err(|error| failure(format!("the price list is damaged: {error}")))
});

static BY_USAGE: LazyLock<HashMap<(&str, &str), &Product>> = LazyLock::new(|| {
    let mut products = HashMap::new();
    // Other products of a usage type, such as an overhead of Standard storage, follow the one that is billed.
    for product in LIST.iter().flatten() {
        products.entry((product.service.as_str(), product.usage_type())).or_insert(product);
    }
    products
});

/// Returns all products.
pub fn all() -> Result<&'static [Product], Fault> {
    LIST.as_deref().map_err(Clone::clone)
}

/// Returns the product of a usage type of a service, if its price is known.
pub fn find(service: &str, usage_type: &str) -> Option<&'static Product> {
    BY_USAGE.get(&(service, usage_type)).copied()
}

impl Product {
    /// Returns its usage type.
    pub fn usage_type(&self) -> &str {
        self.attributes.get("usagetype").map_or("", String::as_str)
    }

    /// Returns the cost of a quantity after another one in the same month, in dollars; none beyond the tiers that are known.
    pub fn cost(&self, before: f64, quantity: f64) -> Option<f64> {
        let mut cost = 0.0;
        let mut left = quantity;
        for tier in &self.tiers {
            let here = (tier.end() - before.max(tier.begin())).clamp(0.0, left);
            cost += here * tier.price()?;
            left -= here;
        }
        (left <= f64::EPSILON * quantity.max(1.0)).then_some(cost)
    }

    /// Returns the value of a field of filters: the service, the family, the SKU or an attribute.
    pub fn field(&self, name: &str) -> Option<&str> {
        match name {
            "ServiceCode" | "serviceCode" => Some(&self.service),
            "productFamily" => self.family.as_deref(),
            "sku" => Some(&self.sku),
            name => self.attributes.get(name).map(String::as_str),
        }
    }

    /// Returns it as the API writes it, as a text of JSON.
    pub fn written(&self) -> String {
        let term = format!("{}.{ON_DEMAND}", self.sku);
        let mut dimensions = BTreeMap::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            let rate = if index == 0 { FIRST_RATE.to_owned() } else { format!("EBBTIDE{index:03}") };
            let code = format!("{term}.{rate}");
            let amount = tier.2.trim_end_matches('0').trim_end_matches('.');
            let dimension = json!({
                "unit": self.unit, "beginRange": tier.0, "endRange": tier.1, "rateCode": code, "appliesTo": [],
                "description": format!("${amount} {}", self.about), "pricePerUnit": { "USD": tier.2 },
            });
            dimensions.insert(code, dimension);
        }
        let effective = format!("{}T00:00:00Z", self.date);
        let mut product = json!({ "attributes": self.attributes, "sku": self.sku });
        if let Some(family) = &self.family {
            product["productFamily"] = Value::from(family.as_str());
        }
        json!({
            "product": product,
            "serviceCode": self.service,
            "terms": { "OnDemand": { term: {
                "priceDimensions": dimensions, "sku": self.sku, "effectiveDate": effective,
                "offerTermCode": ON_DEMAND, "termAttributes": {},
            } } },
            "version": self.date.replace('-', "") + "000000",
            "publicationDate": effective,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_used_in_their_order_and_a_missing_one_has_no_price() {
        let dashboards = find("AmazonCloudWatch", "DashboardsUsageHour-Basic").unwrap();
        for (before, quantity, expected) in [(0.0, 2.0, 0.0), (0.0, 4.0, 3.0), (2.5, 1.0, 1.5), (7.0, 1.0, 3.0)] {
            let cost = dashboards.cost(before, quantity).unwrap();
            assert!((cost - expected).abs() < 1e-9, "{before} {quantity}: {cost}");
        }
        let storage = find("AmazonS3", "EU-TimedStorage-ByteHrs").unwrap();
        assert!((storage.cost(0.0, 10.0).unwrap() - 0.23).abs() < 1e-9);
        assert_eq!(storage.cost(51_200.0, 1.0), None);
    }

    #[test]
    fn the_list_is_whole() {
        let list = all().unwrap();
        assert!(list.len() > 500, "{}", list.len());
        for product in list {
            assert!(!product.usage_type().is_empty() && !product.tiers.is_empty(), "{product:?}");
            assert!(product.tiers.iter().all(|tier| tier.price().is_some_and(|price| price >= 0.0)), "{product:?}");
        }
    }
}
