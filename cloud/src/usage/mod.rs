//! Usage: which items of AWS's bill resources use, and the quantities that come of it.
//!
//! A service states which items its document uses, as a function of the document ([`Use`]). The meter keeps
//! what it stated over time, and a reading computes quantities in the units of AWS's bill.

mod entry;
mod item;
mod prefix;
pub(crate) mod reading;
mod uses;

pub(crate) use entry::Entry;
pub use item::Item;
pub use reading::Metered;
pub use uses::{Place, Use, tag_map};
