//! From products to the prices of items.

use jiff::civil::Date;

use super::product::Product;
use super::query::Wanted;
use crate::cost::Tier;

/// The finding on one item.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Its price: the tiers, and the row of the list that has them.
    Price {
        /// The tiers.
        tiers: Vec<Tier>,
        /// The SKU and the version of the list.
        row: String,
        /// The day on which the price took effect.
        effective: Option<Date>,
    },
    /// The list has none.
    Missing,
    /// The list has something else; the text says so.
    Unclear(String),
}

/// Returns the finding on an item among the products of an answer.
pub fn found(wanted: &Wanted, region: &str, products: &[Product]) -> Found {
    let mut rows: Vec<&Product> =
        products.iter().filter(|product| is_usage(&product.usage_type, &wanted.usage, region)).collect();
    rows.sort_by(|one, two| one.sku.cmp(&two.sku));
    let Some(first) = rows.first() else { return Found::Missing };
    if !wanted.units.iter().any(|unit| unit.eq_ignore_ascii_case(&first.unit)) {
        return Found::Unclear(format!("AWS prices it by `{}` ({})", first.unit, first.sku));
    }
    let tiers = match &first.tiers {
        Ok(tiers) => tiers.clone(),
        Err(reason) => return Found::Unclear(format!("{reason} ({})", first.sku)),
    };
    if let Some(other) = rows.iter().find(|row| row.tiers != first.tiers || row.unit != first.unit) {
        return Found::Unclear(format!("AWS has two prices for it ({} and {})", first.sku, other.sku));
    }
    let row = format!("SKU {} of version {}", first.sku, first.version);
    Found::Price { tiers, row, effective: first.effective }
}

/// Returns whether a usage type is the wanted one. Before it there may be the region: its code, such as `EU-` or `USE1-`, or for
/// some services its name.
fn is_usage(usage_type: &str, wanted: &str, region: &str) -> bool {
    let Some(before) = usage_type.strip_suffix(wanted) else { return false };
    match before.strip_suffix('-') {
        None => before.is_empty(),
        Some(prefix) if prefix == region => true,
        Some(prefix) => {
            prefix.len() <= 5 && prefix.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(usage_type: &str, sku: &str, usd: f64) -> Product {
        Product {
            sku: sku.into(),
            usage_type: usage_type.into(),
            unit: "Hrs".into(),
            tiers: Ok(vec![Tier { up_to: None, usd }]),
            version: "1".into(),
            effective: None,
        }
    }

    fn wanted() -> Wanted {
        Wanted { item: "vpc.nat.hour".into(), usage: "NatGateway-Hours".into(), units: &["Hrs"] }
    }

    #[test]
    fn a_price_is_found_by_its_usage_type_with_or_without_a_prefix() {
        for usage in ["NatGateway-Hours", "EU-NatGateway-Hours", "USE1-NatGateway-Hours", "eu-west-1-NatGateway-Hours"]
        {
            let Found::Price { tiers, row, .. } = found(&wanted(), "eu-west-1", &[product(usage, "A", 0.048)]) else {
                panic!("{usage}")
            };
            assert_eq!((tiers[0].usd, row.as_str()), (0.048, "SKU A of version 1"));
        }
        for usage in ["EU-NatGateway-Prvd-NatGateway-Hours", "us-east-1-NatGateway-Hours", "NatGateway-Hours2"] {
            assert_eq!(found(&wanted(), "eu-west-1", &[product(usage, "A", 1.0)]), Found::Missing, "{usage}");
        }
    }

    #[test]
    fn two_prices_or_another_unit_are_no_price() {
        let rows = [product("NatGateway-Hours", "B", 1.0), product("NatGateway-Hours", "A", 2.0)];
        let Found::Unclear(reason) = found(&wanted(), "eu-west-1", &rows) else { panic!("it is not clear") };
        assert_eq!(reason, "AWS has two prices for it (A and B)");
        let days = Product { unit: "Days".into(), ..product("NatGateway-Hours", "A", 2.0) };
        let Found::Unclear(reason) = found(&wanted(), "eu-west-1", &[days]) else { panic!("it is not clear") };
        assert_eq!(reason, "AWS prices it by `Days` (A)");
        let twice = [product("NatGateway-Hours", "B", 1.0), product("NatGateway-Hours", "A", 1.0)];
        assert!(matches!(found(&wanted(), "eu-west-1", &twice), Found::Price { .. }));
    }
}
