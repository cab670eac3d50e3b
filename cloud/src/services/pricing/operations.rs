//! The handler of each operation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::filter;
use super::price_list::{self, Product};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{Handler, text};
use crate::services::paging::{Page, page};

/// The regions in which the API has endpoints ("Using the AWS Price List Query API", AWS Billing User Guide).
const ENDPOINTS: [&str; 3] = ["us-east-1", "eu-central-1", "ap-south-1"];
const FORMAT: &str = "aws_v1";

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "DescribeServices" => describe_services,
        "GetAttributeValues" => get_attribute_values,
        "GetProducts" => get_products,
        _ => return None,
    })
}

/// GetProducts: "only products that match all filters are returned".
fn get_products(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_region(context)?;
    let filters = input["Filters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fits = |product: &&Product| filters.iter().all(|wanted| filter::matches(wanted, product));
    let found = of_service(input)?.into_iter().filter(fits);
    let page = paged(input, found.map(|product| (product.sku.clone(), Value::from(product.written()))))?;
    Ok(json!({ "FormatVersion": FORMAT, "PriceList": page.items, "NextToken": page.next }))
}

/// GetAttributeValues.
fn get_attribute_values(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_region(context)?;
    let name = text(input, "AttributeName");
    let products = of_service(input)?;
    let values: BTreeSet<&str> = products.iter().filter_map(|product| product.field(name)).collect();
    let page = paged(input, values.into_iter().map(|value| (value.to_owned(), json!({ "Value": value }))))?;
    Ok(json!({ "AttributeValues": page.items, "NextToken": page.next }))
}

/// DescribeServices.
fn describe_services(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_region(context)?;
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let products =
        if input["ServiceCode"].is_null() { price_list::all()?.iter().collect() } else { of_service(input)? };
    for product in products {
        let names = services.entry(&product.service).or_default();
        names.extend(product.attributes.keys().map(String::as_str));
        names.extend(product.family.as_ref().map(|_| "productFamily"));
    }
    let shown = services
        .into_iter()
        .map(|(code, names)| (code.to_owned(), json!({ "ServiceCode": code, "AttributeNames": names })));
    let page = paged(input, shown)?;
    Ok(json!({ "FormatVersion": FORMAT, "Services": page.items, "NextToken": page.next }))
}

/// Returns the products of the service that the input names, in the order of their SKUs.
fn of_service(input: &Value) -> Result<Vec<&'static Product>, Fault> {
    let code = text(input, "ServiceCode");
    let mut products: Vec<_> = price_list::all()?.iter().filter(|product| product.service == code).collect();
    if products.is_empty() {
        return Err(Fault::new("InvalidParameterException", "Service code is invalid"));
    }
    products.sort_by_key(|product| &product.sku);
    Ok(products)
}

fn paged(input: &Value, items: impl IntoIterator<Item = (String, Value)>) -> Result<Page<Value>, Fault> {
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100);
    let invalid = || Fault::new("InvalidNextTokenException", "The pagination token is invalid.");
    page(items, input["NextToken"].as_str(), size).ok_or_else(invalid)
}

/// Refuses a call to a region without an endpoint, where a client of AWS finds no host.
fn check_region(context: &CallContext<'_>) -> Result<(), Fault> {
    if ENDPOINTS.contains(&context.region) {
        return Ok(());
    }
    let message =
        format!("the Price List API has no endpoint in {}; it has some in {}", context.region, ENDPOINTS.join(", "));
    Err(Fault::new("EmbeddedCloudNoEndpoint", message))
}
