//! Environments: `environments/NAME.toml`, read once, validated, with the file, line and column of each value.

mod aws_checks;
mod budgets;
mod connect;
mod control_characters;
mod document;
mod error;
mod file;
mod loaded;
mod place;
mod prices;
mod project;
mod project_file;
mod regions;
mod reserved;
mod rollouts;
mod schedules;
mod schema;
mod state;
mod state_checks;
mod suggest;
mod timezones;
mod unattended;
mod unknown_keys;
mod zones;

pub use connect::{Clients, ConnectError, Connection};
pub use error::{EnvironmentError, Fault, Location};
pub use file::{AwsSettings, EncryptionSettings, KeyProvider, KeySettings, StateBackend, StateSettings};
pub use loaded::{Ask, Environment};
pub use place::InvalidPlace;
pub use prices::{PricesError, with_prices};
pub use project::Project;
pub use regions::{is_region, nearest_region};
pub use schedules::scaled_endpoints;
pub use schema::schema;
pub use suggest::{did_you_mean, nearest};
pub use unattended::{ControlSettings, NotifySettings, checked_url, duration};
