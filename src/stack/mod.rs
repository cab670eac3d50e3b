//! Declaring: a stack is ordinary Rust that adds resources and passes their outputs on as typed references.

mod builder;
mod conflicts;
mod declaration;
mod declare_result;
mod definition;
mod policy;
mod violation;
mod zones;

pub use builder::{Declare, Stack};
pub use declaration::{Declaration, Declarations, Problem};
pub use declare_result::DeclareResult;
pub use definition::{Definition, SettingsFault, typed};
pub use policy::{Policy, Violations};
pub use violation::{Enforcement, Violation};
pub use zones::RegionZones;
