//! The buckets: models and training data, encrypted and versioned, with what becomes of old data.

use ebbtide::aws::BucketName;
use ebbtide::aws::s3::{Bucket, Encryption, LifecycleRule, NoncurrentExpiration, StorageClass, Transition};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::Settings;

/// The names of the buckets.
pub(super) struct Storage {
    /// Models, each under its own prefix.
    pub(super) models: Input<BucketName>,
    /// Training data.
    training: Input<BucketName>,
    /// Bulk requests and their responses, if there are such.
    pub(super) exchange: Option<Input<BucketName>>,
}

impl Storage {
    /// Returns the names of all buckets.
    pub(super) fn buckets(&self) -> impl Iterator<Item = &Input<BucketName>> {
        [&self.models, &self.training].into_iter().chain(&self.exchange)
    }
}

/// Declares the buckets.
pub(super) fn declare(stack: &mut Stack, settings: &Settings) -> Storage {
    let uploads = LifecycleRule { abort_multipart_days: Some(7), ..LifecycleRule::new("unfinished-uploads") };
    let old_models = LifecycleRule {
        noncurrent_expiration: Some(NoncurrentExpiration { days: settings.old_model_days, keep_versions: Some(3) }),
        ..LifecycleRule::new("old-models")
    };
    let bucket = Bucket { encryption: encryption(settings), ..Bucket::new() };
    let models = Bucket { versioning: true, lifecycle: vec![old_models, uploads.clone()], ..bucket.clone() };
    let models = stack.add("models", models).name;

    let colder = |days, storage_class| Transition { days, storage_class };
    let archive = LifecycleRule {
        transitions: vec![colder(30, StorageClass::StandardInfrequentAccess), colder(90, StorageClass::Glacier)],
        expiration_days: settings.training_data_days,
        ..LifecycleRule::new("archive")
    };
    let old_data = LifecycleRule {
        noncurrent_expiration: Some(NoncurrentExpiration {
            days: settings.old_training_data_days,
            keep_versions: None,
        }),
        ..LifecycleRule::new("old-data")
    };
    let training = Bucket { versioning: true, lifecycle: vec![archive, old_data, uploads.clone()], ..bucket.clone() };
    let training = stack.add("training-data", training).name;

    let exchange = settings.market_intelligence_bulk.then(|| {
        let soon = LifecycleRule { expiration_days: Some(30), ..LifecycleRule::new("fetched-by-then") };
        stack.add("bulk", Bucket { lifecycle: vec![soon, uploads], ..bucket }).name
    });
    Storage { models, training, exchange }
}

/// Returns the encryption of the buckets. With a key of the bucket, S3 calls KMS seldom.
fn encryption(settings: &Settings) -> Encryption {
    match &settings.kms_key {
        Some(key) => Encryption::Kms { key: Some(key.as_str().into()), bucket_key: true },
        None => Encryption::Aes256,
    }
}
