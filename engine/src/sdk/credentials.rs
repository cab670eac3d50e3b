//! Credentials, made known to the log's redaction as they are loaded.

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use crate::logging::register_secret;

/// Registers the secrets of all credentials that a provider loads.
#[derive(Debug)]
pub(super) struct Registered(pub(super) SharedCredentialsProvider);

impl ProvideCredentials for Registered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let credentials = self.0.provide_credentials().await?;
            register(&credentials);
            Ok(credentials)
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt().inspect(register)
    }
}

fn register(credentials: &Credentials) {
    register_secret(credentials.secret_access_key());
    if let Some(token) = credentials.session_token() {
        register_secret(token);
    }
}
