//! The AWS Price List API: the products of a price list of the cloud's own, `prices.json`.
//!
//! The list has the prices that are known, of four regions. `cloud/scripts/prices.py` makes it from a table.

mod filter;
mod operations;
mod price_list;
mod service;

pub(in crate::services) use price_list::find;
pub use service::Pricing;
