//! Settings of a function.

use serde::{Deserialize, Serialize};

use crate::resource::cloud_control::Property;

/// The processors of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// 64-bit x86.
    #[default]
    X86_64,
    /// 64-bit ARM, which is billed less.
    Arm64,
}

/// The tracing of calls by X-Ray.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tracing {
    /// Calls are traced whose callers ask for it.
    #[default]
    PassThrough,
    /// A part of all calls is traced.
    Active,
}

/// The form of logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text.
    #[default]
    Text,
    /// JSON, whose messages have levels.
    Json,
}

/// The least severe messages of the function that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// All.
    Trace,
    /// Those for debugging.
    Debug,
    /// Information.
    Info,
    /// Warnings.
    Warn,
    /// Errors.
    Error,
    /// Errors that end the function.
    Fatal,
}

/// The least severe messages of Lambda that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemLogLevel {
    /// All.
    Debug,
    /// Information.
    Info,
    /// Warnings.
    Warn,
}

/// The treatment of a function that calls itself by way of other services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecursiveLoop {
    /// Lambda stops it after 16 rounds.
    #[default]
    Terminate,
    /// It goes on.
    Allow,
}

/// The time at which a function gets a new version of its runtime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeUpdate {
    /// When AWS has one.
    #[default]
    Auto,
    /// When the function changes.
    FunctionUpdate,
    /// Never: the version is given.
    Manual,
}

/// Whether versions start from a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapStart {
    /// They do.
    PublishedVersions,
    /// They do not.
    Off,
}

/// The settings of a container image that differ from the image's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageConfig {
    /// The command.
    #[serde(default)]
    pub command: Vec<String>,
    /// The entry point.
    #[serde(default)]
    pub entry_point: Vec<String>,
    /// The working directory, up to 1,000 characters.
    #[serde(default)]
    pub working_directory: Option<String>,
}

/// The members of an image's settings.
pub(super) const IMAGE: &[Property] = &[
    Property::plain("command", "Command").ordered(),
    Property::plain("entry_point", "EntryPoint").ordered(),
    Property::plain("working_directory", "WorkingDirectory"),
];

/// The words of each setting.
pub(super) const ARCHITECTURES: &[(&str, &str)] = &[("x86_64", "x86_64"), ("arm64", "arm64")];
pub(super) const TRACING: &[(&str, &str)] = &[("pass_through", "PassThrough"), ("active", "Active")];
pub(super) const LOG_FORMATS: &[(&str, &str)] = &[("text", "Text"), ("json", "JSON")];
pub(super) const LOG_LEVELS: &[(&str, &str)] = &[
    ("trace", "TRACE"),
    ("debug", "DEBUG"),
    ("info", "INFO"),
    ("warn", "WARN"),
    ("error", "ERROR"),
    ("fatal", "FATAL"),
];
pub(super) const SYSTEM_LOG_LEVELS: &[(&str, &str)] = &[("debug", "DEBUG"), ("info", "INFO"), ("warn", "WARN")];
pub(super) const LOOPS: &[(&str, &str)] = &[("terminate", "Terminate"), ("allow", "Allow")];
pub(super) const RUNTIME_UPDATES: &[(&str, &str)] =
    &[("auto", "Auto"), ("function_update", "FunctionUpdate"), ("manual", "Manual")];
pub(super) const SNAP_STARTS: &[(&str, &str)] = &[("published_versions", "PublishedVersions"), ("off", "None")];
