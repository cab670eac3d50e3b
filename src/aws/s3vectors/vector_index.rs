//! `s3vectors_index`: an index of a vector bucket.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::vector_bucket::{ENCRYPTIONS, VectorEncryption, name_problem, validate_key};
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{VectorBucketArn, VectorIndexArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 63;

/// An index of a vector bucket. AWS can change its tags alone.
///
/// ```
/// # use ebbtide::aws::s3vectors::{Distance, VectorIndex};
/// # use ebbtide::aws::VectorBucketArn;
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, bucket: &Input<VectorBucketArn>) {
/// let index = VectorIndex { hidden_keys: vec!["text".into()], ..VectorIndex::new(bucket, 1024) };
/// stack.add("chunks", index);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VectorIndex<P: Phase = Declared> {
    /// The name, 3 to 63 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The bucket.
    pub bucket: P::Of<VectorBucketArn>,
    /// The number of dimensions, 1 to 4,096: that of the model that makes the vectors.
    pub dimension: u32,
    /// The distance by which vectors are compared.
    #[serde(default)]
    pub distance: Distance,
    /// The keys of metadata that cannot be filtered by, up to ten.
    #[serde(default)]
    pub hidden_keys: Vec<String>,
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

/// The distance by which vectors are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// By their angle.
    #[default]
    Cosine,
    /// By the straight line between them.
    Euclidean,
}

impl VectorIndex {
    /// Creates an index of a bucket for vectors of so many dimensions, compared by their angle.
    pub fn new(bucket: impl Into<Input<VectorBucketArn>>, dimension: u32) -> Self {
        Self {
            name: None,
            bucket: bucket.into(),
            dimension,
            distance: Distance::Cosine,
            hidden_keys: Vec::new(),
            encryption: VectorEncryption::Aes256,
            kms_key: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> VectorIndex<P> {
    /// Returns the name that the index has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH).to_ascii_lowercase())
    }
}

/// The outputs of an index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VectorIndexOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<VectorIndexArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The instant of its creation.
    pub created: P::Of<String>,
}

impl Resource for VectorIndex {
    const KIND: &'static str = "s3vectors_index";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] =
        fields!(VectorIndex: name, bucket, dimension, distance, hidden_keys, encryption, kms_key);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const UNORDERED: &'static [&'static str] = &["hidden_keys"];
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = VectorIndex<Resolved>;
    type Outputs<P: Phase> = VectorIndexOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![
            Charge::by_use("s3vectors.storage", "storage_gb"),
            Charge::by_use("s3vectors.put", "put_gb"),
            Charge::by_use("s3vectors.query", "queries"),
        ])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(|name| name_problem(name, "an index")) {
            problems.refuse("name", problem);
        }
        if !(1..=4096).contains(&self.dimension) {
            problems.refuse("dimension", format!("is {}; AWS takes 1 to 4096", self.dimension));
        }
        if self.hidden_keys.len() > 10 {
            problems.refuse("hidden_keys", format!("has {} keys; AWS takes 10", self.hidden_keys.len()));
        } else if self.hidden_keys.iter().any(|key| key.is_empty() || key.len() > 63) || has_repeats(&self.hidden_keys)
        {
            problems.refuse("hidden_keys", "has a key twice, or one that has not 1 to 63 characters");
        }
        validate_key(self.encryption, self.kms_key.as_ref(), problems);
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let in_bucket = |index: &Self| index.name.clone().map(|name| (name, format!("{:?}", index.bucket)));
        repeat_conflicts(all, in_bucket, |(name, _)| format!("another index of the same bucket is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let arn = self.bucket.known().map(|bucket| format!("{}/index/{name}", bucket.as_str()));
        let known = [("name".to_owned(), Some(json!(name))), ("arn".to_owned(), arn.map(Value::String))];
        known.into_iter().filter_map(|(field, value)| Some((field, value?))).collect()
    }
}

impl CloudControl for VectorIndex {
    const TYPE: &'static str = "AWS::S3Vectors::Index";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "IndexName"),
        Property::plain("bucket", "VectorBucketArn"),
        Property::plain("dimension", "Dimension"),
        Property::words("distance", "DistanceMetric", &[("cosine", "cosine"), ("euclidean", "euclidean")]),
        Property::plain("hidden_keys", "MetadataConfiguration/NonFilterableMetadataKeys").has_no_default(),
        Property::words("encryption", "EncryptionConfiguration/SseType", ENCRYPTIONS),
        Property::plain("kms_key", "EncryptionConfiguration/KmsKeyArn"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "IndexArn"), ("name", "IndexName"), ("created", "CreationTime")];
    const DATA: Option<&'static str> = Some("vectors");

    fn placed(inputs: &VectorIndex<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        let arn = format!("{}/index/{name}", inputs.bucket.as_str());
        // AWS has one type of numbers.
        let properties = [("IndexName".to_owned(), json!(name)), ("DataType".to_owned(), json!("float32"))];
        Placed::at(arn, Map::from_iter(properties))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_indexes_are_refused() {
        let index = || VectorIndex::new("arn:aws:s3vectors:eu-west-1:1:bucket/docs", 1024);
        let keys = |count: usize| (0..count).map(|key| key.to_string()).collect();
        let cases = [
            ("name", VectorIndex { name: Some("Chunks".into()), ..index() }),
            ("dimension", VectorIndex { dimension: 0, ..index() }),
            ("dimension", VectorIndex { dimension: 4097, ..index() }),
            ("hidden_keys", VectorIndex { hidden_keys: keys(11), ..index() }),
            ("hidden_keys", VectorIndex { hidden_keys: vec!["a".into(), "a".into()], ..index() }),
            ("kms_key", VectorIndex { encryption: VectorEncryption::Kms, ..index() }),
            ("tags", VectorIndex { tags: Tags::from([("team".into(), "a,b".into())]), ..index() }),
        ];
        for (field, index) in cases {
            let mut problems = Problems::new();
            index.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
