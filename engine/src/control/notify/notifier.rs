//! Sends notifications to all receivers of an environment.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::notice::Notice;
use super::topic;
use super::waiting::with_signs;
use super::webhook::Webhook;
use crate::environment::{Environment, checked_url};
use crate::logging::register_secret;
use crate::sdk::Aws;

/// The variable with the key that signs requests of webhooks, unless the settings name another.
const SECRET: &str = "EBB_WEBHOOK_SECRET";

/// The receivers of an environment's notifications.
pub struct Notifier {
    topic: Option<String>,
    webhook: Option<Webhook>,
}

/// The reasons why there is no notifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// The variable that the settings name is not set.
    #[error("the environment variable {0}, which holds the URL of the webhook, is not set")]
    NoUrl(String),
    /// The value of the variable is no URL.
    #[error("the environment variable {0}: {1}")]
    InvalidUrl(String, String),
    /// This build has no HTTP client.
    #[error("this `ebb` was built without an HTTP client")]
    NoClient,
}

impl Notifier {
    /// Creates the receivers that an environment's settings name.
    pub fn of(environment: &Environment) -> Result<Self, NotifyError> {
        let settings = environment.notify();
        let variable = |name: &str| std::env::var(name).map(Zeroizing::new).ok().filter(|text| !text.is_empty());
        let url = match (&settings.webhook, &settings.webhook_env) {
            (Some(url), _) => Some(Zeroizing::new(url.clone())),
            (None, Some(name)) => {
                let url = variable(name).ok_or_else(|| NotifyError::NoUrl(name.clone()))?;
                checked_url(&url).map_err(|message| NotifyError::InvalidUrl(name.clone(), message))?;
                register_secret(&url);
                Some(url)
            }
            (None, None) => None,
        };
        let secret = variable(settings.webhook_secret_env.as_deref().unwrap_or(SECRET));
        secret.iter().for_each(|secret| register_secret(secret));
        let webhook = url.map(|url| Webhook::new(url, secret.as_ref()).ok_or(NotifyError::NoClient)).transpose()?;
        Ok(Self { topic: settings.sns.clone(), webhook })
    }

    /// Returns whether there is anything to send notifications to.
    pub fn has_receivers(&self) -> bool {
        self.topic.is_some() || self.webhook.is_some()
    }

    /// Returns whether it calls AWS.
    pub fn needs_aws(&self) -> bool {
        self.topic.is_some()
    }

    /// Sends a notification to all receivers, at the same time. Returns why some did not get it. `on_wait` receives the name of
    /// each that lets wait, again and again, and for how long it has.
    pub async fn send(
        &self,
        notice: &Notice,
        aws: Option<&Arc<Aws>>,
        on_wait: &(dyn Fn(&'static str, Duration) + Sync),
    ) -> Vec<String> {
        let by_topic = async {
            match (&self.topic, aws) {
                (Some(arn), Some(aws)) => topic::publish(aws, arn, notice).await.err().map(|error| error.to_string()),
                (Some(_), None) => Some("AWS cannot be reached for the SNS topic".to_owned()),
                (None, _) => None,
            }
        };
        let by_webhook = async {
            match &self.webhook {
                Some(webhook) => webhook.send(notice).await.err(),
                None => None,
            }
        };
        let (topic, webhook) =
            tokio::join!(with_signs("SNS topic", by_topic, on_wait), with_signs("webhook", by_webhook, on_wait));
        topic.into_iter().chain(webhook).collect()
    }
}
