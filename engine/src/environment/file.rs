//! The contents of an environment's file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::environment::regions::REGIONS;
use crate::environment::unattended::{ControlSettings, NotifySettings};
use ebbtide::budget;
use ebbtide::cost::UsageSettings;
use ebbtide::schedule::Settings;

/// An environment: the account and region of its stacks, and their settings.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Environment")]
pub(super) struct EnvironmentFile {
    /// The account, the region and the credentials.
    pub(super) aws: AwsSettings,
    /// Tags on every resource that takes tags.
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    /// Where state is kept.
    #[serde(default)]
    pub(super) state: StateSettings,
    /// When the stacks run. A stack may have a schedule of its own, `[stacks.NAME.schedule]`.
    pub(super) schedule: Option<Settings>,
    /// The budget of all stacks together. A stack may have one of its own beside it, `[stacks.NAME.budget]`.
    pub(super) budget: Option<budget::Settings>,
    /// How `ebb tick` and `ebb serve` look after the stacks.
    #[serde(default)]
    pub(super) control: ControlSettings,
    /// Where `ebb tick` and `ebb serve` report what they do.
    #[serde(default)]
    pub(super) notify: NotifySettings,
    /// The use of resources in a month that nothing declares, for estimates: by kind, name and key.
    #[serde(default)]
    pub(super) usage: UsageSettings,
    /// The settings of each stack, by its name.
    #[serde(default)]
    pub(super) stacks: BTreeMap<String, Value>,
}

/// The account, the region and the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwsSettings {
    /// The region, e.g. `eu-west-1`.
    #[schemars(extend("enum" = REGIONS))]
    pub region: String,
    /// A guard: the account, 12 digits. Nothing is changed if the credentials belong to another account.
    #[schemars(regex(pattern = "^[0-9]{12}$"))]
    pub account: Option<String>,
    /// A profile of `~/.aws/config`; without it, the SDK's usual chain of credentials.
    pub profile: Option<String>,
    /// The ARN of a role to assume.
    #[schemars(regex(pattern = "^arn:[^:]+:iam::[0-9]{12}:role/.+$"))]
    pub assume_role: Option<String>,
    /// An endpoint for all services: an emulator's server, or a private endpoint.
    #[schemars(regex(pattern = "^https?://"))]
    pub endpoint_url: Option<String>,
    /// Uses the embedded cloud: no account, no server, no network.
    #[serde(default)]
    pub embedded: bool,
    /// How long a transition of the embedded cloud takes (an endpoint coming into service, …), in milliseconds.
    pub transition_ms: Option<u64>,
    /// Objects that the embedded cloud has from the beginning, `s3://BUCKET/KEY`, such as stand-ins for models that were
    /// uploaded before. They are empty but for one line.
    #[serde(default)]
    pub objects: Vec<String>,
    /// Images of this account that ECR has in the embedded cloud from the beginning, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
    #[serde(default)]
    pub images: Vec<String>,
    /// Quotas of SageMaker in the embedded cloud, by name: `"ml.g5.xlarge for endpoint usage" = 2`. It grants plenty of all others.
    #[serde(default)]
    pub quotas: BTreeMap<String, u32>,
}

/// Where state is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend(
    "if" = json!({"properties": {"backend": {"const": "s3"}}, "required": ["backend"], "additionalProperties": true}),
    "then" = json!({"required": ["bucket"]}),
))]
pub struct StateSettings {
    /// The kind of backend.
    pub backend: StateBackend,
    /// The directory, relative to the project directory; `state` by default.
    pub directory: Option<String>,
    /// The bucket of the backend `s3`.
    pub bucket: Option<String>,
    /// The prefix of the object keys; none by default.
    pub prefix: Option<String>,
    /// The bucket's region; by default that of `[aws]`.
    #[schemars(extend("enum" = optional(REGIONS)))]
    pub region: Option<String>,
    /// The ARN of the KMS key that S3 encrypts the objects with; by default the account's own key for S3.
    pub kms_key: Option<String>,
    /// How many serials are kept, the present one included; 200 by default. Older ones are removed after a run.
    #[schemars(range(min = 1))]
    pub keep: Option<u32>,
    /// Encrypts state before it leaves this machine.
    pub encryption: Option<EncryptionSettings>,
}

/// Returns words of a setting that may be left out.
fn optional(words: &[&str]) -> Value {
    words.iter().map(|word| Value::from(*word)).chain([Value::Null]).collect()
}

/// The kinds of backend for state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StateBackend {
    /// A local directory.
    #[default]
    Local,
    /// An S3 bucket, shared by all who may read and write it.
    S3,
}

/// How state is encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EncryptionSettings {
    /// The kind of key.
    pub provider: KeyProvider,
    /// The environment variable with the passphrase; `EBB_STATE_PASSPHRASE` by default.
    pub passphrase_env: Option<String>,
    /// A file with the passphrase, instead of an environment variable.
    pub passphrase_file: Option<String>,
    /// The KMS key: its ARN, id or `alias/NAME`.
    pub kms_key: Option<String>,
    /// The previous key, until `ebb state rekey` has run.
    pub previous: Option<KeySettings>,
}

impl EncryptionSettings {
    /// Returns the key in use.
    pub(super) fn current(&self) -> KeySettings {
        KeySettings {
            provider: self.provider,
            passphrase_env: self.passphrase_env.clone(),
            passphrase_file: self.passphrase_file.clone(),
            kms_key: self.kms_key.clone(),
        }
    }
}

/// A key that state was encrypted with before.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySettings {
    /// The kind of key.
    pub provider: KeyProvider,
    /// The environment variable with the passphrase; `EBB_STATE_PASSPHRASE_PREVIOUS` by default.
    pub passphrase_env: Option<String>,
    /// A file with the passphrase, instead of an environment variable.
    pub passphrase_file: Option<String>,
    /// The KMS key: its ARN, id or `alias/NAME`.
    pub kms_key: Option<String>,
}

/// The kinds of key for the encryption of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyProvider {
    /// No encryption.
    None,
    /// A key derived from a passphrase.
    Passphrase,
    /// A key of KMS.
    Kms,
}
