//! The region in a usage type.

/// How usage types of an item name their region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prefix {
    /// A short name, in each region: `USE1-Host:ml.g5.xlarge`.
    Always,
    /// A short name, but none in us-east-1: `NatGateway-Hours`.
    NotInFirst,
    /// The name of the region: `eu-west-1-KMS-Keys`.
    Region,
    /// None, for an item that is the same everywhere.
    Never,
}

/// The short names of regions in usage types ("AWS Billing and Usage Reports", Amazon S3 User Guide; price lists of
/// AmazonVPC and AmazonCloudWatch).
const NAMES: [(&str, &str); 31] = [
    ("us-east-1", "USE1"),
    ("us-east-2", "USE2"),
    ("us-west-1", "USW1"),
    ("us-west-2", "USW2"),
    ("ca-central-1", "CAN1"),
    ("ca-west-1", "CAN2"),
    ("mx-central-1", "MXC1"),
    ("sa-east-1", "SAE1"),
    ("eu-west-1", "EU"),
    ("eu-west-2", "EUW2"),
    ("eu-west-3", "EUW3"),
    ("eu-central-1", "EUC1"),
    ("eu-central-2", "EUC2"),
    ("eu-north-1", "EUN1"),
    ("eu-south-1", "EUS1"),
    ("eu-south-2", "EUS2"),
    ("ap-northeast-1", "APN1"),
    ("ap-northeast-2", "APN2"),
    ("ap-northeast-3", "APN3"),
    ("ap-southeast-1", "APS1"),
    ("ap-southeast-2", "APS2"),
    ("ap-south-1", "APS3"),
    ("ap-southeast-3", "APS4"),
    ("ap-south-2", "APS5"),
    ("ap-southeast-4", "APS6"),
    ("ap-southeast-5", "APS7"),
    ("ap-east-1", "APE1"),
    ("me-south-1", "MES1"),
    ("me-central-1", "MEC1"),
    ("af-south-1", "AFS1"),
    ("il-central-1", "ILC1"),
];

impl Prefix {
    /// Returns the usage type of an item in a region. A region without a known short name stands for itself.
    pub fn before(self, name: &str, region: &str) -> String {
        let short = NAMES.iter().find(|(known, _)| *known == region).map_or(region, |(_, short)| short);
        match self {
            Self::Never => name.to_owned(),
            Self::NotInFirst if region == "us-east-1" => name.to_owned(),
            Self::Always | Self::NotInFirst => format!("{short}-{name}"),
            Self::Region => format!("{region}-{name}"),
        }
    }
}
