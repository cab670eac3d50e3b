//! API Gateway: from an API to a key, and the order in which they can be deleted.

use serde_json::{Value, json};

use super::{Control, outcome};
use crate::support::{Fixture, code};

/// Returns the name of a type.
fn kind(of: &str) -> String {
    format!("AWS::ApiGateway::{of}")
}

#[tokio::test]
async fn a_stage_serves_a_snapshot_that_cannot_be_deleted_under_it() {
    let fixture = Fixture::new();
    let control = Control::of(&fixture);
    let none =
        control.create(&kind("Resource"), &json!({ "RestApiId": "none", "ParentId": "x", "PathPart": "a" })).await;
    assert_eq!(outcome(&none).1, "NotFound");
    let api = control.made(&kind("RestApi"), &json!({ "Name": "documents" })).await;
    let root = control.read(&kind("RestApi"), &api).await["RootResourceId"].clone();
    let path = json!({ "RestApiId": api, "ParentId": root, "PathPart": "extract" });
    let twice = path.clone();
    let path = control.made(&kind("Resource"), &path).await;
    let twice = control.create(&kind("Resource"), &twice).await;
    assert!(outcome(&twice).2.contains("Another resource with the same parent already has this name: extract"));
    let below = |part: &str| json!({ "RestApiId": api, "ParentId": root, "PathPart": part });
    let variable = control.made(&kind("Resource"), &below("{id}")).await;
    let sibling = control.create(&kind("Resource"), &below("{name}")).await;
    assert!(outcome(&sibling).2.contains("A sibling ({id}) of this resource already has a variable"), "{sibling:?}");
    assert_eq!(outcome(&control.delete(&kind("Resource"), &variable).await).0, "SUCCESS");
    let deploy = json!({ "RestApiId": api, "Description": "hash" });
    let empty = control.create(&kind("Deployment"), &deploy).await;
    assert!(outcome(&empty).2.contains("doesn't contain any methods"), "{empty:?}");
    let resource = path.split('|').nth(1).unwrap();
    let method = json!({ "RestApiId": api, "ResourceId": resource, "HttpMethod": "POST", "ApiKeyRequired": true,
        "Integration": { "Type": "MOCK" } });
    let method = control.made(&kind("Method"), &method).await;
    assert_eq!(method, format!("{api}|{resource}|POST"));
    let shown = control.read(&kind("Method"), &method).await["Integration"].clone();
    assert_eq!((&shown["TimeoutInMillis"], &shown["CacheNamespace"]), (&json!(29000), &json!(resource)));
    let (old, new) =
        (control.made(&kind("Deployment"), &deploy).await, control.made(&kind("Deployment"), &deploy).await);
    let id = |deployment: &str| deployment.split('|').next().unwrap().to_owned();
    let settings = json!([{ "HttpMethod": "*", "ResourcePath": "/*", "ThrottlingBurstLimit": 50 }]);
    let stage = json!({ "RestApiId": api, "StageName": "prod", "DeploymentId": id(&old), "MethodSettings": settings });
    let stage = control.made(&kind("Stage"), &stage).await;
    let shown = control.read(&kind("Stage"), &stage).await["MethodSettings"][0].clone();
    assert_eq!((&shown["ThrottlingBurstLimit"], &shown["ThrottlingRateLimit"]), (&json!(50), &json!(10000)));
    let active = control.delete(&kind("Deployment"), &old).await;
    assert!(outcome(&active).2.contains("Active stages pointing to this deployment"), "{active:?}");
    let canary = |percent: Value| {
        json!([{ "op": "add", "path": "/CanarySetting",
        "value": { "DeploymentId": id(&new), "PercentTraffic": percent } }])
    };
    assert_eq!(outcome(&control.update(&kind("Stage"), &stage, &canary(json!(10))).await).0, "SUCCESS");
    assert_eq!(outcome(&control.delete(&kind("Deployment"), &new).await).1, "InvalidRequest");
    let moved = json!([{ "op": "replace", "path": "/DeploymentId", "value": id(&new) }, { "op": "remove", "path": "/CanarySetting" }]);
    assert_eq!(outcome(&control.update(&kind("Stage"), &stage, &moved).await).0, "SUCCESS");
    assert_eq!(outcome(&control.delete(&kind("Deployment"), &old).await).0, "SUCCESS");

    let plan = json!({ "UsagePlanName": "p", "ApiStages": [{ "ApiId": api, "Stage": "prod" }], "Throttle": { "RateLimit": 5, "BurstLimit": 5 } });
    let plan = control.made(&kind("UsagePlan"), &plan).await;
    let key = control.made(&kind("ApiKey"), &json!({ "Name": "client", "Enabled": true })).await;
    assert!(control.read(&kind("ApiKey"), &key).await["Value"].as_str().unwrap().len() >= 20);
    let link = json!({ "UsagePlanId": plan, "KeyId": key, "KeyType": "API_KEY" });
    assert_eq!(control.made(&kind("UsagePlanKey"), &link).await, format!("{key}:{plan}"));

    // The lists of parts need their API.
    let list = control.client.list_resources().type_name(kind("Stage"));
    assert_eq!(code(list.clone().send().await), "InvalidRequestException");
    let listed = list.resource_model(json!({ "RestApiId": api }).to_string()).send().await.unwrap();
    assert_eq!(listed.resource_descriptions()[0].identifier(), Some(stage.as_str()));
    control.delete(&kind("RestApi"), &api).await;
    for (of, identifier) in [("Stage", &stage), ("Method", &method), ("Deployment", &new), ("Resource", &path)] {
        assert!(!control.exists(&kind(of), identifier).await, "{of}");
    }
}
