//! The partitions of AWS: the second part of every ARN, and the ending of host names.

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

/// Returns the partition of a region, as ARNs have it.
pub(crate) fn of(region: &str) -> &'static str {
    let found = PARTITIONS.iter().find(|(beginning, ..)| region.starts_with(beginning));
    found.map_or("aws", |(_, partition, _)| partition)
}

/// Returns the part of a host name of AWS before the ending of its partition.
pub(crate) fn without_dns_suffix(host: &str) -> Option<&str> {
    let suffixes = PARTITIONS.iter().map(|(.., suffix)| *suffix).chain(["amazonaws.com"]);
    suffixes.filter_map(|suffix| host.strip_suffix(suffix)?.strip_suffix('.')).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partition_follows_from_the_region() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(of(region), partition, "{region}");
        }
        assert_eq!(without_dns_suffix("ec2.cn-north-1.amazonaws.com.cn"), Some("ec2.cn-north-1"));
        assert_eq!(without_dns_suffix("ec2.eu-west-1.amazonaws.com"), Some("ec2.eu-west-1"));
        assert_eq!(without_dns_suffix("example.com"), None);
    }
}
