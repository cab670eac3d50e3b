//! The one-time prices of jobs.

use serde::Serialize;

use super::{Amount, Book};
use crate::resource::{Address, Charge, Per};

/// One charge of a job for one run of it, in dollars.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneTime {
    /// The job.
    pub address: Address,
    /// The item of the price book.
    pub item: String,
    /// The unit of the price, if that is known.
    pub unit: Option<String>,
    /// The number of units, if that is known.
    pub quantity: Option<f64>,
    /// The dollars of one run.
    pub usd: Amount,
    /// Why the dollars are not known, or only in part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl OneTime {
    /// Prices a charge of a job; `None` for a charge that is not billed once. A price with tiers counts as if the run were alone in
    /// its month.
    pub(super) fn of(address: &Address, charge: &Charge, book: &Book, region: &str) -> Option<Self> {
        let Per::Once(unknown) = &charge.per else { return None };
        let price = book.price(region, &charge.item);
        let quantity = unknown.is_none().then(|| charge.total());
        let usd = quantity.map_or(Amount::UNKNOWN, |units| once_usd(book, region, &charge.item, units));
        let because = unknown.clone().or_else(|| {
            let item = &charge.item;
            usd.at_least.then(|| format!("the book has no price of {item} in {region}"))
        });
        let unit = price.map(|price| price.unit.clone());
        Some(Self { address: address.clone(), item: charge.item.clone(), unit, quantity, usd, because })
    }
}

/// Returns the dollars of a charge that is billed once; nothing for another one.
pub(super) fn once(book: &Book, region: &str, charge: &Charge) -> Amount {
    match &charge.per {
        Per::Once(None) => once_usd(book, region, &charge.item, charge.total()),
        Per::Once(Some(_)) => Amount::UNKNOWN,
        Per::Hour | Per::BegunHour(_) | Per::Month | Per::Use(_) => Amount::ZERO,
    }
}

fn once_usd(book: &Book, region: &str, item: &str, units: f64) -> Amount {
    book.price(region, item).map_or(Amount::UNKNOWN, |price| price.amount(units))
}
