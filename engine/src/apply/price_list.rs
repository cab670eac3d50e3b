//! Asking AWS's price list.

use aws_sdk_pricing::types::{Filter, FilterType};

use crate::sdk::{Aws, CallName as _, Error, ErrorKind, built};
use ebbtide::cost::price_list::{Product, Query};

const CALL: &str = "pricing:GetProducts";

/// Returns the region in which the Price List API is asked: it has endpoints in three ("Using the AWS Price List Query API", AWS
/// Billing User Guide). Each has the prices of all regions.
fn endpoint(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("eu" | "me" | "il" | "af") => "eu-central-1",
        Some("ap") => "ap-south-1",
        _ => "us-east-1",
    }
}

/// Returns the products that match a question, of all pages. `region` is that of the environment.
pub async fn products(aws: &Aws, region: &str, query: &Query) -> Result<Vec<Product>, Error> {
    let aws = aws.in_region(endpoint(region));
    let filters: Result<Vec<Filter>, Error> = query.filters.iter().map(filter).collect();
    let call = aws.pricing().get_products().service_code(query.service).set_filters(Some(filters?));
    let call = call.format_version("aws_v1");
    let mut products = Vec::new();
    let mut next = None;
    loop {
        let page = call.clone().set_next_token(next).send().await.named(CALL)?;
        for text in page.price_list() {
            let product = Product::parse(text).map_err(|error| {
                Error::new(ErrorKind::Unavailable, format!("{CALL}: a product cannot be read: {error}"))
            })?;
            products.extend(product);
        }
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(products);
        }
    }
}

fn filter(filter: &ebbtide::cost::price_list::Filter) -> Result<Filter, Error> {
    let how = if filter.is_part { FilterType::Contains } else { FilterType::TermMatch };
    built(Filter::builder().r#type(how).field(filter.field).value(&filter.value).build())
}
