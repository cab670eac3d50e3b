//! Who a statement of a trust or resource policy is about.

use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase};

/// A principal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Principal<P: Phase = Declared> {
    /// Anyone at all: `*`.
    Everyone,
    /// An AWS service, e.g. `sagemaker.amazonaws.com`.
    Service(String),
    /// A whole account by its 12 digits; who in it, that account's own policies decide.
    Account(String),
    /// A role, user or session by its ARN.
    Aws(P::Of<String>),
    /// An identity provider, by ARN or host name.
    Federated(P::Of<String>),
}

impl Principal {
    /// An AWS service, e.g. `sagemaker.amazonaws.com`.
    pub fn service(host: &str) -> Self {
        Self::Service(host.to_owned())
    }

    /// A whole account by its 12 digits.
    pub fn account(number: &str) -> Self {
        Self::Account(number.to_owned())
    }

    /// A role, user or session by its ARN: `Principal::aws(role.arn.text())`.
    pub fn aws(arn: impl Into<Input<String>>) -> Self {
        Self::Aws(arn.into())
    }

    /// An identity provider, by ARN or host name.
    pub fn federated(provider: impl Into<Input<String>>) -> Self {
        Self::Federated(provider.into())
    }
}
