//! AWS Cost Explorer: costs and usage, from the meter of the cloud and its price list.
//!
//! It knows usage with a delay, as AWS does: "your cost and usage data is refreshed at least once every 24 hours" (Cost Explorer,
//! AWS Cost Management User Guide). Tags count from their activation as cost allocation tags on. All costs are on demand,
//! without discounts, taxes and the free tier of new accounts, so every cost metric has the same value. Credits, refunds and
//! the costs of other accounts are there only as charges that [`Cloud::charge`](crate::Cloud::charge) added.

mod answer;
mod charge;
mod costs;
mod expression;
mod grouping;
mod operations;
mod request;
mod service;
mod tags;

pub use charge::Charge;
pub(crate) use charge::add;
pub use service::CostExplorer;
