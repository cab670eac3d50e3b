//! Principals: the identities that a statement of a trust or resource policy applies to.

use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase, Resolved};

/// A principal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", rename_all = "snake_case")]
pub enum Principal<P: Phase = Declared> {
    /// Everyone: `*`.
    Everyone,
    /// An AWS service, e.g. `sagemaker.amazonaws.com`.
    Service(String),
    /// A whole account by its 12 digits. The account's own policies decide which of its identities that includes.
    Account(String),
    /// A role, user or session by its ARN.
    Aws(P::Of<String>),
    /// An identity provider, by ARN or host name.
    Federated(P::Of<String>),
}

impl Principal {
    /// Creates the principal of an AWS service, e.g. `sagemaker.amazonaws.com`.
    pub fn service(host: &str) -> Self {
        Self::Service(host.to_owned())
    }

    /// Creates the principal of a whole account, by its 12 digits.
    pub fn account(number: &str) -> Self {
        Self::Account(number.to_owned())
    }

    /// Creates the principal of a role, user or session, by its ARN: `Principal::aws(role.arn.text())`.
    pub fn aws(arn: impl Into<Input<String>>) -> Self {
        Self::Aws(arn.into())
    }

    /// Creates the principal of an identity provider, by ARN or host name.
    pub fn federated(provider: impl Into<Input<String>>) -> Self {
        Self::Federated(provider.into())
    }
}

impl Principal<Resolved> {
    /// Reads a principal of the type `AWS`. An account has two forms: AWS turns its 12 digits into the ARN of its root.
    pub(super) fn from_arn_or_account(text: String) -> Self {
        match account_number(&text) {
            Some(number) => Self::Account(number.to_owned()),
            None => Self::Aws(text),
        }
    }
}

/// Returns the number of the account if the principal is a whole account.
fn account_number(principal: &str) -> Option<&str> {
    let number = match principal.strip_suffix(":root") {
        Some(arn) if arn.starts_with("arn:") => arn.rsplit("::").next()?,
        _ => principal,
    };
    (number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}
