//! The tables of API Gateway. Ids are not known beforehand, so that the inputs refer to resources around the one of the table.

use ebbtide::aws::apigateway::{
    ApiKey, ApiResource, ApiStage, Deployment, Integration, Method, RestApi, Stage, UsagePlan, UsagePlanKey,
};
use ebbtide::aws::{ApiKeyId, ApiResourceId, DeploymentId, RestApiId, UsagePlanId};
use ebbtide::resource::{Input, Resource};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::cloud_control::{model, tags};
use super::table::{Shows, Table};
use crate::fixture::scope;

pub fn tables() -> Vec<Table> {
    vec![api(), part(), method(), deployment(), stage(), plan(), key(), key_of_plan()]
}

/// References to the resources around the one of a table: two of each.
struct Around {
    apis: [Input<RestApiId>; 2],
    roots: [Input<ApiResourceId>; 2],
    /// Those of a method of each.
    revisions: [Input<String>; 2],
    deployments: [Input<DeploymentId>; 2],
    stages: [Input<String>; 2],
    keys: [Input<ApiKeyId>; 2],
    plans: [Input<UsagePlanId>; 2],
}

fn declare_around(stack: &mut Stack) -> Around {
    let [near, far] = ["near", "far"].map(|name| stack.add(name, RestApi::new()));
    let (apis, roots) = ([near.id, far.id], [near.root, far.root]);
    let mut revision = |name: &str, at: usize| {
        let method = Method::new(&apis[at], &roots[at], "OPTIONS", Integration::mock(204)).responding("204");
        stack.add(name, method).revision
    };
    let revisions = [revision("near", 0), revision("far", 1)];
    let mut deployment = |name: &str| stack.add(name, Deployment::of(&apis[0]).with(&revisions[0]).with(name)).id;
    let deployments = [deployment("one"), deployment("two")];
    let of_far = stack.add("far", Deployment::of(&apis[1]).with(&revisions[1])).id;
    let mut stage = |name: &str, api: usize, deployment| stack.add(name, Stage::new(&apis[api], name, deployment)).name;
    let stages = [stage("near", 0, &deployments[0]), stage("far", 1, &of_far)];
    let keys = ["near", "far"].map(|name| stack.add(name, ApiKey::new()).id);
    let mut plan = |name: &str, at: usize| stack.add(name, UsagePlan::at(ApiStage::new(&apis[at], &stages[at]))).id;
    let plans = [plan("near", 0), plan("far", 1)];
    Around { apis, roots, revisions, deployments, stages, keys, plans }
}

fn around() -> Around {
    declare_around(&mut Stack::new(scope(), [].into()))
}

fn add<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

fn inside<R: Resource>(base: &R, observe: for<'a> fn(&'a Aws, &'a str) -> BoxFuture<'a, Value>) -> Table {
    Table { add: add::<R>, ..Table::new(base, observe) }
}

pub(super) fn reference<T: ebbtide::resource::Field>(input: &Input<T>) -> Value {
    serde_json::to_value(input).unwrap()
}

/// Reads the properties of a resource by pointers, each with the name of its field; the tags are always there.
pub(super) async fn observed(aws: &Aws, type_name: &str, id: &str, fields: &[(&str, &str)]) -> Value {
    let model = model(aws, type_name, id).await;
    let value =
        |(field, pointer): &(&str, &str)| ((*field).to_owned(), model.pointer(pointer).cloned().unwrap_or_default());
    let mut seen: Map<String, Value> = fields.iter().map(value).collect();
    seen.insert("tags".to_owned(), tags(&model).into());
    Value::Object(seen)
}

fn api() -> Table {
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*" },
    ] });
    Table::new(&RestApi::new(), |aws, id| {
        let fields = &[
            ("name", "/Name"),
            ("description", "/Description"),
            ("endpoint", "/EndpointConfiguration/Types"),
            ("ip_addresses", "/EndpointConfiguration/IpAddressType"),
            ("vpc_endpoints", "/EndpointConfiguration/VpcEndpointIds"),
            ("api_key_source", "/ApiKeySourceType"),
            ("binary_media_types", "/BinaryMediaTypes"),
            ("minimum_compression_bytes", "/MinimumCompressionSize"),
            ("without_default_host", "/DisableExecuteApiEndpoint"),
            ("policy", "/Policy"),
        ];
        Box::pin(observed(aws, "AWS::ApiGateway::RestApi", id, fields))
    })
    .shows("name", json!("front"), json!("front"))
    .shows("description", json!("Front"), json!("Front"))
    .shows("endpoint", json!("edge"), json!(["EDGE"]))
    .shows("ip_addresses", json!("dualstack"), json!("dualstack"))
    .shows("vpc_endpoints", json!(["vpce-1"]), json!(["vpce-1"]))
    .also("endpoint", json!("private"))
    .also("policy", policy.clone())
    .shows("api_key_source", json!("authorizer"), json!("AUTHORIZER"))
    .shows("binary_media_types", json!(["application/pdf"]), json!(["application/pdf"]))
    .shows("minimum_compression_bytes", json!(1024), json!(1024))
    .shows("without_default_host", json!(true), json!(true))
    .entry("policy", policy, Shows::Another)
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn part() -> Table {
    let around = around();
    let base = ApiResource::below(&around.apis[0], &around.roots[0], "documents");
    inside(&base, |aws, id| {
        let fields = &[("api", "/RestApiId"), ("parent", "/ParentId"), ("path_part", "/PathPart")];
        Box::pin(observed(aws, "AWS::ApiGateway::Resource", id, fields))
    })
    .entry("api", reference(&around.apis[1]), Shows::Another)
    .also("parent", reference(&around.roots[1]))
    .entry("parent", reference(&around.roots[1]), Shows::Another)
    .also("api", reference(&around.apis[1]))
    .shows("path_part", json!("{id}"), json!("{id}"))
}

fn method() -> Table {
    let around = around();
    let base =
        Method::new(&around.apis[0], &around.roots[0], "GET", Integration::http_proxy("GET", "https://a.example"));
    let to = |uri: &str| serde_json::to_value(Integration::http_proxy("POST", uri)).unwrap();
    let response = json!({ "status": "200", "models": {}, "parameters": { "method.response.header.X-Id": true } });
    let shown_response =
        json!([{ "StatusCode": "200", "ResponseParameters": { "method.response.header.X-Id": true } }]);
    inside(&base, |aws, id| {
        let fields = &[
            ("api", "/RestApiId"),
            ("resource", "/ResourceId"),
            ("http_method", "/HttpMethod"),
            ("integration", "/Integration"),
            ("authorization", "/AuthorizationType"),
            ("authorizer", "/AuthorizerId"),
            ("scopes", "/AuthorizationScopes"),
            ("api_key_required", "/ApiKeyRequired"),
            ("operation_name", "/OperationName"),
            ("request_models", "/RequestModels"),
            ("request_parameters", "/RequestParameters"),
            ("request_validator", "/RequestValidatorId"),
            ("responses", "/MethodResponses"),
        ];
        Box::pin(observed(aws, "AWS::ApiGateway::Method", id, fields))
    })
    .entry("api", reference(&around.apis[1]), Shows::Another)
    .also("resource", reference(&around.roots[1]))
    .entry("resource", reference(&around.roots[1]), Shows::Another)
    .also("api", reference(&around.apis[1]))
    .shows("http_method", json!("POST"), json!("POST"))
    .entry("integration", to("https://b.example"), Shows::Another)
    .shows("authorization", json!("iam"), json!("AWS_IAM"))
    .shows("authorizer", json!("auth1"), json!("auth1"))
    .also("authorization", json!("custom"))
    .shows("scopes", json!(["read"]), json!(["read"]))
    .also("authorization", json!("cognito"))
    .also("authorizer", json!("auth1"))
    .shows("api_key_required", json!(true), json!(true))
    .shows("operation_name", json!("GetAll"), json!("GetAll"))
    .shows("request_models", json!({ "application/json": "Empty" }), json!({ "application/json": "Empty" }))
    .shows(
        "request_parameters",
        json!({ "method.request.querystring.page": true }),
        json!({ "method.request.querystring.page": true }),
    )
    .shows("request_validator", json!("val1"), json!("val1"))
    .shows("responses", json!([response]), shown_response)
}

fn deployment() -> Table {
    let around = around();
    let base = Deployment::of(&around.apis[0]).with(&around.revisions[0]);
    inside(&base, |aws, id| {
        let fields = &[
            ("api", "/RestApiId"),
            ("description", "/Description"),
            ("revisions", "/Description"),
            ("id", "/DeploymentId"),
        ];
        Box::pin(observed(aws, "AWS::ApiGateway::Deployment", id, fields))
    })
    .entry("api", reference(&around.apis[1]), Shows::Another)
    .also("revisions", json!([around.revisions[1]]))
    .entry("description", json!("Second"), Shows::Another)
    .entry("revisions", json!([around.revisions[0], "second"]), Shows::Another)
}

fn stage() -> Table {
    let around = around();
    let base = Stage::new(&around.apis[0], "it", &around.deployments[0]);
    let setting = json!({
        "http_method": "*", "path": "/*", "rate": 10.5, "burst": 20, "log": "error", "log_data": true, "metrics": true,
        "cached": false, "cache_seconds": null, "cache_encrypted": false,
    });
    // The last three appear by themselves.
    let shown = json!({
        "HttpMethod": "*", "ResourcePath": "/*", "ThrottlingRateLimit": 10.5, "ThrottlingBurstLimit": 20, "LoggingLevel": "ERROR",
        "DataTraceEnabled": true, "MetricsEnabled": true, "CacheTtlInSeconds": 300,
    });
    let canary = json!({
        "percent": 10.0, "deployment": around.deployments[1], "variables": { "backend": "b" }, "use_cache": true,
    });
    let log =
        json!({ "destination": "arn:aws:logs:eu-west-1:123456789012:log-group:front", "format": "$context.requestId" });
    inside(&base, |aws, id| {
        let fields = &[
            ("api", "/RestApiId"),
            ("name", "/StageName"),
            ("deployment", "/DeploymentId"),
            ("description", "/Description"),
            ("variables", "/Variables"),
            ("settings", "/MethodSettings"),
            ("canary", "/CanarySetting"),
            ("access_log", "/AccessLogSetting"),
            ("tracing", "/TracingEnabled"),
            ("cache_enabled", "/CacheClusterEnabled"),
            ("cache_size", "/CacheClusterSize"),
            ("client_certificate", "/ClientCertificateId"),
            ("documentation_version", "/DocumentationVersion"),
        ];
        Box::pin(observed(aws, "AWS::ApiGateway::Stage", id, fields))
    })
    .entry("api", reference(&around.apis[1]), Shows::Another)
    .also("deployment", json!({ "$ref": "apigateway_deployment.far", "output": "id" }))
    .shows("name", json!("other"), json!("other"))
    .entry("deployment", reference(&around.deployments[1]), Shows::Another)
    .shows("description", json!("Front"), json!("Front"))
    .shows("variables", json!({ "backend": "a" }), json!({ "backend": "a" }))
    .shows("settings", json!([setting]), json!([shown]))
    .entry("canary", canary, Shows::Another)
    .shows(
        "access_log",
        log,
        json!({ "DestinationArn": "arn:aws:logs:eu-west-1:123456789012:log-group:front", "Format": "$context.requestId" }),
    )
    .shows("tracing", json!(true), json!(true))
    .shows("cache_enabled", json!(true), json!(true))
    .also("cache_size", json!("0.5"))
    .shows("cache_size", json!("1.6"), json!("1.6"))
    .also("cache_enabled", json!(true))
    .shows("client_certificate", json!("cert1"), json!("cert1"))
    .shows("documentation_version", json!("1"), json!("1"))
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn plan() -> Table {
    let around = around();
    let base = UsagePlan::at(ApiStage::new(&around.apis[0], &around.stages[0]));
    let other = json!([{
        "api": around.apis[1], "stage": around.stages[1], "throttle": { "/documents/POST": { "rate": 1.5, "burst": 2 } },
    }]);
    inside(&base, |aws, id| {
        let fields = &[
            ("name", "/UsagePlanName"),
            ("description", "/Description"),
            ("stages", "/ApiStages"),
            ("throttle", "/Throttle"),
            ("quota", "/Quota"),
        ];
        Box::pin(observed(aws, "AWS::ApiGateway::UsagePlan", id, fields))
    })
    .shows("name", json!("partners"), json!("partners"))
    .shows("description", json!("Partners"), json!("Partners"))
    .entry("stages", other, Shows::Another)
    .shows("throttle", json!({ "rate": 20.0, "burst": 40 }), json!({ "RateLimit": 20.0, "BurstLimit": 40 }))
    .shows(
        "quota",
        json!({ "limit": 1000, "period": "week", "offset": 2 }),
        json!({ "Limit": 1000, "Period": "WEEK", "Offset": 2 }),
    )
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn key() -> Table {
    Table::new(&ApiKey::new(), |aws, id| {
        let fields =
            &[("name", "/Name"), ("description", "/Description"), ("enabled", "/Enabled"), ("customer", "/CustomerId")];
        Box::pin(observed(aws, "AWS::ApiGateway::ApiKey", id, fields))
    })
    .entry("name", json!("acme"), Shows::Another)
    .shows("description", json!("Acme"), json!("Acme"))
    .shows("enabled", json!(false), json!(false))
    .shows("customer", json!("acme1"), json!("acme1"))
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn key_of_plan() -> Table {
    let around = around();
    inside(&UsagePlanKey::new(&around.keys[0], &around.plans[0]), |aws, id| {
        let fields = &[("key", "/KeyId"), ("plan", "/UsagePlanId")];
        Box::pin(observed(aws, "AWS::ApiGateway::UsagePlanKey", id, fields))
    })
    .entry("key", reference(&around.keys[1]), Shows::Another)
    .entry("plan", reference(&around.plans[1]), Shows::Another)
}
