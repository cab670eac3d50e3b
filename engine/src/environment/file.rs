//! What can stand in an environment's file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// An environment: where its stacks live, and what is different about them there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Environment")]
pub(super) struct EnvironmentFile {
    /// The account and region, and how to get in.
    pub(super) aws: AwsSettings,
    /// Tags on every resource that takes tags.
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// Where state is kept.
    #[serde(default)]
    pub(super) state: StateSettings,
    /// The settings of each stack, by its name.
    #[serde(default)]
    pub(super) stacks: BTreeMap<String, Value>,
}

/// The account and region, and how to get in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsSettings {
    /// The region, e.g. `eu-west-1`.
    pub region: String,
    /// A guard: the account, 12 digits. Nothing is changed if the credentials belong to another one.
    pub account: Option<String>,
    /// A profile of `~/.aws/config`; without it, the SDK's usual chain of credentials.
    pub profile: Option<String>,
    /// The ARN of a role to assume.
    pub assume_role: Option<String>,
    /// An endpoint for all services: an emulator's server, or a private endpoint.
    pub endpoint_url: Option<String>,
    /// Uses the embedded cloud: no account, no server, no network.
    #[serde(default)]
    pub embedded: bool,
    /// How long a transition of the embedded cloud takes (an endpoint coming into service, …), in milliseconds.
    pub transition_ms: Option<u64>,
}

/// Where state is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StateSettings {
    /// The sort of place.
    pub backend: StateBackend,
    /// The directory, from the project directory on; `state` if nothing is said.
    pub directory: Option<String>,
    /// The bucket, where the backend is `s3`.
    pub bucket: Option<String>,
    /// What the names of the objects begin with; nothing if nothing is said.
    pub prefix: Option<String>,
    /// The bucket's region; that of `[aws]` if nothing is said.
    pub region: Option<String>,
    /// The ARN of the KMS key that S3 encrypts the objects with; the account's own key for S3 if nothing is said.
    pub kms_key: Option<String>,
    /// Encrypts state before it leaves this machine.
    pub encryption: Option<EncryptionSettings>,
}

/// Sorts of place for state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateBackend {
    /// A local directory.
    #[default]
    Local,
    /// A bucket, shared by everybody who may read and write it.
    S3,
}

/// How state is encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncryptionSettings {
    /// What the key is.
    pub provider: KeyProvider,
    /// The environment variable with the passphrase; `EBB_STATE_PASSPHRASE` if nothing is said.
    pub passphrase_env: Option<String>,
    /// A file with the passphrase, in place of an environment variable.
    pub passphrase_file: Option<String>,
    /// The KMS key: its ARN, id or `alias/NAME`.
    pub kms_key: Option<String>,
    /// The key before this one, while `ebb state rekey` has not been run yet.
    pub previous: Option<KeySettings>,
}

/// A key that state was encrypted with before.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// What the key was.
    pub provider: KeyProvider,
    /// The environment variable with the passphrase; `EBB_STATE_PASSPHRASE_PREVIOUS` if nothing is said.
    pub passphrase_env: Option<String>,
    /// A file with the passphrase, in place of an environment variable.
    pub passphrase_file: Option<String>,
    /// The KMS key: its ARN, id or `alias/NAME`.
    pub kms_key: Option<String>,
}

/// What state can be encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyProvider {
    /// Nothing: it is written as it is.
    None,
    /// A key derived from a passphrase.
    Passphrase,
    /// A key of KMS.
    Kms,
}
