//! The cloud on its folder: persistence, sharing, failures of the folder.

use ebbtide_cloud::{Cloud, Settings};

use crate::support::{Fixture, code, sdk};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

async fn create_role(config: &aws_config::SdkConfig, name: &str) {
    let iam = aws_sdk_iam::Client::new(config);
    iam.create_role().role_name(name).assume_role_policy_document(TRUST).send().await.unwrap();
}

async fn role_names(config: &aws_config::SdkConfig) -> Vec<String> {
    let roles = aws_sdk_iam::Client::new(config).list_roles().send().await.unwrap();
    let mut names: Vec<_> = roles.roles().iter().map(|role| role.role_name().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn acknowledged_effects_survive_reopening_the_folder() {
    let fixture = Fixture::new();
    create_role(&fixture.sdk(), "kept").await;
    let later = fixture.again();
    assert_eq!(role_names(&sdk(&later, "us-east-1")).await, ["kept"]);
    // IAM is the same in every region.
    assert_eq!(role_names(&sdk(&later, "eu-west-1")).await, ["kept"]);
}

#[tokio::test]
async fn two_clouds_on_one_folder_see_each_others_changes() {
    let fixture = Fixture::new();
    let other = fixture.again();
    let (one, two) = (fixture.sdk(), sdk(&other, "us-east-1"));
    create_role(&one, "a").await;
    assert_eq!(role_names(&two).await, ["a"]);
    create_role(&two, "b").await;
    assert_eq!(role_names(&one).await, ["a", "b"]);
    aws_sdk_iam::Client::new(&two).delete_role().role_name("a").send().await.unwrap();
    assert_eq!(role_names(&one).await, ["b"]);
}

#[tokio::test]
async fn many_writers_at_once_lose_nothing() {
    let fixture = Fixture::new();
    let other = fixture.again();
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let config = if number % 2 == 0 { fixture.sdk() } else { sdk(&other, "us-east-1") };
        writers.spawn(async move { create_role(&config, &format!("role-{number:02}")).await });
    }
    writers.join_all().await;
    assert_eq!(role_names(&fixture.sdk()).await.len(), 20);
}

#[tokio::test]
async fn a_call_that_only_reads_does_not_write() {
    let fixture = Fixture::new();
    create_role(&fixture.sdk(), "a").await;
    let path = fixture.folder.path().join("iam.json");
    let before = std::fs::metadata(&path).unwrap();
    role_names(&fixture.sdk()).await;
    let after = std::fs::metadata(&path).unwrap();
    use std::os::unix::fs::MetadataExt;
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
}

#[tokio::test]
async fn a_damaged_document_is_an_error_that_names_the_file_and_is_not_retried() {
    let fixture = Fixture::new();
    create_role(&fixture.sdk(), "a").await;
    let path = fixture.folder.path().join("iam.json");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let calls = fixture.cloud.faults().calls();
    let error = aws_sdk_iam::Client::new(&fixture.sdk()).list_roles().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("EmbeddedCloudFailure"));
    assert!(error.meta().message().unwrap().contains("iam.json is damaged"), "{error:?}");
    assert_eq!(fixture.cloud.faults().calls(), calls + 1);
    assert_eq!(std::fs::read(&path).unwrap(), whole[..whole.len() / 2]);
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(role_names(&fixture.sdk()).await, ["a"]);
}

#[tokio::test]
async fn a_call_that_cannot_be_written_is_refused_and_has_no_effect() {
    let fixture = Fixture::new();
    let s3 = aws_sdk_s3::Client::new(&fixture.sdk());
    s3.create_bucket().bucket("data").send().await.unwrap();
    // A file where the folder of bodies should be: no body can be written.
    let place = fixture.folder.path().join("s3-objects");
    std::fs::write(&place, "").unwrap();
    let put = || s3.put_object().bucket("data").key("k").body(b"content".to_vec().into()).send();
    assert_eq!(code(put().await), "EmbeddedCloudFailure");
    std::fs::remove_file(&place).unwrap();
    assert_eq!(code(s3.get_object().bucket("data").key("k").send().await), "NoSuchKey");
    put().await.unwrap();
    // A folder where a document should be.
    std::fs::create_dir(fixture.folder.path().join("iam.json")).unwrap();
    let error = aws_sdk_iam::Client::new(&fixture.sdk()).list_roles().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("EmbeddedCloudFailure"));
    assert!(error.meta().message().unwrap().contains("iam.json"), "{error:?}");
}

#[tokio::test]
async fn an_unknown_service_is_refused_by_name() {
    let fixture = Fixture::new();
    let request = |uri: &str| winterbaume_core::MockRequest {
        method: "POST".into(),
        uri: uri.into(),
        headers: http::HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    let answer = fixture.cloud.handle(request("https://lambda.us-east-1.amazonaws.com/")).await;
    assert_eq!(answer.status, 400);
    assert!(String::from_utf8_lossy(&answer.body).contains("no service 'lambda'"));
    assert_eq!(fixture.cloud.handle(request("http://127.0.0.1/")).await.status, 403);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Cloud::open(&file.join("cloud"), Settings::default()).unwrap_err().to_string();
    assert!(error.contains("file/cloud") && error.contains("choose another folder"), "{error}");
}

#[tokio::test]
async fn a_missing_role_has_awss_code() {
    let fixture = Fixture::new();
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    assert_eq!(code(iam.get_role().role_name("none").send().await), "NoSuchEntity");
}
