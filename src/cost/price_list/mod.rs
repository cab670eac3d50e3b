//! AWS's price list: the questions to ask about items of the price book, and the prices in its answers.

mod items;
mod matching;
mod prefix;
mod product;
mod query;
mod update;

pub(super) use items::place;
pub use matching::{Found, found};
pub use product::Product;
pub use query::{Filter, Query, Wanted, queries};
pub use update::{Change, Origin, Own, Unclear, Update, items, update};
