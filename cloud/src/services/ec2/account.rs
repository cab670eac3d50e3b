//! Attributes of the account.

use serde_json::{Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

const ATTRIBUTES: [(&str, &str); 6] = [
    ("supported-platforms", "VPC"),
    ("default-vpc", "none"),
    ("max-instances", "20"),
    ("max-elastic-ips", "5"),
    ("vpc-max-elastic-ips", "5"),
    ("vpc-max-security-groups-per-interface", "5"),
];

/// DescribeAccountAttributes: the quotas are those of a new account, and there is no default VPC.
pub fn describe_attributes(parameters: &Parameters, _context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let asked = parameters.strings("AttributeName");
    if let Some(unknown) = asked.iter().find(|name| !ATTRIBUTES.iter().any(|(known, _)| known == name)) {
        let message = format!("Invalid value '{unknown}' for attribute name.");
        return Err(Fault::new("InvalidParameterValue", message));
    }
    let items: Vec<Value> = ATTRIBUTES
        .iter()
        .filter(|(name, _)| asked.is_empty() || asked.iter().any(|asked| asked == name))
        .map(|(name, value)| json!({ "attributeName": name, "attributeValueSet": [{ "attributeValue": value }] }))
        .collect();
    Ok(json!({ "accountAttributeSet": items }))
}
