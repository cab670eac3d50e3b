//! The clients of the AWS SDK, and the properties of AWS that every caller has to live with.

mod backoff;
mod call;
mod claims;
mod clients;
pub(crate) mod cloud_control;
mod codes;
mod context;
mod credentials;
mod error;
mod error_code;
mod future;
mod hint;
mod listed;
mod no_retry;
mod propagation;
mod trace;

pub use backoff::Backoff;
pub use call::{CallName, OptionalCall, built, required};
pub(crate) use claims::Claim;
pub use clients::Aws;
pub use codes::{kind_of, kind_of_failed_resource};
pub use context::Context;
pub use error::{Error, ErrorKind};
pub use future::BoxFuture;
pub use hint::Hint;
pub use listed::{ListReader, Listed, tagged};
pub use propagation::PropagationDelay;
pub use trace::call_counts;
