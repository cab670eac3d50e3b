//! The code of a function.

use serde::{Deserialize, Serialize};

use crate::aws::BucketName;
use crate::resource::cloud_control::Property;
use crate::resource::{Declared, Input, Phase, Problems};

/// The form of the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Package {
    /// An archive in a bucket, run by a runtime of AWS.
    #[default]
    Zip,
    /// A container image in ECR.
    Image,
}

/// The code of a function: an archive in a bucket, or a container image.
///
/// AWS never shows it, and takes a new one only if the declaration changes. So name the object or the image by its content, or give
/// the version of the object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Code<P: Phase = Declared> {
    /// The bucket of the archive, in the region of the function.
    #[serde(default)]
    pub bucket: Option<P::Of<BucketName>>,
    /// The key of the archive, 1 to 1,024 characters.
    #[serde(default)]
    pub key: Option<P::Of<String>>,
    /// The version of the object.
    #[serde(default)]
    pub object_version: Option<P::Of<String>>,
    /// The container image, with its tag or digest.
    #[serde(default)]
    pub image: Option<P::Of<String>>,
    /// The ARN of the key by which Lambda encrypts the archive.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
}

impl Code {
    /// Creates the code of an archive in a bucket.
    pub fn object(bucket: impl Into<Input<BucketName>>, key: impl Into<Input<String>>) -> Self {
        Self { bucket: Some(bucket.into()), key: Some(key.into()), object_version: None, image: None, kms_key: None }
    }

    /// Creates the code of a container image.
    pub fn image(image: impl Into<Input<String>>) -> Self {
        Self { bucket: None, key: None, object_version: None, image: Some(image.into()), kms_key: None }
    }

    /// Reports what AWS would refuse for a form of the code.
    pub(super) fn validate(&self, package: Package, problems: &mut Problems) {
        let object = [self.bucket.is_some(), self.key.is_some()];
        match package {
            Package::Zip if object != [true, true] || self.image.is_some() => {
                problems.refuse("code", "of an archive has a bucket and a key, and no image");
            }
            Package::Image if object != [false, false] || self.object_version.is_some() || self.image.is_none() => {
                problems.refuse("code", "of an image has the image, and no bucket, key or version");
            }
            Package::Zip | Package::Image => {}
        }
        let fits = |text: &Option<Input<String>>| {
            text.as_ref().and_then(Input::known).is_none_or(|text| (1..=1024).contains(&text.len()))
        };
        if !fits(&self.key) || !fits(&self.object_version) {
            problems.refuse("code", "has a key or a version that has not 1 to 1,024 characters");
        }
    }
}

/// The members of the code.
pub(super) const CODE: &[Property] = &[
    Property::plain("bucket", "S3Bucket"),
    Property::plain("key", "S3Key"),
    Property::plain("object_version", "S3ObjectVersion"),
    Property::plain("image", "ImageUri"),
    Property::plain("kms_key", "SourceKMSKeyArn"),
];
