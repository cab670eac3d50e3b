//! API Gateway: an API from its first path to a key of its callers.

use std::collections::BTreeMap;

use ebbtide::aws::apigateway::{
    AccessLog, ApiKey, ApiKeyOutputs, ApiResource, ApiResourceOutputs, ApiStage, Authorization, CacheSize, Canary,
    Deployment, DeploymentOutputs, Integration, IntegrationResponse, Method, MethodOutputs, MethodResponse,
    MethodSettings, Quota, RestApi, RestApiOutputs, Stage, StageOutputs, Throttle, UsagePlan, UsagePlanKey,
    UsagePlanOutputs,
};
use ebbtide::aws::{ApiResourceId, RestApiId};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::{Value, json};

use super::in_another_process;
use crate::declared::resolved;
use crate::harness::{Made, World, provider};

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

async fn api(world: &World, name: &str) -> (Made, RestApiId, ApiResourceId) {
    let made = world.make::<RestApi>(name, &resolved::<_, RestApi<Resolved>>(&RestApi::new())).await;
    let outputs: RestApiOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.id.as_str(), made.id);
    (made, outputs.id, outputs.root)
}

fn mocked(api: &RestApiId, resource: &ApiResourceId, verb: &str) -> Method {
    Method::new(api.clone(), resource.clone(), verb, Integration::mock(204)).responding("204")
}

async fn method(world: &World, name: &str, inputs: &Method) -> (Made, String) {
    let made = world.make::<Method>(name, &resolved::<_, Method<Resolved>>(inputs)).await;
    let outputs: MethodOutputs<Resolved> = made.outputs().await;
    (made, outputs.revision)
}

#[tokio::test]
async fn an_api_and_its_paths_go_through_every_change() {
    let world = World::new();
    let (mut made, id, root) = api(&world, "front").await;
    let base = RestApi::new;
    let first: RestApiOutputs<Resolved> = made.outputs().await;
    let changes = [
        RestApi { name: Some("front".into()), tags: tags("llm"), ..base() },
        RestApi { description: Some("Front".into()), binary_media_types: vec!["image/png".into()], ..base() },
        RestApi { minimum_compression_bytes: Some(0), without_default_host: true, ..base() },
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, RestApi<Resolved>>(&changed)).await;
    }
    let last: RestApiOutputs<Resolved> = made.outputs().await;
    assert_eq!(first, last, "the revision follows from the settings");

    let part = ApiResource::below_root(id.clone(), root.clone(), "documents");
    let part = world.make::<ApiResource>("documents", &resolved::<_, ApiResource<Resolved>>(&part)).await;
    let outputs: ApiResourceOutputs<Resolved> = part.outputs().await;
    assert_eq!(part.id, format!("{id}|{}", outputs.id));

    let (mut get, first) = method(&world, "get", &mocked(&id, &outputs.id, "GET")).await;
    let base = || mocked(&id, &outputs.id, "GET");
    let of = |integration| Method { integration, ..base() };
    let parameters = |name: &str| BTreeMap::from([(name.to_owned(), true)]);
    let response =
        MethodResponse { parameters: parameters("method.response.header.X-Id"), ..base().responses[0].clone() };
    let changes = [
        Method { authorization: Authorization::Iam, api_key_required: true, ..base() },
        Method { request_parameters: parameters("method.request.querystring.page"), ..base() },
        Method { responses: vec![response, MethodResponse { status: "500".into(), ..Default::default() }], ..base() },
        of(Integration::http_proxy("GET", "https://${stageVariables.backend}/documents")),
        of(Integration {
            responses: vec![
                IntegrationResponse { pattern: Some("5..".into()), ..IntegrationResponse::new("204") },
                IntegrationResponse::new("204"),
            ],
            timeout_ms: Some(50),
            ..Integration::http("POST", "https://a.example")
        }),
        base(),
    ];
    for changed in changes {
        get.change_to(&resolved::<_, Method<Resolved>>(&changed)).await;
    }
    let last: MethodOutputs<Resolved> = get.outputs().await;
    assert_eq!(first, last.revision);
    get.delete().await;
    part.delete().await;
    made.delete().await;
}

#[tokio::test]
async fn a_stage_and_a_plan_go_through_every_change() {
    let world = World::new();
    let (front, id, root) = api(&world, "front").await;
    let (get, revision) = method(&world, "get", &mocked(&id, &root, "GET")).await;
    let snapshot = |of: &str| Deployment::of(id.clone()).with(revision.as_str()).with(of);
    let mut deployments = Vec::new();
    for name in ["one", "two"] {
        let made = world.make::<Deployment>(name, &resolved::<_, Deployment<Resolved>>(&snapshot(name))).await;
        deployments.push(made);
    }
    let outputs: DeploymentOutputs<Resolved> = deployments[0].outputs().await;
    let other: DeploymentOutputs<Resolved> = deployments[1].outputs().await;

    let base = || Stage { tags: tags("llm"), ..Stage::new(id.clone(), "prod", outputs.id.clone()) };
    let mut stage = world.make::<Stage>("prod", &resolved::<_, Stage<Resolved>>(&base())).await;
    let of_stage: StageOutputs<Resolved> = stage.outputs().await;
    assert_eq!(of_stage.url, format!("https://{id}.execute-api.eu-west-1.amazonaws.com/prod"));
    let variables = |value: &str| BTreeMap::from([("backend".to_owned(), value.into())]);
    let canary = |percent: f64| Canary { variables: variables("b"), ..Canary::of(percent) };
    let settings = vec![
        MethodSettings { metrics: true, ..MethodSettings::of("GET", "/documents/{id}") },
        MethodSettings::of_all().throttled(10.0, 20),
    ];
    let log = AccessLog {
        destination: "arn:aws:logs:eu-west-1:123456789012:log-group:front".into(),
        format: "$context.requestId".into(),
    };
    let changes = [
        Stage { settings, ..base() },
        Stage { variables: variables("a"), canary: Some(canary(0.0)), ..base() },
        Stage { variables: variables("a"), canary: Some(canary(50.0)), ..base() },
        Stage {
            canary: Some(Canary { deployment: Some(other.id.clone().into()), use_cache: true, ..canary(100.0) }),
            ..base()
        },
        Stage { variables: variables("b"), deployment: other.id.clone().into(), ..base() },
        Stage { access_log: Some(log), tracing: true, ..base() },
        Stage { cache_enabled: true, cache_size: Some(CacheSize::Gb0_5), ..base() },
        Stage { cache_enabled: false, cache_size: Some(CacheSize::Gb0_5), ..base() },
        Stage { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        stage.change_to(&resolved::<_, Stage<Resolved>>(&changed)).await;
    }

    let at = || ApiStage::new(id.clone(), "prod");
    let limit = Throttle { rate: 20.0, burst: 40 };
    let mut plan = world.make::<UsagePlan>("partners", &resolved::<_, UsagePlan<Resolved>>(&UsagePlan::at(at()))).await;
    let of_post = ApiStage { throttle: BTreeMap::from([("/documents/POST".into(), limit)]), ..at() };
    let changes = [
        UsagePlan { throttle: Some(limit), quota: Some(Quota::a_day(1000)), ..UsagePlan::at(at()) },
        UsagePlan { name: Some("partners".into()), ..UsagePlan::at(of_post) },
        UsagePlan { stages: Vec::new(), ..UsagePlan::at(at()) },
        UsagePlan::at(at()),
    ];
    for changed in changes {
        plan.change_to(&resolved::<_, UsagePlan<Resolved>>(&changed)).await;
    }
    let of_plan: UsagePlanOutputs<Resolved> = plan.outputs().await;

    let mut key = world.make::<ApiKey>("acme", &resolved::<_, ApiKey<Resolved>>(&ApiKey::new())).await;
    key.change_to(&resolved::<_, ApiKey<Resolved>>(&ApiKey { enabled: false, tags: tags("ops"), ..ApiKey::new() }))
        .await;
    let of_key: ApiKeyOutputs<Resolved> = key.outputs().await;
    let pair = UsagePlanKey::new(of_key.id, of_plan.id);
    let pair = world.make::<UsagePlanKey>("acme", &resolved::<_, UsagePlanKey<Resolved>>(&pair)).await;
    for made in [pair, key, plan, stage] {
        made.delete().await;
    }
    for made in deployments {
        made.delete().await;
    }
    get.delete().await;
    front.delete().await;
}

#[tokio::test]
async fn the_value_of_a_key_is_in_nothing_that_is_read() {
    let world = World::new();
    let key = world.make::<ApiKey>("acme", &resolved::<_, ApiKey<Resolved>>(&ApiKey::new())).await;
    let read = world.aws.cloudcontrol().get_resource().type_name("AWS::ApiGateway::ApiKey").identifier(&key.id);
    let model = read.send().await.unwrap().resource_description.unwrap().properties.unwrap();
    let model: Value = serde_json::from_str(&model).unwrap();
    let value = model["Value"].as_str().unwrap();
    assert!(value.len() >= 20 && value != key.id, "AWS made a value up: {value}");
    let live = format!("{:?}", key.ready().await);
    assert!(!live.contains(value), "{live}");
    key.delete().await;
}

#[tokio::test]
async fn a_deployment_that_a_stage_serves_cannot_be_deleted() {
    let world = World::new();
    let (_, id, root) = api(&world, "front").await;
    let (_, revision) = method(&world, "get", &mocked(&id, &root, "GET")).await;
    let deployment = Deployment::of(id.clone()).with(revision.as_str());
    let deployment = world.make::<Deployment>("one", &resolved::<_, Deployment<Resolved>>(&deployment)).await;
    let outputs: DeploymentOutputs<Resolved> = deployment.outputs().await;
    let stage = Stage::new(id.clone(), "prod", outputs.id);
    let stage = world.make::<Stage>("prod", &resolved::<_, Stage<Resolved>>(&stage)).await;
    let error = deployment.kind.delete(&deployment.context, &deployment.id, &deployment.inputs).await.unwrap_err();
    assert!(error.message.contains("stages pointing to this deployment"), "{error}");
    stage.delete().await;
    deployment.delete().await;
}

#[tokio::test]
async fn parts_without_tags_are_found_by_a_process_that_remembers_nothing() {
    let world = World::new();
    let (_, id, root) = api(&world, "front").await;
    let (made, _) = method(&world, "get", &mocked(&id, &root, "GET")).await;
    let part = ApiResource::below(id.clone(), root.clone(), "documents");
    let part = world.make::<ApiResource>("documents", &resolved::<_, ApiResource<Resolved>>(&part)).await;
    for made in [&made, &part] {
        let context = in_another_process(&world, &made.context);
        let found = made.kind.find(&context, &made.inputs).await.unwrap();
        assert_eq!(found.as_ref(), Some(&made.id));
    }
    // Another stack's method at the same place is left alone.
    let theirs = world.context("apigateway_method.theirs", 1);
    let error = provider("apigateway_method").create(&theirs, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    assert_eq!(made.inputs["integration"]["kind"], json!("mock"));
}
