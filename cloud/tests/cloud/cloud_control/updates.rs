//! Patches: their six verbs, write-only and create-only properties.

use serde_json::{Value, json};

use super::{Control, ROLE, function, guardrail, outcome, role};
use crate::support::{Fixture, code};

const REPOSITORY: &str = "AWS::ECR::Repository";
const QUEUE: &str = "AWS::SQS::Queue";

/// Returns the code and message of an update that is refused.
async fn refused(control: &Control, type_name: &str, identifier: &str, patch: Value) -> (String, String) {
    let update = control.client.update_resource().type_name(type_name).identifier(identifier);
    let error = update.patch_document(patch.to_string()).send().await.unwrap_err().into_service_error();
    (error.meta().code().unwrap().to_owned(), error.meta().message().unwrap().to_owned())
}

#[tokio::test]
async fn all_verbs_of_a_patch_act_and_one_that_fails_changes_nothing() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let queue = control.made(QUEUE, &json!({ "QueueName": "q", "DelaySeconds": 1 })).await;
    let patch = json!([
        { "op": "test", "path": "/DelaySeconds", "value": 1 },
        { "op": "replace", "path": "/DelaySeconds", "value": 5 },
        { "op": "copy", "from": "/DelaySeconds", "path": "/VisibilityTimeout" },
        { "op": "add", "path": "/Tags", "value": [{ "Key": "b", "Value": "1" }] },
        { "op": "add", "path": "/Tags/-", "value": { "Key": "a", "Value": "2" } },
        { "op": "remove", "path": "/MessageRetentionPeriod" },
        { "op": "add", "path": "/KmsDataKeyReusePeriodSeconds", "value": 300 },
        { "op": "move", "from": "/KmsDataKeyReusePeriodSeconds", "path": "/ReceiveMessageWaitTimeSeconds" },
        { "op": "replace", "path": "/ReceiveMessageWaitTimeSeconds", "value": 20 },
    ]);
    assert_eq!(outcome(&control.update(QUEUE, &queue, &patch).await).0, "SUCCESS");
    let read = control.read(QUEUE, &queue).await;
    let tags = json!([{ "Key": "a", "Value": "2" }, { "Key": "b", "Value": "1" }]);
    assert_eq!((&read["DelaySeconds"], &read["VisibilityTimeout"], &read["Tags"]), (&json!(5), &json!(5), &tags));
    assert_eq!(read["ReceiveMessageWaitTimeSeconds"], 20);
    assert_eq!(read["MessageRetentionPeriod"], 345_600, "a removed property has its default again");
    for bad in [
        json!([{ "op": "replace", "path": "/DelaySeconds", "value": 9 }, { "op": "test", "path": "/QueueName", "value": "x" }]),
        json!([{ "op": "remove", "path": "/RedrivePolicy" }]),
        json!([{ "op": "invent", "path": "/DelaySeconds" }]),
        json!([{ "op": "add", "path": "/DelaySeconds", "value": 1000 }]),
        json!([{ "op": "add", "path": "/Nonsense", "value": 1 }]),
    ] {
        assert_eq!(refused(&control, QUEUE, &queue, bad).await.0, "ValidationException");
    }
    assert_eq!(control.read(QUEUE, &queue).await["DelaySeconds"], 5);
    let missing =
        control.client.update_resource().type_name(QUEUE).identifier("none").patch_document("[]").send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn create_only_and_read_only_properties_cannot_be_patched() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    control.made(REPOSITORY, &json!({ "RepositoryName": "models" })).await;
    let patch = json!([{ "op": "add", "path": "/EncryptionConfiguration", "value": { "EncryptionType": "KMS" } }]);
    let (code, message) = refused(&control, REPOSITORY, "models", patch).await;
    assert_eq!(code, "NotUpdatableException");
    let expected = "Invalid patch update: createOnlyProperties [/properties/EncryptionConfiguration, \
                    /properties/EncryptionConfiguration/EncryptionType] cannot be updated";
    assert_eq!(message, expected);
    let same = json!([{ "op": "add", "path": "/EncryptionConfiguration", "value": { "EncryptionType": "AES256" } }]);
    assert_eq!(outcome(&control.update(REPOSITORY, "models", &same).await).0, "SUCCESS");
    let arn = control.read(REPOSITORY, "models").await["Arn"].clone();
    let patch = json!([{ "op": "add", "path": "/Arn", "value": arn }]);
    let expected = "Invalid patch update: readOnlyProperties [/properties/Arn] cannot be updated";
    let expected = ("ValidationException".to_owned(), expected.to_owned());
    assert_eq!(refused(&control, REPOSITORY, "models", patch).await, expected);
}

#[tokio::test]
async fn a_write_only_property_that_a_patch_leaves_out_is_lost() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kept = |fixture: &Fixture| -> Value {
        let document = std::fs::read_to_string(fixture.folder.path().join("cloudcontrolapi.us-east-1.json")).unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        document["Resource"][format!("{REPOSITORY} models")]["model"]["EmptyOnDelete"].clone()
    };
    control.made(REPOSITORY, &json!({ "RepositoryName": "models", "EmptyOnDelete": true })).await;
    assert!(control.read(REPOSITORY, "models").await.get("EmptyOnDelete").is_none());
    assert_eq!(kept(&fixture), true);
    let mutability = json!({ "op": "add", "path": "/ImageTagMutability", "value": "IMMUTABLE" });
    assert_eq!(outcome(&control.update(REPOSITORY, "models", &json!([mutability])).await).0, "SUCCESS");
    // An update is applied with the first call after its end.
    control.read(REPOSITORY, "models").await;
    assert_eq!(kept(&fixture), Value::Null);
    let sent_again = json!([mutability, { "op": "add", "path": "/EmptyOnDelete", "value": true }]);
    assert_eq!(outcome(&control.update(REPOSITORY, "models", &sent_again).await).0, "SUCCESS");
    control.read(REPOSITORY, "models").await;
    assert_eq!(kept(&fixture), true);
}

#[tokio::test]
async fn a_repository_with_images_cannot_be_deleted() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    control.made(REPOSITORY, &json!({ "RepositoryName": "models", "EmptyOnDelete": true })).await;
    fixture.cloud.push_image("us-east-1", "models", "latest").await.unwrap();
    let full = control.delete(REPOSITORY, "models").await;
    assert_eq!((outcome(&full).0, outcome(&full).1), ("FAILED", "GeneralServiceException"));
    assert!(outcome(&full).2.contains("still contains images"), "{full:?}");
    let none = fixture.cloud.push_image("us-east-1", "none", "latest").await.unwrap_err();
    assert!(none.contains("RepositoryNotFoundException"), "{none}");
}

#[tokio::test]
async fn tags_that_are_write_only_and_create_only_cannot_be_sent_again() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let policy = r#"{"Rules":[{"ResourceType":"collection","Resource":["collection/vec*"]}],"AWSOwnedKey":true}"#;
    let policy = json!({ "Type": "encryption", "Name": "all", "Policy": policy });
    control.made("AWS::OpenSearchServerless::SecurityPolicy", &policy).await;
    let kind = "AWS::OpenSearchServerless::Collection";
    let tags = json!([{ "Key": "stack", "Value": "one" }]);
    let id = control.made(kind, &json!({ "Name": "vectors", "Tags": tags })).await;
    assert!(control.read(kind, &id).await.get("Tags").is_none());
    let patch = json!([{ "op": "add", "path": "/Tags", "value": tags }]);
    assert_eq!(refused(&control, kind, &id, patch).await.0, "NotUpdatableException");
    let described = json!([{ "op": "add", "path": "/Description", "value": "d" }]);
    assert_eq!(outcome(&control.update(kind, &id, &described).await).0, "SUCCESS");
}

#[tokio::test]
async fn a_function_keeps_its_code_and_a_state_machine_loses_its_definition() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    role(&fixture.sdk()).await;
    control.made("AWS::Lambda::Function", &function("router")).await;
    let patch = json!([{ "op": "add", "path": "/Timeout", "value": 30 }]);
    assert_eq!(outcome(&control.update("AWS::Lambda::Function", "router", &patch).await).0, "SUCCESS");
    let read = control.read("AWS::Lambda::Function", "router").await;
    assert_eq!((&read["Timeout"], read.get("Code")), (&json!(30), None));
    let kind = "AWS::StepFunctions::StateMachine";
    let definition = json!({ "StartAt": "A", "States": { "A": { "Type": "Succeed" } } });
    let written = json!({ "StateMachineName": "w", "RoleArn": ROLE, "Definition": definition });
    let arn = control.made(kind, &written).await;
    let patch = json!([{ "op": "add", "path": "/TracingConfiguration", "value": { "Enabled": true } }]);
    assert_eq!(outcome(&control.update(kind, &arn, &patch).await).1, "InvalidRequest");
    // `DefinitionString` is read back, so it stays.
    let read_back = json!({ "StateMachineName": "r", "RoleArn": ROLE, "DefinitionString": definition.to_string() });
    let arn = control.made(kind, &read_back).await;
    let revision = control.read(kind, &arn).await["StateMachineRevisionId"].clone();
    assert_eq!(outcome(&control.update(kind, &arn, &patch).await).0, "SUCCESS");
    assert_ne!(control.read(kind, &arn).await["StateMachineRevisionId"], revision);
}

#[tokio::test]
async fn an_empty_list_that_reads_show_has_to_be_removed_by_a_patch() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let kind = "AWS::Bedrock::Guardrail";
    let mut desired = guardrail("g");
    desired["SensitiveInformationPolicyConfig"] =
        json!({ "PiiEntitiesConfig": [{ "Type": "EMAIL", "Action": "ANONYMIZE" }] });
    let arn = control.made(kind, &desired).await;
    let read = control.read(kind, &arn).await;
    assert_eq!(read["SensitiveInformationPolicyConfig"]["RegexesConfig"], json!([]));
    let described = json!({ "op": "add", "path": "/Description", "value": "d" });
    let (code, message) = refused(&control, kind, &arn, json!([described])).await;
    assert_eq!(code, "ValidationException");
    let expected = "#/SensitiveInformationPolicyConfig/RegexesConfig: expected minimum item count: 1, found: 0";
    assert!(message.contains(expected), "{message}");
    let removed = json!({ "op": "remove", "path": "/SensitiveInformationPolicyConfig/RegexesConfig" });
    assert_eq!(outcome(&control.update(kind, &arn, &json!([described, removed])).await).0, "SUCCESS");
    assert_eq!(control.read(kind, &arn).await["Description"], "d");
}
