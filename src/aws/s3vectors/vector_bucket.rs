//! `s3vectors_bucket`: a bucket for vectors.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::VectorBucketArn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 63;

/// A bucket for vectors. AWS deletes none that has indexes.
///
/// ```
/// # use ebbtide::aws::s3vectors::{VectorBucket, VectorIndex};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let bucket = stack.add("documents", VectorBucket::new());
/// let index = stack.add("chunks", VectorIndex::new(&bucket.arn, 1024));
/// stack.output("INDEX_ARN", &index.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VectorBucket<P: Phase = Declared> {
    /// The name, 3 to 63 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The encryption of vectors.
    #[serde(default)]
    pub encryption: VectorEncryption,
    /// The ARN of the KMS key, for encryption by KMS.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The encryption of vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VectorEncryption {
    /// By a key of S3.
    #[default]
    Aes256,
    /// By a key of KMS.
    Kms,
}

/// The words of AWS for encryptions.
pub(super) const ENCRYPTIONS: &[(&str, &str)] = &[("aes256", "AES256"), ("kms", "aws:kms")];

impl VectorBucket {
    /// Creates a bucket that a key of S3 encrypts.
    pub fn new() -> Self {
        Self { name: None, encryption: VectorEncryption::Aes256, kms_key: None, tags: Tags::new() }
    }
}

impl Default for VectorBucket {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> VectorBucket<P> {
    /// Returns the name that the bucket has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH).to_ascii_lowercase())
    }
}

fn arn(identity: &Identity, name: &str) -> String {
    identity.scope.arn("s3vectors", &format!("bucket/{name}"))
}

/// Reports a key without encryption by KMS, and encryption by KMS without a key.
pub(super) fn validate_key(encryption: VectorEncryption, key: Option<&Input<String>>, problems: &mut Problems) {
    match (encryption, key) {
        (VectorEncryption::Aes256, Some(_)) => problems.refuse("kms_key", "is for encryption by KMS: set `encryption`"),
        (VectorEncryption::Kms, None) => problems.refuse("kms_key", "is missing: S3 Vectors has no key of AWS for KMS"),
        (VectorEncryption::Kms, Some(key)) if key.known().is_some_and(|key| !key.starts_with("arn:")) => {
            problems.refuse("kms_key", "is not the ARN of a key, which alone AWS takes here");
        }
        _ => {}
    }
}

/// Returns the reason why AWS would refuse a name.
pub(super) fn name_problem(name: &str, of: &str) -> Option<String> {
    let fits = (3..=MAX_NAME_LENGTH).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c))
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    let advice = "use 3 to 63 small letters, digits and hyphens, with a letter or digit at both ends";
    (!fits).then(|| format!("`{name}` is not the name of {of}: {advice}"))
}

/// The outputs of a vector bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VectorBucketOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<VectorBucketArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The instant of its creation.
    pub created: P::Of<String>,
}

impl Resource for VectorBucket {
    const KIND: &'static str = "s3vectors_bucket";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(VectorBucket: name, encryption, kms_key);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = VectorBucket<Resolved>;
    type Outputs<P: Phase> = VectorBucketOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("a vector bucket is free: its indexes bill what they hold")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(|name| name_problem(name, "a vector bucket")) {
            problems.refuse("name", problem);
        }
        validate_key(self.encryption, self.kms_key.as_ref(), problems);
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |bucket| bucket.name.as_ref(), |name| format!("another vector bucket is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(arn(identity, &name)));
        }
        known
    }
}

impl CloudControl for VectorBucket {
    const TYPE: &'static str = "AWS::S3Vectors::VectorBucket";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "VectorBucketName"),
        Property::words("encryption", "EncryptionConfiguration/SseType", ENCRYPTIONS),
        Property::plain("kms_key", "EncryptionConfiguration/KmsKeyArn"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "VectorBucketArn"), ("name", "VectorBucketName"), ("created", "CreationTime")];

    fn placed(inputs: &VectorBucket<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(arn(identity, &name), Map::from_iter([("VectorBucketName".to_owned(), json!(name))]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_vector_buckets_are_refused() {
        let cases = [
            ("name", VectorBucket { name: Some("Docs".into()), ..VectorBucket::new() }),
            ("name", VectorBucket { name: Some("d-".into()), ..VectorBucket::new() }),
            ("kms_key", VectorBucket { kms_key: Some("arn:aws:kms:eu-west-1:1:key/1".into()), ..VectorBucket::new() }),
            ("kms_key", VectorBucket { encryption: VectorEncryption::Kms, ..VectorBucket::new() }),
            (
                "kms_key",
                VectorBucket {
                    encryption: VectorEncryption::Kms,
                    kms_key: Some("alias/a".into()),
                    ..VectorBucket::new()
                },
            ),
            ("tags", VectorBucket { tags: Tags::from([("team".into(), "a,b".into())]), ..VectorBucket::new() }),
        ];
        for (field, bucket) in cases {
            let mut problems = Problems::new();
            bucket.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
