//! Lambda: functions, their versions and aliases, and the permissions of callers.

mod alias;
mod code;
mod environment;
mod function;
mod permission;
mod settings;
mod version;

pub use alias::{Alias, AliasOutputs, VersionWeight};
pub use code::{Code, Package};
pub use function::{Function, FunctionOutputs};
pub use permission::{Permission, PermissionOutputs, UrlAuthorization};
pub use settings::{
    Architecture, ImageConfig, LogFormat, LogLevel, RecursiveLoop, RuntimeUpdate, SnapStart, SystemLogLevel, Tracing,
};
pub use version::{Version, VersionOutputs};
