//! Regions and availability zones.

use serde_json::{Value, json};

use super::filter::{self, Filters};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// A region: its name, the stem of its zone ids, and the letters of its zones in an ordinary account.
type Region = (&'static str, &'static str, &'static str);

/// The regions that every account may use, then those that must be opted into.
const REGIONS: &[Region] = &[
    ("ap-northeast-1", "apne1", "acd"),
    ("ap-northeast-2", "apne2", "abcd"),
    ("ap-northeast-3", "apne3", "abc"),
    ("ap-south-1", "aps1", "abc"),
    ("ap-southeast-1", "apse1", "abc"),
    ("ap-southeast-2", "apse2", "abc"),
    ("ca-central-1", "cac1", "abd"),
    ("eu-central-1", "euc1", "abc"),
    ("eu-north-1", "eun1", "abc"),
    ("eu-west-1", "euw1", "abc"),
    ("eu-west-2", "euw2", "abc"),
    ("eu-west-3", "euw3", "abc"),
    ("sa-east-1", "sae1", "abc"),
    ("us-east-1", "use1", "abcdef"),
    ("us-east-2", "use2", "abc"),
    // Two of three letters, which ones depends on the account. Source: Coalfire-Research/npk issue 10.
    ("us-west-1", "usw1", "bc"),
    ("us-west-2", "usw2", "abcd"),
];
const OPT_IN_REGIONS: &[Region] = &[
    ("af-south-1", "afs1", "abc"),
    ("ap-east-1", "ape1", "abc"),
    ("ap-south-2", "aps2", "abc"),
    ("ap-southeast-3", "apse3", "abc"),
    ("ap-southeast-4", "apse4", "abc"),
    ("ca-west-1", "caw1", "abc"),
    ("eu-central-2", "euc2", "abc"),
    ("eu-south-1", "eus1", "abc"),
    ("eu-south-2", "eus2", "abc"),
    ("il-central-1", "ilc1", "abc"),
    ("me-central-1", "mec1", "abc"),
    ("me-south-1", "mes1", "abc"),
];

/// An availability zone: its name (`us-east-1a`) and its id, which is the same place for every account (`use1-az1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The name, as this account calls it.
    pub name: String,
    /// The id.
    pub id: String,
}

/// Returns the zones of a region; of a region that is not listed above, three.
pub fn zones(region: &str) -> Vec<Zone> {
    let listed = REGIONS.iter().chain(OPT_IN_REGIONS).find(|(name, _, _)| *name == region);
    let (stem, letters) = listed.map_or((region, "abc"), |(_, stem, letters)| (*stem, *letters));
    let zone = |letter: char| Zone {
        name: format!("{region}{letter}"),
        id: format!("{stem}-az{}", letter as u32 - 'a' as u32 + 1),
    };
    letters.chars().map(zone).collect()
}

/// DescribeAvailabilityZones.
pub fn describe_zones(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    const FILTERS: Filters = &[
        ("zone-name", "zoneName"),
        ("zone-id", "zoneId"),
        ("zone-type", "zoneType"),
        ("region-name", "regionName"),
        ("group-name", "groupName"),
        ("opt-in-status", "optInStatus"),
        ("state", "zoneState"),
    ];
    let items: Vec<Value> = zones(context.region)
        .into_iter()
        .map(|zone| {
            json!({
                "zoneName": zone.name, "zoneId": zone.id, "regionName": context.region, "zoneState": "available",
                "zoneType": "availability-zone", "groupName": context.region, "networkBorderGroup": context.region,
                "optInStatus": "opt-in-not-required", "messageSet": [],
            })
        })
        .collect();
    for (parameter, field) in [("ZoneName", "zoneName"), ("ZoneId", "zoneId")] {
        for asked in parameters.strings(parameter) {
            if !items.iter().any(|item| item[field] == asked.as_str()) {
                return Err(Fault::new("InvalidParameterValue", format!("Invalid availability zone: [{asked}]")));
            }
        }
    }
    let items = chosen(items, &parameters.strings("ZoneName"), "zoneName");
    let items = chosen(items, &parameters.strings("ZoneId"), "zoneId");
    Ok(json!({ "availabilityZoneInfo": filtered(parameters, FILTERS, items)? }))
}

/// DescribeRegions.
pub fn describe_regions(parameters: &Parameters, _context: &mut CallContext<'_>) -> Result<Value, Fault> {
    const FILTERS: Filters =
        &[("endpoint", "regionEndpoint"), ("region-name", "regionName"), ("opt-in-status", "optInStatus")];
    let item = |name: &str, status: &str| json!({ "regionName": name, "optInStatus": status, "regionEndpoint": format!("ec2.{name}.amazonaws.com") });
    let asked = parameters.strings("RegionName");
    let mut items: Vec<Value> = REGIONS.iter().map(|(name, ..)| item(name, "opt-in-not-required")).collect();
    if parameters.get("AllRegions") == Some("true") || !asked.is_empty() {
        items.extend(OPT_IN_REGIONS.iter().map(|(name, ..)| item(name, "not-opted-in")));
    }
    for name in &asked {
        if !items.iter().any(|item| item["regionName"] == name.as_str()) {
            return Err(Fault::new("InvalidParameterValue", format!("Invalid region provided: {name}")));
        }
    }
    Ok(json!({ "regionInfo": filtered(parameters, FILTERS, chosen(items, &asked, "regionName"))? }))
}

fn chosen(items: Vec<Value>, asked: &[String], field: &str) -> Vec<Value> {
    let wanted = |item: &Value| asked.is_empty() || asked.iter().any(|name| item[field] == name.as_str());
    items.into_iter().filter(wanted).collect()
}

fn filtered(parameters: &Parameters, filters: Filters, items: Vec<Value>) -> Result<Vec<Value>, Fault> {
    filter::check(parameters, filters)?;
    let mut found = Vec::new();
    for item in items {
        if filter::passes(parameters, filters, &item)? {
            found.push(item);
        }
    }
    Ok(found)
}
