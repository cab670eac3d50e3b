//! `kms_key`: a key that encrypts data.

use serde::{Deserialize, Serialize};

use crate::aws::iam::{Policy, Principal, Purpose};
use crate::aws::{Arn, KmsKeyId};
use crate::resource::{
    Billing, Charge, Declared, Persistence, Phase, Problems, Resolved, Resource, Tags, validate_tags,
};

/// The name of the statement that gives the account access.
const ACCOUNT_ACCESS: &str = "Enable IAM User Permissions";

/// A symmetric key of KMS, in one region.
///
/// Whatever it encrypts is lost with it. So it counts as holding data: a deletion needs `--include-data`, and AWS deletes it after 7 to 30 days.
/// If the same address is declared again within them, the key is taken back.
///
/// ```
/// # use ebbtide::aws::iam::{Policy, Principal};
/// # use ebbtide::aws::kms::{Alias, Key};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let logs = Policy::new()
///     .allow(["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*", "kms:Describe*"])
///     .on_everything()
///     .to(Principal::service("logs.eu-west-1.amazonaws.com"));
/// let key = stack.add("documents", Key { policy: Some(logs), rotation_days: Some(365), ..Key::new("Documents") });
/// stack.add("documents", Alias::of(&key.id));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Key<P: Phase = Declared> {
    /// The purpose of the key, up to 8,192 characters.
    #[serde(default)]
    pub description: String,
    /// Statements of the key policy beside that of `account_access`. In them, `*` is the key.
    #[serde(default)]
    pub policy: Option<Policy<P>>,
    /// Whether policies of IAM in the account may give access to the key. Without that, the key policy alone does, and a mistake in
    /// it makes the key one that nobody can change.
    #[serde(default = "yes")]
    pub account_access: bool,
    /// Whether the key can be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The days after which AWS makes new material for the key, 90 to 2,560; never unless given. AWS bills the first two of them.
    #[serde(default)]
    pub rotation_days: Option<u32>,
    /// The days until AWS deletes the key once that is asked for, 7 to 30.
    #[serde(default = "month")]
    pub deletion_days: u8,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn yes() -> bool {
    true
}

fn month() -> u8 {
    30
}

impl Key {
    /// Creates a key that the account's policies of IAM give access to.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            policy: None,
            account_access: true,
            enabled: true,
            rotation_days: None,
            deletion_days: month(),
            tags: Tags::new(),
        }
    }
}

/// Returns the policy by which policies of IAM in an account may give access to a key.
#[doc(hidden)]
pub fn account_access(account: &str) -> Policy {
    Policy::new().allow(["kms:*"]).on_everything().to(Principal::account(account)).named(ACCOUNT_ACCESS)
}

/// The outputs of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct KeyOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<Arn>,
    /// The id.
    pub id: P::Of<KmsKeyId>,
}

impl Resource for Key {
    const KIND: &'static str = "kms_key";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("what it encrypts cannot be read without it");
    const REPLACE_ON: &'static [&'static str] = &[];
    const IDEMPOTENT_CREATE: bool = false;
    type Resolved = Key<Resolved>;
    type Outputs<P: Phase> = KeyOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::monthly("kms.key", 1.0), Charge::by_use("kms.request", "requests")])
    }

    fn validate(&self, problems: &mut Problems) {
        if self.description.chars().count() > 8192 {
            problems.refuse("description", "is longer than 8,192 characters");
        }
        if let Some(policy) = &self.policy {
            policy.problems(Purpose::Resource).into_iter().for_each(|problem| problems.refuse("policy", problem));
        }
        if !self.account_access && self.policy.is_none() {
            problems.refuse("account_access", "is needed by a key without a policy, or nobody has access to it");
        }
        if let Some(days) = self.rotation_days.filter(|days| !(90..=2560).contains(days)) {
            problems.refuse("rotation_days", format!("is {days}; AWS takes 90 to 2560"));
        }
        if self.rotation_days.is_some() && !self.enabled {
            problems.refuse("rotation_days", "is that of a key in use; AWS rotates no disabled key");
        }
        if !(7..=30).contains(&self.deletion_days) {
            problems.refuse("deletion_days", format!("is {}; AWS takes 7 to 30", self.deletion_days));
        }
        validate_tags(&self.tags, problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_keys_are_refused() {
        let key = || Key::new("Documents");
        let policy = || Policy::new().allow(["kms:Decrypt"]).on_everything().to(Principal::account("123456789012"));
        let cases = [
            ("description", Key::new("x".repeat(8193))),
            ("policy", Key { policy: Some(Policy::new()), ..key() }),
            ("account_access", Key { account_access: false, ..key() }),
            ("rotation_days", Key { rotation_days: Some(89), ..key() }),
            ("rotation_days", Key { rotation_days: Some(365), enabled: false, ..key() }),
            ("deletion_days", Key { deletion_days: 6, ..key() }),
            ("deletion_days", Key { deletion_days: 31, ..key() }),
            ("tags", Key { tags: Tags::from([("aws:x".into(), "y".into())]), ..key() }),
        ];
        for (field, key) in cases {
            let mut problems = Problems::new();
            key.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        for good in [key(), Key { policy: Some(policy()), account_access: false, rotation_days: Some(90), ..key() }] {
            let mut problems = Problems::new();
            good.validate(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }
}
