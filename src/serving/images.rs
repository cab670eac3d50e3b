//! AWS's images for serving large models, by region.

use std::fmt;

use crate::resource::dns_suffix;

/// The image for large models: vLLM behind DJL Serving.
pub const LMI_IMAGE: &str = "djl-inference:0.31.0-lmi13.0.0-cu124";

/// The account of the registry in most regions.
const COMMON: &str = "763104351884";

/// The accounts of the registries of AWS's deep learning containers by region.
///
/// Source: aws/sagemaker-python-sdk, `src/sagemaker/image_uri_config/djl-lmi.json`.
const ACCOUNTS: [(&str, &str); 29] = [
    ("af-south-1", "626614931356"),
    ("ap-east-1", "871362719292"),
    ("ap-northeast-1", COMMON),
    ("ap-northeast-2", COMMON),
    ("ap-northeast-3", "364406365360"),
    ("ap-south-1", COMMON),
    ("ap-southeast-1", COMMON),
    ("ap-southeast-2", COMMON),
    ("ap-southeast-3", "907027046896"),
    ("ca-central-1", COMMON),
    ("ca-west-1", "204538143572"),
    ("cn-north-1", "727897471807"),
    ("cn-northwest-1", "727897471807"),
    ("eu-central-1", COMMON),
    ("eu-north-1", COMMON),
    ("eu-south-1", "692866216735"),
    ("eu-west-1", COMMON),
    ("eu-west-2", COMMON),
    ("eu-west-3", COMMON),
    ("il-central-1", "780543022126"),
    ("me-central-1", "914824155844"),
    ("me-south-1", "217643126080"),
    ("sa-east-1", COMMON),
    ("us-east-1", COMMON),
    ("us-east-2", COMMON),
    ("us-gov-east-1", "446045086412"),
    ("us-gov-west-1", "442386744353"),
    ("us-west-1", COMMON),
    ("us-west-2", COMMON),
];

/// The error for a region in which the table has no registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRegion(String);

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "AWS's registry of images for large models in {} is not known: give the image with its registry, \
             `ACCOUNT.dkr.ecr.{}.{}/{LMI_IMAGE}`",
            self.0,
            self.0,
            dns_suffix(&self.0)
        )
    }
}

impl std::error::Error for UnknownRegion {}

/// Returns AWS's image for large models in a region, with its registry.
pub fn lmi_image(region: &str) -> Result<String, UnknownRegion> {
    let account = ACCOUNTS.iter().find(|(name, _)| *name == region).ok_or_else(|| UnknownRegion(region.to_owned()))?.1;
    Ok(format!("{account}.dkr.ecr.{region}.{}/{LMI_IMAGE}", dns_suffix(region)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_and_the_suffix_depend_on_the_region() {
        for (region, registry) in [
            ("eu-west-1", "763104351884.dkr.ecr.eu-west-1.amazonaws.com/"),
            ("eu-south-1", "692866216735.dkr.ecr.eu-south-1.amazonaws.com/"),
            ("cn-north-1", "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/"),
            ("us-gov-west-1", "442386744353.dkr.ecr.us-gov-west-1.amazonaws.com/"),
        ] {
            assert!(lmi_image(region).unwrap().starts_with(registry), "{region}");
        }
    }

    #[test]
    fn a_region_without_a_known_registry_is_an_error_that_says_what_to_give() {
        let error = lmi_image("eusc-de-east-1").unwrap_err().to_string();
        assert!(error.contains("ACCOUNT.dkr.ecr.eusc-de-east-1.amazonaws.eu/djl-inference"), "{error}");
    }
}
