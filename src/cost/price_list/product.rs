//! The products of AWS's price list, as GetProducts returns them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use crate::cost::Tier;

/// A product with its price on demand.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Its number in the list.
    pub sku: String,
    /// The usage type, with the prefix of the region.
    pub usage_type: String,
    /// The unit of the price.
    pub unit: String,
    /// The tiers of the price, in ascending order, or why there are none for the book.
    pub tiers: Result<Vec<Tier>, String>,
    /// The version of the list.
    pub version: String,
    /// The day on which the price took effect.
    pub effective: Option<Date>,
}

/// A product as it is written: each is a text of JSON by itself.
#[derive(Deserialize)]
struct Written {
    product: WrittenProduct,
    #[serde(default)]
    terms: Terms,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct WrittenProduct {
    sku: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Terms {
    on_demand: BTreeMap<String, Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    #[serde(default)]
    effective_date: String,
    #[serde(default)]
    price_dimensions: BTreeMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    /// A number as text. A product without tiers has `0`.
    #[serde(default)]
    begin_range: String,
    /// A number as text, or `Inf`.
    #[serde(default)]
    end_range: String,
    /// The price by currency.
    price_per_unit: BTreeMap<String, String>,
}

impl Product {
    /// Reads a product. A product without a price on demand, such as one that is only reserved, is `None`.
    pub fn parse(text: &str) -> Result<Option<Self>, serde_json::Error> {
        let written: Written = serde_json::from_str(text)?;
        // The offer that took effect last.
        let offers = written.terms.on_demand.into_values();
        let offer = offers.max_by(|one, two| one.effective_date.cmp(&two.effective_date));
        let effective = offer.as_ref().and_then(|offer| offer.effective_date.get(..10)?.parse().ok());
        let dimensions: Vec<Dimension> =
            offer.into_iter().flat_map(|offer| offer.price_dimensions.into_values()).collect();
        let Some(unit) = dimensions.first().map(|first| first.unit.clone()) else { return Ok(None) };
        Ok(Some(Self {
            sku: written.product.sku,
            usage_type: written.product.attributes.get("usagetype").cloned().unwrap_or_default(),
            tiers: tiers(&dimensions, &unit),
            unit,
            version: written.version,
            effective,
        }))
    }

    /// Returns whether it has a price above 0; `None` if its price is not known.
    pub(super) fn is_paid(&self) -> Option<bool> {
        self.tiers.as_ref().ok().map(|tiers| tiers.iter().any(|tier| tier.usd > 0.0))
    }
}

/// Returns the tiers of a price.
fn tiers(dimensions: &[Dimension], unit: &str) -> Result<Vec<Tier>, String> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    let mut tiers: Vec<(f64, Tier)> = Vec::new();
    for dimension in dimensions {
        let Some(usd) = dimension.price_per_unit.get("USD") else {
            let currencies: Vec<_> = dimension.price_per_unit.keys().map(String::as_str).collect();
            return Err(format!("its price is in {}, and the book is in USD", currencies.join(", ")));
        };
        let usd = number(usd).ok_or_else(|| format!("`{usd}` is no price"))?;
        let begin = if dimension.begin_range.is_empty() { Some(0.0) } else { number(&dimension.begin_range) };
        let begin = begin.ok_or_else(|| format!("`{}` is no beginning of a tier", dimension.begin_range))?;
        let up_to = match dimension.end_range.as_str() {
            "Inf" | "" => None,
            end => Some(number(end).ok_or_else(|| format!("`{end}` is no end of a tier"))?),
        };
        tiers.push((begin, Tier { up_to, usd }));
    }
    tiers.sort_by(|(one, _), (two, _)| one.total_cmp(two));
    let mut end = Some(0.0);
    for (begin, tier) in &tiers {
        if end != Some(*begin) {
            return Err("its tiers do not follow each other".to_owned());
        }
        end = tier.up_to;
    }
    if dimensions.iter().any(|dimension| dimension.unit != unit) {
        return Err("its tiers have several units".to_owned());
    }
    Ok(merged(tiers.into_iter().map(|(_, tier)| tier)))
}

/// Returns tiers in which neighbours of the same price are one.
fn merged(tiers: impl Iterator<Item = Tier>) -> Vec<Tier> {
    let mut merged: Vec<Tier> = Vec::new();
    for tier in tiers {
        match merged.last_mut() {
            Some(last) if last.usd == tier.usd => last.up_to = tier.up_to,
            _ => merged.push(tier),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A product in the form of the Price List API, with the dimensions out of order, as in AWS's answers.
    const TRANSFER: &str = r#"{"product": {"productFamily": "Data Transfer", "attributes": {"usagetype": "EU-DataTransfer-Out-Bytes",
        "fromRegionCode": "eu-west-1"}, "sku": "S"}, "serviceCode": "AWSDataTransfer", "terms": {"OnDemand": {"S.JRTCKXETXF": {
        "priceDimensions": {
        "S.JRTCKXETXF.B": {"unit": "GB", "endRange": "51200", "description": "x", "appliesTo": [], "rateCode": "S.JRTCKXETXF.B", "beginRange": "10240", "pricePerUnit": {"USD": "0.0850000000"}},
        "S.JRTCKXETXF.A": {"unit": "GB", "endRange": "10240", "beginRange": "0", "pricePerUnit": {"USD": "0.0900000000"}},
        "S.JRTCKXETXF.C": {"unit": "GB", "endRange": "Inf", "beginRange": "51200", "pricePerUnit": {"USD": "0.0700000000"}}},
        "sku": "S", "effectiveDate": "2026-09-01T00:00:00Z", "offerTermCode": "JRTCKXETXF", "termAttributes": {}}},
        "Reserved": {"S.4NA7Y494T4": {"priceDimensions": {}}}}, "version": "20260925190528", "publicationDate": "2026-09-25T19:05:28Z"}"#;

    #[test]
    fn tiers_are_put_in_order() {
        let product = Product::parse(TRANSFER).unwrap().unwrap();
        let tiers = [(Some(10240.0), 0.09), (Some(51200.0), 0.085), (None, 0.07)];
        assert_eq!(product.tiers, Ok(tiers.map(|(up_to, usd)| Tier { up_to, usd }).to_vec()));
        assert_eq!((product.sku.as_str(), product.version.as_str()), ("S", "20260925190528"));
        assert_eq!((product.usage_type.as_str(), product.unit.as_str()), ("EU-DataTransfer-Out-Bytes", "GB"));
        assert_eq!(product.effective, Some(jiff::civil::date(2026, 9, 1)));
    }

    #[test]
    fn a_product_that_cannot_be_understood_is_no_price() {
        for (from, to, expected) in [
            (r#""beginRange": "10240""#, r#""beginRange": "20480""#, "do not follow each other"),
            (r#"{"USD": "0.0850000000"}"#, r#"{"CNY": "0.085"}"#, "in CNY"),
            (r#""0.0850000000""#, r#""free""#, "`free` is no price"),
            (r#""0.0850000000""#, r#""-1""#, "`-1` is no price"),
            (r#""endRange": "51200""#, r#""endRange": "many""#, "`many` is no end"),
            (r#"{"unit": "GB", "endRange": "Inf""#, r#"{"unit": "TB", "endRange": "Inf""#, "several units"),
        ] {
            let error = Product::parse(&TRANSFER.replace(from, to)).unwrap().unwrap().tiers.unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        assert!(Product::parse("{}").is_err());
        assert_eq!(Product::parse(&TRANSFER.replace("OnDemand", "Reserved2")).unwrap(), None);
    }
}
