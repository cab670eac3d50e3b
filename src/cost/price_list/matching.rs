//! From products to the prices of items.

use jiff::civil::Date;

use super::prefix::rank;
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

impl Found {
    /// Returns the finding of two questions on one item: prices that differ are unclear.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, one) | (one, Self::Missing) => one,
            (Self::Price { tiers, row, .. }, Self::Price { tiers: others, row: other, .. }) if tiers != others => {
                Self::Unclear(format!("AWS has two prices for it ({row} and {other})"))
            }
            (unclear @ Self::Unclear(_), _) | (_, unclear @ Self::Unclear(_)) => unclear,
            (price, _) => price,
        }
    }
}

/// Returns the finding on an item among the products of an answer.
pub fn found(wanted: &Wanted, region: &str, products: &[Product]) -> Found {
    let ranked = |product| Some((fit(product, wanted, region)?, product));
    let mut ranked: Vec<((usize, usize), &Product)> = products.iter().filter_map(ranked).collect();
    // A part without charge may have a row of its own: AWS's list has one for transfer to the internet.
    if ranked.iter().any(|(_, row)| row.is_paid() == Some(true)) {
        ranked.retain(|(_, row)| row.is_paid() != Some(false));
    }
    let best = ranked.iter().map(|(rank, _)| *rank).min();
    let fitting = ranked.into_iter().filter(|(rank, _)| Some(*rank) == best);
    let mut rows: Vec<&Product> = fitting.map(|(_, row)| row).collect();
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

/// Returns how well a product fits an item, the lowest being the best: by its usage type, and by the region before it. That is its
/// code, such as `EU-` or `USE1-`, or for some services its name.
fn fit(product: &Product, wanted: &Wanted, region: &str) -> Option<(usize, usize)> {
    let fits = wanted.usages.iter().enumerate().filter_map(|(index, usage)| {
        let before = product.usage_type.strip_suffix(usage.as_str())?;
        let prefix = if before.is_empty() { None } else { Some(before.strip_suffix('-')?) };
        Some((index, rank(prefix, region)?))
    });
    fits.min()
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
        wanted_as(&["NatGateway-Hours"])
    }

    fn wanted_as(usages: &[&str]) -> Wanted {
        let usages = usages.iter().map(|usage| (*usage).to_owned()).collect();
        Wanted { item: "vpc.nat.hour".into(), usages, units: &["Hrs"] }
    }

    #[test]
    fn a_price_is_found_by_its_usage_type_with_or_without_a_prefix() {
        for usage in ["NatGateway-Hours", "EU-NatGateway-Hours", "eu-west-1-NatGateway-Hours"] {
            let Found::Price { tiers, row, .. } = found(&wanted(), "eu-west-1", &[product(usage, "A", 0.048)]) else {
                panic!("{usage}")
            };
            assert_eq!((tiers[0].usd, row.as_str()), (0.048, "SKU A of version 1"));
        }
        for usage in [
            "EU-NatGateway-Prvd-NatGateway-Hours",
            "USE1-NatGateway-Hours",
            "us-east-1-NatGateway-Hours",
            "TS-NatGateway-Hours",
            "-NatGateway-Hours",
            "NatGateway-Hours2",
        ] {
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

    #[test]
    fn of_rows_that_look_alike_the_one_of_the_item_is_taken() {
        let fifo: &[&str] = &["Requests-FIFO-Tier1", "Requests-FIFO-RBP"];
        let standard: &[&str] = &["Requests-Tier1", "Requests-RBP"];
        for (usages, region, rows, expected) in [
            // A trust store, and a class of tables.
            (
                &["LoadBalancerUsage"][..],
                "us-east-1",
                &[("TS-LoadBalancerUsage", 1.0), ("LoadBalancerUsage", 2.0)][..],
                2.0,
            ),
            (&["ReadRequestUnits"], "us-east-1", &[("ReadRequestUnits", 2.0), ("IA-ReadRequestUnits", 1.0)], 2.0),
            (
                &["LoadBalancerUsage"],
                "us-west-2",
                &[("USW2-TS-LoadBalancerUsage", 1.0), ("USW2-LoadBalancerUsage", 2.0)],
                2.0,
            ),
            // us-east-1 with and without its code; elsewhere the code counts.
            (
                &["TimedStorage-ByteHrs"],
                "us-east-1",
                &[("USE1-TimedStorage-ByteHrs", 1.0), ("TimedStorage-ByteHrs", 2.0)],
                2.0,
            ),
            (&["TimedStorage-ByteHrs"], "us-east-1", &[("USE1-TimedStorage-ByteHrs", 1.0)], 1.0),
            (
                &["TimedStorage-ByteHrs"],
                "eu-west-1",
                &[("EU-TimedStorage-ByteHrs", 1.0), ("TimedStorage-ByteHrs", 2.0)],
                1.0,
            ),
            // A row without charge, beside the paid one and alone.
            (
                &["DataTransfer-Out-Bytes"],
                "us-east-1",
                &[("DataTransfer-Out-Bytes", 0.0), ("USE1-DataTransfer-Out-Bytes", 2.0)],
                2.0,
            ),
            (&["DeliveryAttempts-SQS"], "us-east-1", &[("DeliveryAttempts-SQS", 0.0)], 0.0),
            // Names that differ by region.
            (
                standard,
                "us-east-1",
                &[("Requests-FIFO-RBP", 3.0), ("Requests-Fair-RBP", 1.0), ("Requests-RBP", 2.0)],
                2.0,
            ),
            (fifo, "us-east-1", &[("Requests-FIFO-RBP", 3.0), ("Requests-Fair-RBP", 1.0), ("Requests-RBP", 2.0)], 3.0),
            (standard, "eu-west-1", &[("EU-Requests-FIFO-Tier1", 3.0), ("EU-Requests-Tier1", 2.0)], 2.0),
            (standard, "eu-west-1", &[("EU-Requests-RBP", 3.0), ("EU-Requests-Tier1", 2.0)], 2.0),
        ] {
            for reversed in [false, true] {
                let mut products: Vec<_> = rows.iter().map(|(usage, usd)| product(usage, usage, *usd)).collect();
                if reversed {
                    products.reverse();
                }
                let one = found(&wanted_as(usages), region, &products);
                let Found::Price { tiers, .. } = &one else { panic!("{usages:?} in {region}: {one:?}") };
                assert_eq!(tiers[0].usd, expected, "{usages:?} in {region}");
            }
        }
    }

    #[test]
    fn two_questions_have_one_finding() {
        let price = |sku: &str, usd| found(&wanted(), "us-east-1", &[product("NatGateway-Hours", sku, usd)]);
        let unclear = || Found::Unclear("x".to_owned());
        assert_eq!(Found::Missing.or(Found::Missing), Found::Missing);
        assert_eq!(Found::Missing.or(price("A", 1.0)), price("A", 1.0));
        assert_eq!(price("A", 1.0).or(Found::Missing), price("A", 1.0));
        assert_eq!(price("A", 1.0).or(price("B", 1.0)), price("A", 1.0));
        assert_eq!(price("A", 1.0).or(unclear()), unclear());
        let Found::Unclear(reason) = price("A", 1.0).or(price("B", 2.0)) else { panic!("it is not clear") };
        assert_eq!(reason, "AWS has two prices for it (SKU A of version 1 and SKU B of version 1)");
    }
}
