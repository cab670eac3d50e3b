//! The images of ECR.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{ImageFailureCode, ImageIdentifier};

use crate::support::{Fixture, code, sdk};

fn tag(tag: &str) -> ImageIdentifier {
    ImageIdentifier::builder().image_tag(tag).build()
}

#[tokio::test]
async fn an_image_is_found_by_those_who_may_pull_it() {
    let fixture = Fixture::new();
    let client = Client::new(&sdk(&fixture.cloud, "eu-west-1"));
    let none = client.batch_get_image().repository_name("vllm").image_ids(tag("1")).send().await;
    assert_eq!(code(none), "RepositoryNotFoundException");
    fixture.cloud.put_image("123456789012.dkr.ecr.eu-west-1.amazonaws.com/vllm:1").await.unwrap();
    let get = client.batch_get_image().repository_name("vllm").image_ids(tag("1")).image_ids(tag("2"));
    let found = get.send().await.unwrap();
    assert_eq!(found.images()[0].image_id().unwrap().image_tag(), Some("1"));
    assert_eq!(found.failures()[0].failure_code(), Some(&ImageFailureCode::ImageNotFound));
    // AWS lets everyone pull its own images, and others their own as they like.
    let of = |account: &str, repository: &str, version: &str| {
        client.batch_get_image().registry_id(account).repository_name(repository).image_ids(tag(version)).send()
    };
    let aws = of("763104351884", "djl-inference", "0.31.0-lmi13.0.0-cu124").await.unwrap();
    assert_eq!((aws.images().len(), aws.failures().len()), (1, 0));
    assert_eq!(of("763104351884", "djl-inference", "0").await.unwrap().images().len(), 0);
    assert_eq!(code(of("210987654321", "vllm", "1").await), "AccessDeniedException");
    assert!(fixture.cloud.put_image("210987654321.dkr.ecr.eu-west-1.amazonaws.com/vllm:1").await.is_err());
}
