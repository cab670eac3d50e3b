//! The names that most stack programs need: `use ebbtide::prelude::*;`.
//!
//! The derive macro of `JsonSchema` works without a dependency on `schemars`. That of `Deserialize` names its crate: a program
//! depends on `serde` with the feature `derive`, or writes `#[serde(crate = "ebbtide::prelude::serde")]` beside it.

pub use std::process::ExitCode;

pub use schemars::{self, JsonSchema};
pub use serde::{self, Deserialize};

pub use crate::aws::ec2::Cidr;
pub use crate::aws::{autoscaling, budgets, cloudwatch, ec2, iam, logs, s3, sagemaker, secretsmanager, sns};
pub use crate::components::{Alerts, Costs, LlmEndpoint, Nat, Network, Zones};
pub use crate::program::App;
pub use crate::resource::{Input, Tags};
pub use crate::stack::{Definition, Stack};

/// The result of a function that declares a stack. `?` accepts every error, and `return Err("…".into())` makes one of text.
pub type Result<T = (), E = Box<dyn std::error::Error + Send + Sync>> = std::result::Result<T, E>;
