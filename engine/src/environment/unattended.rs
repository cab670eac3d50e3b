//! The settings of unattended runs: `[control]` and `[notify]`.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use ebbtide::schedule::elapsed;

/// The longest hold where the settings name none.
const MAX_HOLD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The interval of `ebb serve` where the settings name none.
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// The shortest interval. AWS bills calls to state in S3, and needs minutes for what a transition starts.
const SHORTEST_INTERVAL: SignedDuration = SignedDuration::from_secs(1);

/// How `ebb tick` and `ebb serve` look after the stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ControlSettings {
    /// The longest hold, such as `12h` or `3d`; `7d` by default.
    pub max_hold: Option<String>,
    /// How often `ebb serve` looks at the stacks; `60s` by default. It looks earlier when a transition is due.
    pub interval: Option<String>,
}

/// Where `ebb tick` and `ebb serve` report transitions, failures, and holds that are about to end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NotifySettings {
    /// The ARN of an SNS topic.
    pub sns: Option<String>,
    /// The URL of a webhook. It gets JSON by POST, with a `text` that Slack shows.
    pub webhook: Option<String>,
    /// The environment variable with the URL of a webhook, where the URL is a secret by itself.
    pub webhook_env: Option<String>,
    /// The environment variable with the key that signs what a webhook gets; `EBB_WEBHOOK_SECRET` by default. Without a
    /// value there is no signature.
    pub webhook_secret_env: Option<String>,
    /// Prints each notification on standard output, as one line of JSON.
    pub stdout: bool,
}

impl ControlSettings {
    /// Returns the longest hold.
    pub fn max_hold(&self) -> SignedDuration {
        self.max_hold.as_deref().and_then(|text| duration(text).ok()).unwrap_or(MAX_HOLD)
    }

    /// Returns the interval of `ebb serve`.
    pub fn interval(&self) -> SignedDuration {
        self.interval.as_deref().and_then(|text| duration(text).ok()).unwrap_or(INTERVAL)
    }
}

/// Reads a duration such as `45m`, `2h 30m` or `3d`; a day has 24 hours.
pub fn duration(text: &str) -> Result<SignedDuration, String> {
    let duration = elapsed(text).filter(SignedDuration::is_positive);
    duration.ok_or_else(|| format!("`{text}` is no duration: write 45m, 2h, 1h30m or 3d"))
}

/// Returns the faults of the settings of unattended runs.
pub(super) fn unattended_faults(document: &Document, control: &ControlSettings, notify: &NotifySettings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |keys: &[&str], message: String| {
        faults.push(Fault { location: document.of_value(&path_to(keys)), message });
    };
    if let Some(Err(message)) = control.max_hold.as_deref().map(duration) {
        refuse(&["control", "max_hold"], message);
    }
    match control.interval.as_deref().map(duration) {
        Some(Err(message)) => refuse(&["control", "interval"], message),
        Some(Ok(interval)) if interval < SHORTEST_INTERVAL => {
            refuse(&["control", "interval"], "the shortest interval is 1s".to_owned());
        }
        Some(Ok(_)) | None => {}
    }
    if let Some(arn) = notify.sns.as_deref().filter(|arn| !arn.starts_with("arn:") || !arn.contains(":sns:")) {
        refuse(&["notify", "sns"], format!("`{arn}` is not a topic's ARN: write arn:aws:sns:REGION:ACCOUNT:NAME"));
    }
    if let Some(url) = &notify.webhook {
        if let Err(message) = checked_url(url) {
            refuse(&["notify", "webhook"], message);
        }
        if notify.webhook_env.is_some() {
            let message = "`webhook` and `webhook_env` exclude each other: keep one".to_owned();
            refuse(&["notify", "webhook_env"], message);
        }
    }
    faults
}

/// Checks the URL of a webhook. What is wrong with it never shows it: it may be a secret.
pub fn checked_url(url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.starts_with('/') && !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(()),
        _ => Err("this is not the URL of a webhook: write https://HOST/PATH".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [("45m", 2700), ("2h", 7200), ("1h30m", 5400), ("2h 30m", 9000), ("3d", 259_200)] {
            assert_eq!(duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0s", "-5m", "5", "soon", "1 fortnight"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn urls_of_webhooks_are_checked_and_never_shown() {
        assert!(checked_url("https://hooks.slack.com/services/T0/B0/secret").is_ok());
        for url in ["hooks.slack.com/secret", "https://", "ftp://secret", "https:///secret", "https://a b"] {
            let message = checked_url(url).unwrap_err();
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
