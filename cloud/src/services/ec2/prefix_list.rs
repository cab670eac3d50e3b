//! The prefix lists that AWS manages for the services which gateway endpoints reach.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::kind;
use super::listing::Listing;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The services that have a gateway endpoint.
pub const SERVICES: [&str; 2] = ["s3", "dynamodb"];

/// Returns the id of a service's prefix list in a region: AWS's own where it is well known, else one that stays the
/// same.
pub fn id(region: &str, service: &str) -> String {
    match (region, service) {
        ("us-east-1", "s3") => "pl-63a5400a".to_owned(),
        ("us-east-1", "dynamodb") => "pl-02cd2c6b".to_owned(),
        _ => {
            let hash = Sha256::digest(format!("{region}/{service}"));
            let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("pl-{digits}")
        }
    }
}

/// Returns the name of the list with an id, or the error that fits.
pub fn find(region: &str, asked: &str) -> Result<String, Fault> {
    kind::PREFIX_LIST.check_form(asked)?;
    let service = SERVICES.iter().find(|service| id(region, service) == asked);
    service.map(|service| name(region, service)).ok_or_else(|| kind::PREFIX_LIST.missing(asked))
}

fn name(region: &str, service: &str) -> String {
    format!("com.amazonaws.{region}.{service}")
}

/// DescribePrefixLists. The ranges stand for AWS's, which change from month to month.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let ranges = |service: &str| match service {
        "s3" => json!(["52.216.0.0/15", "54.231.0.0/16"]),
        _ => json!(["52.94.0.0/22", "52.119.224.0/20"]),
    };
    let item = |service: &&str| {
        json!({
            "prefixListId": id(context.region, service), "prefixListName": name(context.region, service),
            "cidrSet": ranges(service),
        })
    };
    listing(&[("prefix-list-id", "prefixListId"), ("prefix-list-name", "prefixListName")])
        .respond(parameters, SERVICES.iter().map(item).collect())
}

/// DescribeManagedPrefixLists.
pub fn describe_managed(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let item = |service: &&str| {
        let id = id(context.region, service);
        let arn = format!("arn:{}:ec2:{}:aws:prefix-list/{id}", context.partition(), context.region);
        json!({
            "prefixListArn": arn, "prefixListId": id,
            "prefixListName": name(context.region, service), "addressFamily": "IPv4", "ownerId": "AWS",
            "state": "create-complete", "tagSet": [],
        })
    };
    listing(&[("owner-id", "ownerId"), ("prefix-list-id", "prefixListId"), ("prefix-list-name", "prefixListName")])
        .respond(parameters, SERVICES.iter().map(item).collect())
}

fn listing(filters: super::filter::Filters) -> Listing {
    Listing { ids: "PrefixListId", kind: kind::PREFIX_LIST, id_field: "prefixListId", set: "prefixListSet", filters }
}
