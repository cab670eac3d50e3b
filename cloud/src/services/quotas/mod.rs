//! Service Quotas: the quotas of SageMaker on instances, which its endpoints keep.
//!
//! AWS's default for most types of instances is 0. The account of the embedded cloud was granted more of each
//! ([`limit`]); [`Cloud::set_quota`](crate::Cloud::set_quota) sets another value.

mod list;
mod operations;
mod quota;
mod service;
mod types;

pub use quota::{ALL_ENDPOINTS, is_known, limit, set};
pub use service::Quotas;
