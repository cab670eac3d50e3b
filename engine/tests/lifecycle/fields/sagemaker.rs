//! The tables of SageMaker. The inputs refer to roles, a network, models and configurations that are declared around the
//! resource of the table.

mod component;
mod config;
mod endpoint;
mod features;
mod model;
mod monitoring;
mod registry;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use ebbtide::aws::RoleArn;
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::Aws;
use serde_json::{Map, Value, json};

use super::table::Table;

fn role(stack: &mut Stack, name: &str) -> Input<RoleArn> {
    let trust = Policy::trust("sagemaker.amazonaws.com");
    stack.add(name, Role { name: Some(name.to_owned()), ..Role::new(trust) }).arn
}

/// Returns a name without the hash of the content at its end.
fn base_name(name: &str) -> &str {
    let (base, hash) = name.rsplit_once('-').unwrap();
    assert!(hash.len() == 10 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{name}");
    base
}

/// Returns the tags that are not Ebbtide's.
async fn tags(aws: &Aws, arn: &str) -> Value {
    let found = aws.sagemaker().list_tags().resource_arn(arn).send().await.unwrap();
    let own = found.tags().iter().filter(|tag| !tag.key().unwrap().starts_with("ebb:"));
    Value::Object(own.map(|tag| (tag.key().unwrap().to_owned(), json!(tag.value()))).collect::<Map<_, _>>())
}

/// Makes a bucket.
async fn bucket(aws: &Aws, name: &str) {
    let location = BucketLocationConstraint::from(aws.region());
    let location = CreateBucketConfiguration::builder().location_constraint(location).build();
    aws.s3().create_bucket().bucket(name).create_bucket_configuration(location).send().await.unwrap();
}

pub fn offline_feature_group() -> Table {
    features::offline_group()
}

pub fn tables() -> Vec<Table> {
    vec![
        model::model(),
        component::component(),
        config::config(),
        endpoint::endpoint(),
        registry::group(),
        registry::pipeline(),
        features::group(),
        monitoring::data_quality(),
        monitoring::model_quality(),
        monitoring::schedule(),
    ]
}
