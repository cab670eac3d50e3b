//! Settings of the methods of a stage.

use serde::{Deserialize, Serialize};

use super::verbs::verb_problem;
use crate::resource::cloud_control::Property;

/// The longest time that a response stays in the cache, in seconds.
const MAX_CACHE_SECONDS: u32 = 3600;

/// Settings of methods of a stage. What is not given, a setting of more methods gives, or else AWS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MethodSettings {
    /// The method of HTTP; `*` for all.
    pub http_method: String,
    /// The path in AWS's form: `/*` for all, `/` for the root, or `/~1documents~1{id}` for `/documents/{id}`.
    pub path: String,
    /// The requests a second that are let through on average; the account's, 10,000 at most, unless given.
    #[serde(default)]
    pub rate: Option<f64>,
    /// The requests that are let through at once; the account's, 5,000 at most, unless given.
    #[serde(default)]
    pub burst: Option<u32>,
    /// The log of executions; none unless given.
    #[serde(default)]
    pub log: Option<ExecutionLog>,
    /// Whether the log has the data of requests and responses.
    #[serde(default)]
    pub log_data: bool,
    /// Whether CloudWatch gets metrics of each method, which it bills.
    #[serde(default)]
    pub metrics: bool,
    /// Whether responses are cached.
    #[serde(default)]
    pub cached: bool,
    /// The time that a response stays in the cache, 0 to 3600 seconds; 300 unless given.
    #[serde(default)]
    pub cache_seconds: Option<u32>,
    /// Whether the cache is encrypted.
    #[serde(default)]
    pub cache_encrypted: bool,
}

/// The log of executions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionLog {
    /// None.
    Off,
    /// Errors.
    Error,
    /// Errors, and all that happens.
    Info,
}

impl MethodSettings {
    /// Creates settings of all methods of a stage.
    pub fn of_all() -> Self {
        Self::at("*", "/*")
    }

    /// Creates settings of one method, of a path such as `/documents/{id}`.
    pub fn of(http_method: &str, path: &str) -> Self {
        let part = path.strip_prefix('/').unwrap_or(path);
        let path = if part.is_empty() { "/".to_owned() } else { format!("/~1{}", part.replace('/', "~1")) };
        Self::at(http_method, &path)
    }

    fn at(http_method: &str, path: &str) -> Self {
        Self {
            http_method: http_method.to_owned(),
            path: path.to_owned(),
            rate: None,
            burst: None,
            log: None,
            log_data: false,
            metrics: false,
            cached: false,
            cache_seconds: None,
            cache_encrypted: false,
        }
    }

    /// Lets so many requests a second through on average, and so many at once.
    #[must_use]
    pub fn throttled(self, rate: f64, burst: u32) -> Self {
        Self { rate: Some(rate), burst: Some(burst), ..self }
    }

    /// Returns the reason why AWS would refuse the settings.
    pub(super) fn problem(&self) -> Option<String> {
        let at = format!("{} {}", self.http_method, self.path);
        if self.http_method != "*"
            && let Some(problem) = verb_problem(&self.http_method)
        {
            return Some(format!("{at}: {problem}, or `*`"));
        }
        let inner = self.path.strip_prefix('/');
        if !inner
            .is_some_and(|inner| inner.is_empty() || inner == "*" || inner.starts_with("~1") && !inner.contains('/'))
        {
            return Some(format!(
                "{at}: the path is neither `/*` nor of the form `/~1documents`; `MethodSettings::of` makes it"
            ));
        }
        if self.rate.is_some_and(|rate| !(rate >= 0.0 && rate.is_finite())) {
            return Some(format!("{at}: the rate is negative"));
        }
        let cache = self.cache_seconds.filter(|seconds| *seconds > MAX_CACHE_SECONDS)?;
        Some(format!("{at}: {cache} seconds in the cache are more than {MAX_CACHE_SECONDS}"))
    }
}

/// The members of settings.
pub(super) const SETTINGS: &[Property] = &[
    Property::plain("http_method", "HttpMethod"),
    Property::plain("path", "ResourcePath"),
    Property::plain("rate", "ThrottlingRateLimit"),
    Property::plain("burst", "ThrottlingBurstLimit"),
    Property::words("log", "LoggingLevel", &[("off", "OFF"), ("error", "ERROR"), ("info", "INFO")]),
    Property::flag("log_data", "DataTraceEnabled"),
    Property::flag("metrics", "MetricsEnabled"),
    Property::flag("cached", "CachingEnabled"),
    Property::plain("cache_seconds", "CacheTtlInSeconds"),
    Property::flag("cache_encrypted", "CacheDataEncrypted"),
];
