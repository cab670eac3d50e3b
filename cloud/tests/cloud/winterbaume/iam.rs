//! IAM.

use aws_sdk_iam::Client;
use aws_sdk_iam::types::{PolicyScopeType, Tag};

use crate::support::{Fixture, code, sdk};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}"#;
const MANAGED: &str = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess";

async fn role(iam: &Client) {
    iam.create_role()
        .role_name("exec")
        .path("/llm/")
        .description("runs <models> & more")
        .max_session_duration(7200)
        .tags(Tag::builder().key("ebb:stack").value("a&b").build().unwrap())
        .assume_role_policy_document(TRUST)
        .send()
        .await
        .unwrap();
}

fn encoded_trust() -> String {
    percent_encoding::utf8_percent_encode(TRUST, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
        .replace("%2E", ".")
        .replace("%5F", "_")
        .replace("%7E", "~")
}

#[tokio::test]
async fn a_role_is_answered_with_all_it_was_made_with_and_its_document_encoded() {
    let fixture = Fixture::new();
    role(&Client::new(&fixture.sdk())).await;
    let later = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let answer = later.get_role().role_name("exec").send().await.unwrap();
    let found = answer.role().unwrap();
    assert_eq!(found.path(), "/llm/");
    assert_eq!(found.arn(), "arn:aws:iam::123456789012:role/llm/exec");
    assert_eq!(found.description(), Some("runs <models> & more"));
    assert_eq!(found.max_session_duration(), Some(7200));
    assert_eq!(found.tags().iter().map(|tag| (tag.key(), tag.value())).collect::<Vec<_>>(), [("ebb:stack", "a&b")]);
    assert_eq!(found.assume_role_policy_document(), Some(encoded_trust().as_str()));
    let listed = later.list_roles().path_prefix("/llm/").send().await.unwrap();
    assert_eq!(listed.roles()[0].description(), Some("runs <models> & more"));
    assert!(later.list_roles().path_prefix("/other/").send().await.unwrap().roles().is_empty());
    let tags = later.list_role_tags().role_name("exec").send().await.unwrap();
    assert_eq!(tags.tags().len(), 1);
}

#[tokio::test]
async fn roles_change_in_place() {
    let fixture = Fixture::new();
    let iam = Client::new(&fixture.sdk());
    role(&iam).await;
    iam.update_role().role_name("exec").description("new – größer").max_session_duration(3600).send().await.unwrap();
    let other = TRUST.replace("sagemaker", "ec2");
    iam.update_assume_role_policy().role_name("exec").policy_document(&other).send().await.unwrap();
    iam.tag_role().role_name("exec").tags(Tag::builder().key("clé").value("漢").build().unwrap()).send().await.unwrap();
    iam.untag_role().role_name("exec").tag_keys("ebb:stack").send().await.unwrap();
    let answer = iam.get_role().role_name("exec").send().await.unwrap();
    let found = answer.role().unwrap();
    assert_eq!((found.description(), found.max_session_duration()), (Some("new – größer"), Some(3600)));
    assert!(found.assume_role_policy_document().unwrap().contains("ec2.amazonaws.com"));
    assert_eq!(found.tags().iter().map(|tag| tag.key()).collect::<Vec<_>>(), ["clé"]);
    let tags = iam.list_role_tags().role_name("exec").send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), "漢");
}

#[tokio::test]
async fn malformed_documents_and_names_are_refused() {
    let fixture = Fixture::new();
    let iam = Client::new(&fixture.sdk());
    let create =
        |name: &str, document: &str| iam.create_role().role_name(name).assume_role_policy_document(document).send();
    assert_eq!(code(create("r", "{").await), "MalformedPolicyDocument");
    assert_eq!(code(create("r", READ).await), "MalformedPolicyDocument");
    assert_eq!(code(create("no spaces", TRUST).await), "ValidationError");
    role(&iam).await;
    assert_eq!(code(create("exec", TRUST).await), "EntityAlreadyExists");
    let inline = iam.put_role_policy().role_name("exec").policy_name("p").policy_document(TRUST).send();
    assert_eq!(code(inline.await), "MalformedPolicyDocument");
    let trust = iam.update_assume_role_policy().role_name("exec").policy_document(READ).send();
    assert_eq!(code(trust.await), "MalformedPolicyDocument");
}

#[tokio::test]
async fn inline_policies_come_back_and_keep_a_role_from_deletion() {
    let fixture = Fixture::new();
    let iam = Client::new(&fixture.sdk());
    role(&iam).await;
    iam.put_role_policy().role_name("exec").policy_name("read").policy_document(READ).send().await.unwrap();
    let iam = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let found = iam.get_role_policy().role_name("exec").policy_name("read").send().await.unwrap();
    let document = percent_encoding::percent_decode_str(found.policy_document()).decode_utf8().unwrap();
    assert_eq!(document, READ);
    assert_ne!(found.policy_document(), READ);
    assert_eq!(code(iam.delete_role().role_name("exec").send().await), "DeleteConflict");
    iam.delete_role_policy().role_name("exec").policy_name("read").send().await.unwrap();
    iam.delete_role().role_name("exec").send().await.unwrap();
    assert_eq!(code(iam.get_role().role_name("exec").send().await), "NoSuchEntity");
}

#[tokio::test]
async fn policies_of_aws_attach_list_and_detach() {
    let fixture = Fixture::new();
    let iam = Client::new(&fixture.sdk());
    role(&iam).await;
    for _ in 0..2 {
        iam.attach_role_policy().role_name("exec").policy_arn(MANAGED).send().await.unwrap();
    }
    let later = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let listed = later.list_attached_role_policies().role_name("exec").send().await.unwrap();
    let names: Vec<_> = listed.attached_policies().iter().map(|policy| policy.policy_arn().unwrap()).collect();
    assert_eq!(names, [MANAGED]);
    let policy = later.get_policy().policy_arn(MANAGED).send().await.unwrap();
    assert_eq!(policy.policy().unwrap().policy_name(), Some("AmazonSageMakerFullAccess"));
    let local = later.list_policies().scope(PolicyScopeType::Local).send().await.unwrap();
    assert!(local.policies().is_empty());
    assert_eq!(code(later.delete_role().role_name("exec").send().await), "DeleteConflict");
    later.detach_role_policy().role_name("exec").policy_arn(MANAGED).send().await.unwrap();
    let again = later.detach_role_policy().role_name("exec").policy_arn(MANAGED).send().await;
    assert_eq!(code(again), "NoSuchEntity");
    let nobody = later.attach_role_policy().role_name("nobody").policy_arn(MANAGED).send().await;
    assert_eq!(code(nobody), "NoSuchEntity");
    later.delete_role().role_name("exec").send().await.unwrap();
}

#[tokio::test]
async fn a_policy_of_ones_own_goes_only_with_its_last_version() {
    let fixture = Fixture::new();
    let iam = Client::new(&fixture.sdk());
    let made = iam.create_policy().policy_name("own").policy_document(READ).send().await.unwrap();
    let arn = made.policy().unwrap().arn().unwrap();
    iam.create_policy_version().policy_arn(arn).policy_document(READ).set_as_default(true).send().await.unwrap();
    let version = iam.get_policy_version().policy_arn(arn).version_id("v2").send().await.unwrap();
    assert!(version.policy_version().unwrap().document().unwrap().starts_with("%7B"));
    assert_eq!(code(iam.delete_policy().policy_arn(arn).send().await), "DeleteConflict");
    iam.delete_policy_version().policy_arn(arn).version_id("v1").send().await.unwrap();
    iam.delete_policy().policy_arn(arn).send().await.unwrap();
}
