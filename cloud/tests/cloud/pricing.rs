//! The Price List API: products, their filters and pages.

use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};
use serde_json::Value;

use crate::support::{Fixture, code, sdk};

fn client(fixture: &Fixture) -> Client {
    Client::new(&fixture.sdk())
}

fn term(field: &str, value: &str) -> Filter {
    Filter::builder().r#type(FilterType::TermMatch).field(field).value(value).build().unwrap()
}

async fn products(client: &Client, service: &str, filters: &[(&str, &str)]) -> Vec<Value> {
    let filters = filters.iter().map(|(field, value)| term(field, value)).collect();
    let found = client.get_products().service_code(service).set_filters(Some(filters)).send().await.unwrap();
    found.price_list().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn price(product: &Value) -> (String, String) {
    let terms = product["terms"]["OnDemand"].as_object().unwrap();
    let (term, offer) = terms.iter().next().unwrap();
    assert!(term.ends_with(".JRTCKXETXF"), "{term}");
    let dimension = offer["priceDimensions"].as_object().unwrap().values().next().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&dimension["unit"]), text(&dimension["pricePerUnit"]["USD"]))
}

#[tokio::test]
async fn an_instance_for_hosting_is_found_by_the_fields_of_sagemaker() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let filters = [
        ("productFamily", "ML Instance"),
        ("component", "Hosting"),
        ("instanceName", "ml.g5.xlarge"),
        ("regionCode", "eu-west-1"),
    ];
    let found = products(&client, "AmazonSageMaker", &filters).await;
    assert_eq!(found.len(), 1);
    let product = &found[0];
    assert_eq!(product["serviceCode"], "AmazonSageMaker");
    assert_eq!(product["product"]["attributes"]["usagetype"], "EU-Host:ml.g5.xlarge");
    assert_eq!(product["product"]["attributes"]["instanceType"], "ml.g5.xlarge-Hosting");
    assert_eq!(product["product"]["attributes"]["location"], "EU (Ireland)");
    assert_eq!(price(product), ("Hrs".to_owned(), "1.5722000000".to_owned()));
    // By its name alone an instance is several products.
    assert!(products(&client, "AmazonSageMaker", &[("instanceName", "ml.m5.xlarge")]).await.len() > 4);
}

#[tokio::test]
async fn a_gateway_is_a_product_of_ec2_and_an_unknown_price_is_no_product() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let found = products(&client, "AmazonEC2", &[("usagetype", "EU-NatGateway-Hours")]).await;
    assert_eq!(price(&found[0]), ("Hrs".to_owned(), "0.0480000000".to_owned()));
    assert_eq!(found[0]["product"]["productFamily"], "NAT Gateway");
    let first = products(&client, "AmazonEC2", &[("productFamily", "NAT Gateway"), ("regionCode", "us-east-1")]).await;
    assert!(first.iter().any(|product| product["product"]["attributes"]["usagetype"] == "NatGateway-Hours"));
    assert!(products(&client, "AmazonSageMaker", &[("usagetype", "EU-Host:ml.g6.xlarge")]).await.is_empty());
    assert!(products(&client, "AmazonEC2", &[("noSuchField", "x")]).await.is_empty());
}

#[tokio::test]
async fn transfer_has_two_ends_instead_of_a_region() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let out = [("transferType", "AWS Outbound"), ("toLocation", "External"), ("fromRegionCode", "eu-west-1")];
    let found = products(&client, "AWSDataTransfer", &out).await;
    // Besides the paid one, there is one at no price.
    let mut prices: Vec<_> = found.iter().map(price).collect();
    prices.sort();
    assert_eq!(prices, [("GB", "0.0000000000"), ("GB", "0.0900000000")].map(|(unit, usd)| (unit.into(), usd.into())));
    let attributes = &found[0]["product"]["attributes"];
    assert_eq!(attributes["usagetype"], "EU-DataTransfer-Out-Bytes");
    assert!(attributes["regionCode"].is_null() && attributes["toRegionCode"].is_null(), "{attributes}");
    let within = [("transferType", "IntraRegion"), ("toRegionCode", "us-east-1")];
    let found = products(&client, "AWSDataTransfer", &within).await;
    assert_eq!(found[0]["product"]["attributes"]["fromRegionCode"], "us-east-1");
}

#[tokio::test]
async fn tiers_are_price_dimensions_with_ranges() {
    let fixture = Fixture::new();
    let found = products(&client(&fixture), "AmazonCloudWatch", &[("usagetype", "DashboardsUsageHour-Basic")]).await;
    let offer = found[0]["terms"]["OnDemand"].as_object().unwrap().values().next().unwrap();
    let mut ranges: Vec<_> = offer["priceDimensions"]
        .as_object()
        .unwrap()
        .values()
        .map(|one| (one["beginRange"].clone(), one["endRange"].clone(), one["pricePerUnit"]["USD"].clone()))
        .collect();
    ranges.sort_by_key(|range| range.0.to_string());
    assert_eq!(
        ranges,
        [("0".into(), "3".into(), "0.0000000000".into()), ("3".into(), "Inf".into(), "3.0000000000".into())]
    );
}

#[tokio::test]
async fn pages_hold_every_product_once() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let mut pages = client.get_products().service_code("AmazonSageMaker").max_results(30).into_paginator().send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.price_list().len() <= 30);
        assert_eq!(page.format_version(), Some("aws_v1"));
        found.extend(
            page.price_list().iter().map(|text| serde_json::from_str::<Value>(text).unwrap()["product"]["sku"].clone()),
        );
    }
    let count = found.len();
    found.sort_by_key(Value::to_string);
    found.dedup();
    assert!(count > 100 && found.len() == count, "{count} {}", found.len());
}

#[tokio::test]
async fn services_and_values_of_attributes_are_listed() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let services = client.describe_services().send().await.unwrap();
    let names: Vec<_> = services.services().iter().map(|service| service.service_code()).collect();
    for service in ["AmazonCloudWatch", "AmazonEC2", "AmazonS3", "AmazonSageMaker", "AmazonVPC", "awskms"] {
        assert!(names.contains(&service), "{names:?}");
    }
    let values =
        client.get_attribute_values().service_code("AmazonVPC").attribute_name("regionCode").send().await.unwrap();
    let values: Vec<_> = values.attribute_values().iter().filter_map(|value| value.value()).collect();
    assert_eq!(values, ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]);
}

#[tokio::test]
async fn a_bad_call_is_refused() {
    let fixture = Fixture::new();
    let client = client(&fixture);
    let unknown = client.get_products().service_code("AmazonTea").send().await;
    assert_eq!(code(unknown), "InvalidParameterException");
    let token = client.get_products().service_code("AmazonVPC").next_token("!").send().await;
    assert_eq!(code(token), "InvalidNextTokenException");
    let elsewhere = Client::new(&sdk(&fixture.cloud, "eu-west-1"));
    assert_eq!(code(elsewhere.get_products().service_code("AmazonVPC").send().await), "EmbeddedCloudNoEndpoint");
}
