//! The REST API: one way in for documents, whose stage splits the traffic between the two sides.

use std::collections::BTreeMap;

use ebbtide::aws::apigateway::{
    ApiKey, ApiResource, ApiStage, Canary, Deployment, Integration, IntegrationResponse, Method, MethodSettings, Quota,
    RestApi, Stage, Throttle, UsagePlan, UsagePlanKey,
};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::{RestApiId, RoleArn};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::Settings;
use super::settings::Side;
use super::workflows::Workflows;

/// The name of the stage.
pub(super) const STAGE: &str = "live";

/// The variable of the stage with the ARN of the state machine that a request goes to.
const WORKFLOW: &str = "workflow";

/// The API.
pub(super) struct Gateway {
    pub(super) api: Input<RestApiId>,
    pub(super) url: Input<String>,
}

/// Declares the API. A request goes to the classifier, and as many as the canary of the stage says to the language model: a roll-out moves
/// that. Once it is done, a setting makes the language model the only side.
pub(super) fn declare(stack: &mut Stack, settings: &Settings, workflows: &Workflows) -> Gateway {
    let role = role(stack, workflows);
    let api = stack.add("documents", RestApi::new());
    let documents = stack.add("documents", ApiResource::below_root(&api.id, &api.root, "documents"));
    let region = stack.scope().region.clone();
    let action = format!("arn:{}:apigateway:{region}:states:action/StartSyncExecution", stack.scope().partition());
    let request = format!(
        "{{\"stateMachineArn\": \"$stageVariables.{WORKFLOW}\", \"input\": \"$util.escapeJavaScript($input.json('$'))\"}}"
    );
    // An execution that fails is a response of 200 with the reason in it, so the template tells.
    let response = "#set($result = $util.parseJson($input.body))\
        #if($result.status == 'SUCCEEDED')$result.output#else#set($context.responseOverride.status = 502){\"error\": \"$result.error\"}#end";
    let json = |text: &str| BTreeMap::from([("application/json".to_owned(), text.to_owned())]);
    let integration = Integration {
        request_templates: json(&request),
        responses: vec![IntegrationResponse { templates: json(response), ..IntegrationResponse::new("200") }],
        ..Integration::aws("POST", action, &role)
    };
    let post = Method::new(&api.id, &documents.id, "POST", integration);
    let post = Method { api_key_required: true, ..post }.responding("200").responding("502");
    let post = stack.add("documents-post", post);
    let deployment = stack.add("documents", Deployment::of(&api.id).with(&api.revision).with(&post.revision));

    let workflow = |to: &Input<String>| BTreeMap::from([(WORKFLOW.to_owned(), to.clone())]);
    let (classify, understand) = (workflow(&workflows.classify.text()), workflow(&workflows.understand.text()));
    // The new side takes the place of the old one and the canary goes, in one update of the stage.
    let (variables, canary) = match settings.api.side {
        Side::Both => (classify, Some(Canary { variables: understand, ..Canary::of(0.0) })),
        Side::Language => (understand, None),
    };
    let stage = Stage {
        variables,
        canary,
        settings: vec![MethodSettings {
            metrics: true,
            ..MethodSettings::of_all().throttled(settings.api.rate, settings.api.burst)
        }],
        tracing: true,
        ..Stage::new(&api.id, STAGE, &deployment.id)
    };
    let stage = stack.add("live", stage);

    let throttle = Throttle { rate: settings.api.rate, burst: settings.api.burst };
    let plan = UsagePlan {
        throttle: Some(throttle),
        quota: settings.api.daily_quota.map(Quota::a_day),
        ..UsagePlan::at(ApiStage::new(&api.id, &stage.name))
    };
    let plan = stack.add("documents", plan);
    let key = stack.add("documents", ApiKey::new());
    stack.add("documents", UsagePlanKey::new(&key.id, &plan.id));
    Gateway { api: api.id, url: stage.url }
}

/// Declares the role by which the API starts executions.
fn role(stack: &mut Stack, workflows: &Workflows) -> Input<RoleArn> {
    let start = Policy::new()
        .allow(["states:StartSyncExecution"])
        .on(workflows.classify.text())
        .on(workflows.understand.text());
    stack.add("api", Role::new(Policy::trust("apigateway.amazonaws.com")).policy("start", start)).arn
}
