//! The region in a usage type.

use crate::cost::GLOBAL;

/// The region whose usage types mostly have no prefix.
const FIRST: &str = "us-east-1";

/// The short codes of regions ("AWS Region billing codes", AWS Regions and Availability Zones). Some services write `EUW1` for
/// eu-west-1.
const CODES: &[(&str, &str)] = &[
    (FIRST, "USE1"),
    ("us-east-2", "USE2"),
    ("us-west-1", "USW1"),
    ("us-west-2", "USW2"),
    ("ca-central-1", "CAN1"),
    ("ca-west-1", "CAN2"),
    ("mx-central-1", "MXC1"),
    ("sa-east-1", "SAE1"),
    ("eu-west-1", "EU"),
    ("eu-west-1", "EUW1"),
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
    ("ap-southeast-6", "APS8"),
    ("ap-southeast-7", "APS9"),
    ("ap-east-1", "APE1"),
    ("ap-east-2", "APE2"),
    ("me-south-1", "MES1"),
    ("me-central-1", "MEC1"),
    ("af-south-1", "AFS1"),
    ("il-central-1", "ILC1"),
];

/// Returns how well the beginning of a usage type fits a region, the lowest being the best; `None` if it is no region, or another
/// one. `TS` in `TS-LoadBalancerUsage` is a trust store, and `IA` in `IA-ReadRequestUnits` a class of tables.
pub(super) fn rank(prefix: Option<&str>, region: &str) -> Option<usize> {
    // us-east-1 may have both: `TimedStorage-ByteHrs` of AmazonDynamoDB begins with the free part, and
    // `USE1-TimedStorage-ByteHrs` does not.
    let is_first = region == FIRST;
    match prefix {
        None => Some(usize::from(!is_first)),
        Some(prefix) => is_prefix(prefix, region).then_some(usize::from(is_first)),
    }
}

/// Returns whether a prefix is that of a region: its name, or its short code.
fn is_prefix(prefix: &str, region: &str) -> bool {
    let mut codes = CODES.iter().filter(|(known, _)| *known == region).map(|(_, code)| *code).peekable();
    if prefix == region || region == GLOBAL {
        return prefix == region;
    }
    if codes.peek().is_some() {
        return codes.any(|code| code == prefix);
    }
    // A region that is newer than the table: the question asked for it alone, so any code is its own.
    let letters = prefix.trim_end_matches(|last: char| last.is_ascii_digit());
    prefix == "EU"
        || letters.len() < prefix.len() && !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_its_own_prefix_only() {
        for (prefix, region, expected) in [
            (None, "us-east-1", Some(0)),
            (Some("USE1"), "us-east-1", Some(1)),
            (Some("us-east-1"), "us-east-1", Some(1)),
            (Some("TS"), "us-east-1", None),
            (Some("IA"), "us-east-1", None),
            (Some("EU"), "us-east-1", None),
            (Some("EU"), "eu-west-1", Some(0)),
            (Some("eu-west-1"), "eu-west-1", Some(0)),
            (None, "eu-west-1", Some(1)),
            (Some("EUW2"), "eu-west-1", None),
            (Some("EU-TS"), "eu-west-1", None),
            (Some("APS3"), "ap-south-1", Some(0)),
            (Some("APS1"), "ap-south-1", None),
            // A region that the table does not have.
            (Some("XXN1"), "xx-north-1", Some(0)),
            (Some("EU"), "xx-north-1", Some(0)),
            (None, "xx-north-1", Some(1)),
            (Some("TS"), "xx-north-1", None),
            (Some("1"), "xx-north-1", None),
            (None, GLOBAL, Some(1)),
            (Some("USE1"), GLOBAL, None),
        ] {
            assert_eq!(rank(prefix, region), expected, "{prefix:?} in {region}");
        }
    }
}
