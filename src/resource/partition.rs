//! The partitions of AWS.

/// The beginning of a region's name, its partition, and the ending of host names there. Source: `partitions.json` of
/// botocore 1.44.5. All other regions are of the first partition.
const PARTITIONS: [(&str, &str, &str); 7] = [
    ("cn-", "aws-cn", "amazonaws.com.cn"),
    ("us-gov-", "aws-us-gov", "amazonaws.com"),
    ("eusc-", "aws-eusc", "amazonaws.eu"),
    ("us-iso-", "aws-iso", "c2s.ic.gov"),
    ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
    ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
    ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
];

/// Returns the partition of a region, as ARNs have it: `aws`, `aws-cn`, `aws-us-gov`, …
pub(super) fn partition(region: &str) -> &'static str {
    found(region).map_or("aws", |(_, partition, _)| partition)
}

/// Returns the ending of the host names of AWS's services in a region: `amazonaws.com`, `amazonaws.com.cn`, …
pub fn dns_suffix(region: &str) -> &'static str {
    found(region).map_or("amazonaws.com", |(_, _, suffix)| suffix)
}

fn found(region: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    PARTITIONS.iter().find(|(beginning, ..)| region.starts_with(beginning))
}
