//! Models as reads show them: defaults, order, tags.

use aws_sdk_resourcegroupstagging::types::TagFilter;
use serde_json::{Value, json};

use super::{Control, function, guardrail, role};
use crate::support::Fixture;

#[tokio::test]
async fn known_defaults_appear() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    role(&fixture.sdk()).await;
    control.made("AWS::Lambda::Function", &function("router")).await;
    let read = control.read("AWS::Lambda::Function", "router").await;
    assert_eq!((&read["Timeout"], &read["MemorySize"]), (&json!(3), &json!(128)));
    assert_eq!(read["TracingConfig"], json!({ "Mode": "PassThrough" }));
    assert_eq!(read["Arn"], "arn:aws:lambda:us-east-1:123456789012:function:router");
    let table = json!({
        "TableName": "t", "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
    });
    let refused = control.create("AWS::DynamoDB::Table", &table).await;
    assert!(refused.status_message().unwrap().contains("BillingMode is PROVISIONED"), "{refused:?}");
    let mut on_demand = table;
    on_demand["BillingMode"] = json!("PAY_PER_REQUEST");
    control.made("AWS::DynamoDB::Table", &on_demand).await;
    let read = control.read("AWS::DynamoDB::Table", "t").await;
    assert_eq!(read["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"], 35);
    assert!(read["WarmThroughput"].is_object());
}

#[tokio::test]
async fn lists_without_an_order_come_back_in_another_and_tags_are_sorted() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let desired = guardrail("g");
    let arn = control.made("AWS::Bedrock::Guardrail", &desired).await;
    let read = control.read("AWS::Bedrock::Guardrail", &arn).await;
    let kinds = |model: &Value, at: &str, key: &str| -> Vec<String> {
        let items = model.pointer(at).unwrap().as_array().unwrap();
        items.iter().map(|item| item[key].as_str().unwrap().to_owned()).collect()
    };
    let mut moved = false;
    for (at, key) in [("/ContentPolicyConfig/FiltersConfig", "Type"), ("/TopicPolicyConfig/TopicsConfig", "Name")] {
        let (mut given, mut shown) = (kinds(&desired, at, key), kinds(&read, at, key));
        moved |= given != shown;
        given.sort();
        shown.sort();
        assert_eq!(given, shown);
    }
    assert!(moved, "{read}");
    assert_eq!(kinds(&read, "/Tags", "Key"), ["address", "stack"]);
    assert_eq!(read["ContentPolicyConfig"]["ContentFiltersTierConfig"], json!({ "TierName": "CLASSIC" }));
    assert_eq!(read["Status"], "READY");
    let again = control.read("AWS::Bedrock::Guardrail", &arn).await;
    assert_eq!(read, again);
}

#[tokio::test]
async fn tagged_resources_are_found_in_the_forms_of_their_types() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let list = json!([{ "Key": "stack", "Value": "one" }]);
    control.made("AWS::ECR::Repository", &json!({ "RepositoryName": "models", "Tags": list })).await;
    let vault = json!({ "BackupVaultName": "vault", "BackupVaultTags": { "stack": "one" } });
    control.made("AWS::Backup::BackupVault", &vault).await;
    let api = control.made("AWS::ApiGateway::RestApi", &json!({ "Name": "a", "Tags": list })).await;
    let monitor = json!({ "MonitorName": "m", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE", "ResourceTags": list });
    control.made("AWS::CE::AnomalyMonitor", &monitor).await;
    let client = aws_sdk_resourcegroupstagging::Client::new(&fixture.sdk());
    let filter = TagFilter::builder().key("stack").values("one").build();
    let found = client.get_resources().tag_filters(filter).send().await.unwrap();
    let mut arns: Vec<_> = found.resource_tag_mapping_list().iter().filter_map(|one| one.resource_arn()).collect();
    arns.sort_unstable();
    let expected = [
        format!("arn:aws:apigateway:us-east-1::/restapis/{api}"),
        "arn:aws:backup:us-east-1:123456789012:backup-vault:vault".to_owned(),
        "arn:aws:ecr:us-east-1:123456789012:repository/models".to_owned(),
    ];
    assert_eq!(arns, expected, "monitors of costs are not found");
}
