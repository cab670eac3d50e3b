//! References to resources of Cloud Control and of other services.

use std::time::Duration;

use ebbtide_cloud::Settings;
use serde_json::{Value, json};

use super::{Control, ROLE, function, guardrail, network, outcome, role};
use crate::support::Fixture;

/// Returns the error code and message of a creation that fails.
async fn failure(control: &Control, type_name: &str, desired: &Value) -> (String, String) {
    let event = control.create(type_name, desired).await;
    let (status, code, message) = outcome(&event);
    assert_eq!(status, "FAILED", "{event:?}");
    (code.to_owned(), message.to_owned())
}

#[tokio::test]
async fn resources_of_other_services_must_be_there() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let (code, message) = failure(&control, "AWS::Lambda::Function", &function("router")).await;
    assert_eq!(code, "InvalidRequest");
    assert!(message.contains("The role defined for the function cannot be assumed by Lambda."), "{message}");
    role(&fixture.sdk()).await;
    let mut in_network = function("router");
    in_network["VpcConfig"] = json!({ "SubnetIds": ["subnet-0123"], "SecurityGroupIds": ["sg-0123"] });
    assert!(failure(&control, "AWS::Lambda::Function", &in_network).await.1.contains("sg-0123"));
    let (_, subnets, group) = network(&fixture.sdk()).await;
    in_network["VpcConfig"] = json!({ "SubnetIds": ["subnet-0123"], "SecurityGroupIds": [group] });
    assert!(failure(&control, "AWS::Lambda::Function", &in_network).await.1.contains("subnet-0123"));
    in_network["VpcConfig"]["SubnetIds"] = json!(subnets);
    control.made("AWS::Lambda::Function", &in_network).await;
    let key = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000";
    let mut encrypted = guardrail("g");
    encrypted["KmsKeyArn"] = json!(key);
    assert!(failure(&control, "AWS::Bedrock::Guardrail", &encrypted).await.1.contains("does not exist"));
    let kms = aws_sdk_kms::Client::new(&fixture.sdk());
    encrypted["KmsKeyArn"] = json!(kms.create_key().send().await.unwrap().key_metadata.unwrap().arn.unwrap());
    control.made("AWS::Bedrock::Guardrail", &encrypted).await;
    let aliased = json!({ "QueueName": "q", "KmsMasterKeyId": "alias/none" });
    assert!(failure(&control, "AWS::SQS::Queue", &aliased).await.1.contains("alias/none"));
    control.made("AWS::SQS::Queue", &json!({ "QueueName": "q", "KmsMasterKeyId": "alias/aws/sqs" })).await;
    let topic = json!({ "BackupVaultName": "vault", "Notifications": {
        "SNSTopicArn": "arn:aws:sns:us-east-1:123456789012:none", "BackupVaultEvents": ["BACKUP_JOB_COMPLETED"] } });
    assert!(failure(&control, "AWS::Backup::BackupVault", &topic).await.1.contains("topic"));
}

#[tokio::test]
async fn a_trail_needs_its_bucket_and_the_policy_of_the_bucket() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let trail = json!({ "TrailName": "audit", "S3BucketName": "audit-logs", "IsLogging": true });
    assert!(failure(&control, "AWS::CloudTrail::Trail", &trail).await.1.contains("does not exist"));
    let s3 = aws_sdk_s3::Client::new(&fixture.sdk());
    s3.create_bucket().bucket("audit-logs").send().await.unwrap();
    let (_, message) = failure(&control, "AWS::CloudTrail::Trail", &trail).await;
    assert!(message.contains("Incorrect S3 bucket policy is detected for bucket: audit-logs"), "{message}");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::audit-logs/*"}]}"#;
    s3.put_bucket_policy().bucket("audit-logs").policy(policy).send().await.unwrap();
    control.made("AWS::CloudTrail::Trail", &trail).await;
    assert_eq!(control.read("AWS::CloudTrail::Trail", "audit").await["EventSelectors"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_fresh_role_cannot_be_assumed_yet() {
    let settings = Settings {
        transition: Duration::from_millis(20),
        assumable_after: Duration::from_millis(500),
        ..Settings::default()
    };
    let fixture = Fixture::with(settings);
    let control = Control::of(&fixture);
    role(&fixture.sdk()).await;
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let machine = json!({ "StateMachineName": "m", "RoleArn": ROLE, "DefinitionString": definition });
    let (code, message) = failure(&control, "AWS::StepFunctions::StateMachine", &machine).await;
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("authorized to assume the provided role"), "{message}");
    tokio::time::sleep(Duration::from_millis(600)).await;
    control.made("AWS::StepFunctions::StateMachine", &machine).await;
}

#[tokio::test]
async fn versions_are_numbered_snapshots_that_go_with_their_resource() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    role(&fixture.sdk()).await;
    let none = json!({ "GuardrailIdentifier": "abc" });
    assert_eq!(failure(&control, "AWS::Bedrock::GuardrailVersion", &none).await.0, "NotFound");
    let arn = control.made("AWS::Bedrock::Guardrail", &guardrail("g")).await;
    let id = arn.rsplit('/').next().unwrap();
    let version = json!({ "GuardrailIdentifier": arn, "Description": "hash" });
    assert_eq!(control.made("AWS::Bedrock::GuardrailVersion", &version).await, format!("{id}|1"));
    assert_eq!(control.made("AWS::Bedrock::GuardrailVersion", &version).await, format!("{id}|2"));
    control.delete("AWS::Bedrock::GuardrailVersion", &format!("{id}|2")).await;
    assert_eq!(control.made("AWS::Bedrock::GuardrailVersion", &version).await, format!("{id}|3"));
    let read = control.read("AWS::Bedrock::GuardrailVersion", &format!("{id}|1")).await;
    assert_eq!((&read["Description"], read.get("GuardrailIdentifier")), (&json!("hash"), None));
    assert_eq!(outcome(&control.delete("AWS::Bedrock::Guardrail", &arn).await).0, "SUCCESS");
    assert!(!control.exists("AWS::Bedrock::GuardrailVersion", &format!("{id}|1")).await);

    control.made("AWS::Lambda::Function", &function("router")).await;
    let cut = json!({ "FunctionName": "router" });
    let one = control.made("AWS::Lambda::Version", &cut).await;
    assert_eq!(one, "arn:aws:lambda:us-east-1:123456789012:function:router:1");
    let (code, message) = failure(&control, "AWS::Lambda::Version", &cut).await;
    assert_eq!(code, "AlreadyExists");
    assert!(message.contains("A version for this Lambda function exists ( 1 )"), "{message}");
    let code = json!([{ "op": "add", "path": "/Code", "value": { "ZipFile": "y" } }]);
    control.update("AWS::Lambda::Function", "router", &code).await;
    assert!(control.made("AWS::Lambda::Version", &cut).await.ends_with(":2"));
    let alias = |version: &str| json!({ "FunctionName": "router", "FunctionVersion": version, "Name": "live" });
    assert_eq!(failure(&control, "AWS::Lambda::Alias", &alias("9")).await.0, "NotFound");
    control.made("AWS::Lambda::Alias", &alias("2")).await;
    let pointed = "arn:aws:lambda:us-east-1:123456789012:function:router:2";
    assert_eq!(outcome(&control.delete("AWS::Lambda::Version", pointed).await).1, "ResourceConflict");
    let permission =
        json!({ "FunctionName": "router", "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com" });
    let permission = control.made("AWS::Lambda::Permission", &permission).await;
    assert!(permission.starts_with("router|"), "{permission}");
    control.delete("AWS::Lambda::Function", "router").await;
    assert!(
        !control.exists("AWS::Lambda::Permission", &permission).await
            && !control.exists("AWS::Lambda::Version", &one).await
    );
}

#[tokio::test]
async fn a_collection_needs_an_encryption_policy_and_a_subscription_its_monitor() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let group = json!({ "Name": "vectors", "StandbyReplicas": "DISABLED", "Generation": "NEXTGEN",
        "CapacityLimits": { "MinIndexingCapacityInOcu": 0, "MinSearchCapacityInOcu": 0 } });
    let group_id = control.made("AWS::OpenSearchServerless::CollectionGroup", &group).await;
    let collection = json!({ "Name": "documents", "Type": "VECTORSEARCH", "CollectionGroupName": "vectors", "StandbyReplicas": "DISABLED" });
    let kind = "AWS::OpenSearchServerless::Collection";
    let (_, message) = failure(&control, kind, &collection).await;
    assert!(message.contains("No matching security policy of encryption type found for collection name: documents"));
    let policy = r#"{"Rules":[{"ResourceType":"collection","Resource":["collection/documents"]}],"AWSOwnedKey":true}"#;
    let policy = json!({ "Type": "encryption", "Name": "documents", "Policy": policy });
    let policy = control.made("AWS::OpenSearchServerless::SecurityPolicy", &policy).await;
    assert_eq!(policy, "encryption|documents");
    let id = control.made(kind, &collection).await;
    let endpoint = control.read(kind, &id).await["CollectionEndpoint"].clone();
    let text = json!({ "Name": "texts", "Type": "SEARCH", "CollectionGroupName": "vectors",
        "EncryptionConfig": { "AWSOwnedKey": true } });
    let (_, message) = failure(&control, kind, &text).await;
    assert!(message.contains("only one type of collection"), "{message}");
    let fields = json!({ "text": { "Type": "text" } });
    let index = json!({ "IndexName": "chunks", "CollectionEndpoint": endpoint, "Mappings": { "Properties": fields } });
    let index_kind = "AWS::OpenSearchServerless::Index";
    let index = control.made(index_kind, &index).await;
    let mapped = |fields: Value| json!([{ "op": "add", "path": "/Mappings", "value": { "Properties": fields } }]);
    control.update(index_kind, &index, &mapped(json!({ "page": { "Type": "integer" } }))).await;
    let fields = control.read(index_kind, &index).await["Mappings"]["Properties"].clone();
    assert_eq!(fields, json!({ "text": { "Type": "text" }, "page": { "Type": "integer" } }));
    let other = control.update(index_kind, &index, &mapped(json!({ "text": { "Type": "keyword" } }))).await;
    assert!(outcome(&other).2.contains("mapper [text] cannot be changed from type [text] to [keyword]"), "{other:?}");
    let group_kind = "AWS::OpenSearchServerless::CollectionGroup";
    assert_eq!(outcome(&control.delete(group_kind, &group_id).await).1, "ResourceConflict");
    control.delete(kind, &id).await;
    assert!(!control.exists("AWS::OpenSearchServerless::Index", &index).await);
    assert_eq!(outcome(&control.delete(group_kind, &group_id).await).0, "SUCCESS");

    let subscription = |monitor: &str| {
        json!({ "SubscriptionName": "s", "Frequency": "DAILY", "Threshold": 10,
        "MonitorArnList": [monitor], "Subscribers": [{ "Type": "EMAIL", "Address": "a@example.com" }] })
    };
    let none = "arn:aws:ce::123456789012:anomalymonitor/00000000-0000-4000-8000-000000000000";
    assert_eq!(failure(&control, "AWS::CE::AnomalySubscription", &subscription(none)).await.0, "NotFound");
    let monitor = json!({ "MonitorName": "m", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE" });
    let monitor = control.made("AWS::CE::AnomalyMonitor", &monitor).await;
    let made = control.made("AWS::CE::AnomalySubscription", &subscription(&monitor)).await;
    assert_eq!(control.read("AWS::CE::AnomalySubscription", &made).await["Subscribers"][0]["Status"], "CONFIRMED");
}
