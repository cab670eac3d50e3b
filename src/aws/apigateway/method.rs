//! `apigateway_method`: a method of a path of a REST API.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::integration::{INTEGRATION, Integration};
use super::verbs::verb_problem;
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{ApiResourceId, RestApiId};
use crate::resource::cloud_control::{CloudControl, Placed, Property, revision};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields,
};

/// A method of a path of a REST API, with its back end. Callers reach it once a [`Deployment`](super::Deployment) has it.
///
/// ```
/// # use ebbtide::aws::apigateway::{Integration, Method};
/// # use ebbtide::aws::{ApiResourceId, RestApiId};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, api: &Input<RestApiId>, documents: &Input<ApiResourceId>, function: &Input<String>) {
/// let back_end = Integration::lambda(stack.scope(), function);
/// stack.add("post", Method { api_key_required: true, ..Method::new(api, documents, "POST", back_end) });
/// stack.add("preflight", Method::new(api, documents, "OPTIONS", Integration::mock(204)).responding("204"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Method<P: Phase = Declared> {
    /// The API.
    pub api: P::Of<RestApiId>,
    /// The path: a resource of the API, or its root.
    pub resource: P::Of<ApiResourceId>,
    /// The method of HTTP, `POST`; `ANY` for all that the path has no method for.
    pub http_method: String,
    /// The back end.
    pub integration: Integration<P>,
    /// The authorization of callers.
    #[serde(default)]
    pub authorization: Authorization,
    /// The id of the authorizer, for [`Authorization::Custom`] and [`Authorization::Cognito`].
    #[serde(default)]
    pub authorizer: Option<P::Of<String>>,
    /// The scopes, one of which a caller's token has, for [`Authorization::Cognito`].
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether a call needs an API key of a usage plan.
    #[serde(default)]
    pub api_key_required: bool,
    /// The name of the operation in generated SDKs.
    #[serde(default)]
    pub operation_name: Option<String>,
    /// The models of request bodies, by type of media.
    #[serde(default)]
    pub request_models: BTreeMap<String, String>,
    /// The parameters of requests, `method.request.querystring.page`, and whether a request needs each.
    #[serde(default)]
    pub request_parameters: BTreeMap<String, bool>,
    /// The id of the validator of requests.
    #[serde(default)]
    pub request_validator: Option<P::Of<String>>,
    /// The responses. A proxy needs none.
    #[serde(default)]
    pub responses: Vec<MethodResponse>,
}

/// The authorization of callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authorization {
    /// None: everybody may call.
    #[default]
    None,
    /// By the rights of IAM.
    Iam,
    /// By a Lambda function.
    Custom,
    /// By a user pool of Cognito.
    Cognito,
}

/// A response of a method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MethodResponse {
    /// The status, such as `200`.
    pub status: String,
    /// The models of bodies, by type of media.
    #[serde(default)]
    pub models: BTreeMap<String, String>,
    /// The headers, `method.response.header.X-Id`, and whether a response needs each.
    #[serde(default)]
    pub parameters: BTreeMap<String, bool>,
}

impl Method {
    /// Creates a method that everybody may call without a key.
    pub fn new(
        api: impl Into<Input<RestApiId>>,
        resource: impl Into<Input<ApiResourceId>>,
        http_method: &str,
        integration: Integration,
    ) -> Self {
        Self {
            api: api.into(),
            resource: resource.into(),
            http_method: http_method.to_owned(),
            integration,
            authorization: Authorization::None,
            authorizer: None,
            scopes: Vec::new(),
            api_key_required: false,
            operation_name: None,
            request_models: BTreeMap::new(),
            request_parameters: BTreeMap::new(),
            request_validator: None,
            responses: Vec::new(),
        }
    }

    /// Adds a response of this status.
    #[must_use]
    pub fn responding(mut self, status: impl Into<String>) -> Self {
        self.responses.push(MethodResponse { status: status.into(), ..MethodResponse::default() });
        self
    }
}

/// The outputs of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct MethodOutputs<P: Phase> {
    /// A digest of the method, by which a deployment tells that it has changed.
    pub revision: P::Of<String>,
}

impl Resource for Method {
    const KIND: &'static str = "apigateway_method";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Method: api, resource, http_method);
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DELETED_WITH: &'static [&'static str] = fields!(Method: api, resource);
    const DERIVED_OUTPUTS: &'static [&'static str] = &["revision"];
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Method<Resolved>;
    type Outputs<P: Phase> = MethodOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not its methods")
    }

    fn validate(&self, problems: &mut Problems) {
        verb_problem(&self.http_method).into_iter().for_each(|problem| problems.refuse("http_method", problem));
        self.integration.validate(problems);
        let is_by_authorizer = matches!(self.authorization, Authorization::Custom | Authorization::Cognito);
        if is_by_authorizer != self.authorizer.is_some() {
            problems.refuse("authorizer", "is needed for custom authorization and Cognito, and for no other");
        }
        if !self.scopes.is_empty() && self.authorization != Authorization::Cognito {
            problems.refuse("scopes", "are those of tokens of Cognito; the authorization is another one");
        }
        if let Some(name) = self.request_parameters.keys().find(|name| !name.starts_with("method.request.")) {
            problems.refuse("request_parameters", format!("`{name}` does not begin with `method.request.`"));
        }
        let statuses: Vec<&String> = self.responses.iter().map(|response| &response.status).collect();
        if has_repeats(&statuses) {
            problems.refuse("responses", "has a status twice");
        }
        // AWS: "No method response exists for method."
        let needed = self.integration.responses.iter().map(|response| &response.status);
        if let Some(status) = needed.into_iter().find(|status| !statuses.contains(status)) {
            problems.refuse("responses", format!("has no {status}, which a response of the integration leads to"));
        }
        let names = self.responses.iter().flat_map(|response| response.parameters.keys());
        if let Some(name) = names.into_iter().find(|name| !name.starts_with("method.response.header.")) {
            problems.refuse("responses", format!("`{name}` does not begin with `method.response.header.`"));
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let place =
            |method: &Self| Some((format!("{:?} {:?}", method.api, method.resource), method.http_method.clone()));
        repeat_conflicts(all, place, |(_, verb)| format!("another method of the same path is {verb}"))
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        let id = match (self.api.known(), self.resource.known()) {
            (Some(api), Some(resource)) => Some(format!("{api}|{resource}|{}", self.http_method)),
            _ => None,
        };
        let known = [("id", id), ("revision", revision(Self::PROPERTIES, self, &[]))];
        known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))).collect()
    }
}

impl CloudControl for Method {
    const TYPE: &'static str = "AWS::ApiGateway::Method";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("api", "RestApiId"),
        Property::plain("resource", "ResourceId"),
        Property::plain("http_method", "HttpMethod"),
        Property::object("integration", "Integration", INTEGRATION),
        Property::words(
            "authorization",
            "AuthorizationType",
            &[("none", "NONE"), ("iam", "AWS_IAM"), ("custom", "CUSTOM"), ("cognito", "COGNITO_USER_POOLS")],
        ),
        Property::plain("authorizer", "AuthorizerId").has_no_default(),
        Property::plain("scopes", "AuthorizationScopes").has_no_default(),
        Property::plain("api_key_required", "ApiKeyRequired"),
        Property::plain("operation_name", "OperationName").has_no_default(),
        Property::plain("request_models", "RequestModels"),
        Property::plain("request_parameters", "RequestParameters"),
        Property::plain("request_validator", "RequestValidatorId").has_no_default(),
        Property::list("responses", "MethodResponses", RESPONSE),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[];

    fn placed(inputs: &Method<Resolved>, _identity: &Identity) -> Placed {
        Placed::at(format!("{}|{}|{}", inputs.api, inputs.resource, inputs.http_method), Map::new())
    }
}

const RESPONSE: &[Property] = &[
    Property::plain("status", "StatusCode"),
    Property::plain("models", "ResponseModels"),
    Property::plain("parameters", "ResponseParameters"),
];

#[cfg(test)]
mod tests {
    use super::super::integration::{Connection, IntegrationKind, IntegrationResponse, TransferMode};
    use super::*;
    use crate::resource::Scope;

    fn url() -> Integration {
        Integration::http_proxy("GET", "https://example.com")
    }

    fn to(integration: Integration) -> Method {
        Method::new("api", "root", "GET", integration)
    }

    #[test]
    fn invalid_methods_are_refused() {
        let mocked = || to(Integration::mock(200)).responding("200");
        let scope =
            Scope { environment: "e".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        for good in [mocked(), to(url()), to(Integration::lambda(&scope, &Input::<String>::from("arn")))] {
            let mut problems = Problems::new();
            good.validate(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
        let bad_header = MethodResponse {
            status: "200".into(),
            parameters: BTreeMap::from([("X-Id".into(), true)]),
            ..MethodResponse::default()
        };
        let two = vec![IntegrationResponse::new("200"), IntegrationResponse::new("200")];
        let cases = [
            ("http_method", Method { http_method: "get".into(), ..to(url()) }),
            ("integration", to(Integration { uri: None, ..url() })),
            ("integration", to(Integration { http_method: None, ..url() })),
            ("integration", to(Integration { http_method: Some("FETCH".into()), ..url() })),
            ("integration", to(Integration { connection: Connection::VpcLink, ..url() })),
            ("integration", to(Integration { vpc_link: Some("link".into()), ..url() })),
            ("integration", to(Integration { timeout_ms: Some(49), ..url() })),
            ("integration", to(Integration { cache_keys: vec!["a".into(), "a".into()], ..url() })),
            (
                "integration",
                to(Integration { kind: IntegrationKind::Http, transfer: Some(TransferMode::Stream), ..url() }),
            ),
            ("integration", to(Integration { responses: two, ..url() }).responding("200")),
            (
                "integration",
                Method {
                    integration: Integration { uri: Some("https://a".into()), ..Integration::mock(200) },
                    ..mocked()
                },
            ),
            ("authorizer", Method { authorization: Authorization::Custom, ..to(url()) }),
            ("authorizer", Method { authorizer: Some("id".into()), ..to(url()) }),
            ("scopes", Method { scopes: vec!["read".into()], ..to(url()) }),
            ("request_parameters", Method { request_parameters: BTreeMap::from([("a".into(), true)]), ..to(url()) }),
            ("responses", to(Integration::mock(200))),
            ("responses", mocked().responding("200")),
            ("responses", Method { responses: vec![bad_header], ..mocked() }),
        ];
        for (field, method) in cases {
            let mut problems = Problems::new();
            method.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_path_has_a_method_once() {
        let conflicts = Method::conflicts(&[to(url()), to(url()), Method::new("api", "other", "GET", url())]);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [1]);
    }
}
