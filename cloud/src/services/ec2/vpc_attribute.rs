//! The attributes of a VPC that are read and changed one at a time.

use serde_json::{Value, json};

use super::records::network::Vpc;
use super::store;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

const ATTRIBUTES: [&str; 3] = ["enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"];

fn field<'a>(vpc: &'a mut Vpc, attribute: &str) -> &'a mut bool {
    match attribute {
        "enableDnsSupport" => &mut vpc.dns_support,
        "enableDnsHostnames" => &mut vpc.dns_hostnames,
        _ => &mut vpc.address_usage_metrics,
    }
}

/// DescribeVpcAttribute.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    let asked = parameters.need("Attribute")?;
    let attribute = ATTRIBUTES.iter().find(|known| **known == asked).ok_or_else(|| {
        let message = format!("Value ({asked}) for parameter attribute is invalid. Unknown attribute.");
        Fault::new("InvalidParameterValue", message)
    })?;
    let value = *field(&mut vpc, attribute);
    Ok(json!({ "vpcId": vpc.id, *attribute: { "value": value } }))
}

/// ModifyVpcAttribute: exactly one attribute in each call.
pub fn modify(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    let given: Vec<(&str, &str)> = ATTRIBUTES
        .iter()
        .filter_map(|attribute| {
            // The request writes the name with a capital: EnableDnsSupport.Value.
            Some((*attribute, parameters.get(&format!("E{}.Value", &attribute[1..]))?))
        })
        .collect();
    match given[..] {
        [(attribute, value)] => *field(&mut vpc, attribute) = value == "true",
        [] => return Err(Fault::new("MissingParameter", "The request must contain exactly one attribute")),
        _ => {
            let names: Vec<&str> = given.iter().map(|(attribute, _)| *attribute).collect();
            let message = format!("Fields for multiple attribute types specified: {}", names.join(", "));
            return Err(Fault::new("InvalidParameterCombination", message));
        }
    }
    store::save(context.own, &vpc)?;
    Ok(json!({ "return": true }))
}
