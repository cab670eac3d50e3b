//! The back end of a method.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::verbs::verb_problem;
use crate::aws::RoleArn;
use crate::aws::lists::{has_repeats, repeats};
use crate::resource::cloud_control::Property;
use crate::resource::{Declared, Field, Input, Phase, Problems, Scope};

/// The shortest wait for a back end, in milliseconds. The longest is a quota of the account: 29 seconds unless raised.
const MIN_TIMEOUT_MS: u32 = 50;

/// The back end of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Integration<P: Phase = Declared> {
    /// The kind of the back end.
    pub kind: IntegrationKind,
    /// The address: a URL, or for AWS `arn:aws:apigateway:REGION:SERVICE:path/…`, as
    /// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION_ARN/invocations`. It may have variables of the stage,
    /// `https://${stageVariables.backend}/documents`.
    #[serde(default)]
    pub uri: Option<P::Of<String>>,
    /// The method of HTTP that the back end is called with; `POST` for Lambda functions.
    #[serde(default)]
    pub http_method: Option<String>,
    /// The role that a service of AWS is called with.
    #[serde(default)]
    pub role: Option<P::Of<RoleArn>>,
    /// The way to the back end.
    #[serde(default)]
    pub connection: Connection,
    /// The id of the VPC link, for [`Connection::VpcLink`]; it may be a variable of the stage.
    #[serde(default)]
    pub vpc_link: Option<P::Of<String>>,
    /// The conversion of request bodies; none unless given.
    #[serde(default)]
    pub content_handling: Option<ContentHandling>,
    /// The treatment of requests of a type of media without a template.
    #[serde(default)]
    pub passthrough: Option<Passthrough>,
    /// The parameters of the back end, `integration.request.header.X-Id`, each with its source, `method.request.path.id`.
    #[serde(default)]
    pub request_parameters: BTreeMap<String, String>,
    /// The templates of requests, by type of media.
    #[serde(default)]
    pub request_templates: BTreeMap<String, String>,
    /// The wait for the back end, 50 milliseconds or more; 29 seconds unless given.
    #[serde(default)]
    pub timeout_ms: Option<u32>,
    /// The parameters by which responses are cached.
    #[serde(default)]
    pub cache_keys: Vec<String>,
    /// The name of the cached responses that methods share; the method's own unless given.
    #[serde(default)]
    pub cache_namespace: Option<String>,
    /// The transfer of responses; at once unless given.
    #[serde(default)]
    pub transfer: Option<TransferMode>,
    /// The responses of the back end, each translated to one of the method. A proxy needs none.
    #[serde(default)]
    pub responses: Vec<IntegrationResponse>,
}

/// The kind of a back end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationKind {
    /// A service of AWS, with templates.
    Aws,
    /// A Lambda function that is given the request as it is.
    AwsProxy,
    /// A URL, with templates.
    Http,
    /// A URL that is given the request as it is.
    HttpProxy,
    /// None: API Gateway makes the response.
    Mock,
}

/// The way to a back end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    /// The internet.
    #[default]
    Internet,
    /// A VPC link.
    VpcLink,
}

/// The conversion of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentHandling {
    /// From base64 to bytes.
    ToBinary,
    /// From bytes to base64.
    ToText,
}

/// The treatment of requests of a type of media without a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passthrough {
    /// They go to the back end as they are.
    WhenNoMatch,
    /// They do so if there is no template at all.
    WhenNoTemplates,
    /// They are refused.
    Never,
}

/// The transfer of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferMode {
    /// Once they are complete.
    Buffered,
    /// As they come.
    Stream,
}

/// A response of the back end, translated to one of the method.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IntegrationResponse {
    /// The status of the method's response, such as `200`.
    pub status: String,
    /// The expression that fits the back end's status or error; the response for all others unless given.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The conversion of the body; none unless given.
    #[serde(default)]
    pub content_handling: Option<ContentHandling>,
    /// The parameters of the method's response, each with its source.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// The templates of bodies, by type of media.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
}

impl IntegrationResponse {
    /// Creates a response of this status, for all responses of the back end.
    pub fn new(status: impl Into<String>) -> Self {
        Self { status: status.into(), ..Self::default() }
    }
}

impl Integration {
    fn to(kind: IntegrationKind, http_method: Option<&str>, uri: Option<Input<String>>) -> Self {
        Self {
            kind,
            uri,
            http_method: http_method.map(str::to_owned),
            role: None,
            connection: Connection::Internet,
            vpc_link: None,
            content_handling: None,
            passthrough: None,
            request_parameters: BTreeMap::new(),
            request_templates: BTreeMap::new(),
            timeout_ms: None,
            cache_keys: Vec::new(),
            cache_namespace: None,
            transfer: None,
            responses: Vec::new(),
        }
    }

    /// Creates the back end at a URL, which is given requests as they are.
    pub fn http_proxy(http_method: &str, url: impl Into<Input<String>>) -> Self {
        Self::to(IntegrationKind::HttpProxy, Some(http_method), Some(url.into()))
    }

    /// Creates the back end at a URL, with templates.
    pub fn http(http_method: &str, url: impl Into<Input<String>>) -> Self {
        Self::to(IntegrationKind::Http, Some(http_method), Some(url.into()))
    }

    /// Creates the back end of a Lambda function, given its ARN, or that of an alias or a version.
    pub fn lambda<T: Field>(scope: &Scope, function: &Input<T>) -> Self {
        let (partition, region) = (scope.partition(), &scope.region);
        let before = format!("arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/");
        let uri = function.text().after(before).then("/invocations");
        Self::to(IntegrationKind::AwsProxy, Some("POST"), Some(uri))
    }

    /// Creates the back end of an action of a service of AWS, called with a role.
    pub fn aws(http_method: &str, uri: impl Into<Input<String>>, role: impl Into<Input<RoleArn>>) -> Self {
        let role = Some(role.into());
        Self { role, ..Self::to(IntegrationKind::Aws, Some(http_method), Some(uri.into())) }
    }

    /// Creates a response without a back end, of this status.
    pub fn mock(status: u16) -> Self {
        let request = format!("{{\"statusCode\": {status}}}");
        Self {
            request_templates: BTreeMap::from([("application/json".to_owned(), request)]),
            responses: vec![IntegrationResponse::new(status.to_string())],
            ..Self::to(IntegrationKind::Mock, None, None)
        }
    }

    /// Reports what AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        let mut refuse = |message: String| problems.refuse("integration", message);
        let is_mock = self.kind == IntegrationKind::Mock;
        if self.uri.is_some() == is_mock {
            refuse(if is_mock { "without a back end has a uri" } else { "needs a uri" }.to_owned());
        }
        match &self.http_method {
            None if !is_mock => refuse("needs the http_method that the back end is called with".to_owned()),
            Some(verb) => verb_problem(verb).into_iter().for_each(&mut refuse),
            None => {}
        }
        let is_linked = self.connection == Connection::VpcLink;
        if is_linked != self.vpc_link.is_some() {
            refuse("needs a vpc_link for the connection of that name, and the other way round".to_owned());
        }
        let is_http = matches!(self.kind, IntegrationKind::Http | IntegrationKind::HttpProxy);
        if is_linked && !is_http {
            refuse("by a VPC link leads to a URL: its kind is http or http_proxy".to_owned());
        }
        if self.timeout_ms.is_some_and(|timeout| timeout < MIN_TIMEOUT_MS) {
            refuse(format!("timeout_ms is less than {MIN_TIMEOUT_MS}"));
        }
        if has_repeats(&self.cache_keys) {
            refuse("cache_keys has a parameter twice".to_owned());
        }
        let is_proxy = matches!(self.kind, IntegrationKind::HttpProxy | IntegrationKind::AwsProxy);
        if self.transfer == Some(TransferMode::Stream) && !is_proxy {
            refuse("streams as a proxy alone: its kind is http_proxy or aws_proxy".to_owned());
        }
        for (_, pattern) in repeats(&self.responses, |response| Some(response.pattern.clone())) {
            refuse(format!("has two responses for the pattern {}", pattern.as_deref().unwrap_or("of all others")));
        }
    }
}

/// The members of an integration.
pub(super) const INTEGRATION: &[Property] = &[
    Property::words(
        "kind",
        "Type",
        &[("aws", "AWS"), ("aws_proxy", "AWS_PROXY"), ("http", "HTTP"), ("http_proxy", "HTTP_PROXY"), ("mock", "MOCK")],
    ),
    Property::plain("uri", "Uri"),
    Property::plain("http_method", "IntegrationHttpMethod"),
    Property::plain("role", "Credentials"),
    Property::words("connection", "ConnectionType", &[("internet", "INTERNET"), ("vpc_link", "VPC_LINK")]),
    Property::plain("vpc_link", "ConnectionId"),
    Property::words("content_handling", "ContentHandling", CONTENT),
    Property::words(
        "passthrough",
        "PassthroughBehavior",
        &[("when_no_match", "WHEN_NO_MATCH"), ("when_no_templates", "WHEN_NO_TEMPLATES"), ("never", "NEVER")],
    ),
    Property::plain("request_parameters", "RequestParameters"),
    Property::plain("request_templates", "RequestTemplates"),
    Property::plain("timeout_ms", "TimeoutInMillis"),
    Property::plain("cache_keys", "CacheKeyParameters"),
    Property::plain("cache_namespace", "CacheNamespace"),
    Property::words("transfer", "ResponseTransferMode", &[("buffered", "BUFFERED"), ("stream", "STREAM")]),
    Property::list("responses", "IntegrationResponses", RESPONSE),
];

const RESPONSE: &[Property] = &[
    Property::plain("status", "StatusCode"),
    Property::plain("pattern", "SelectionPattern"),
    Property::words("content_handling", "ContentHandling", CONTENT),
    Property::plain("parameters", "ResponseParameters"),
    Property::plain("templates", "ResponseTemplates"),
];

const CONTENT: &[(&str, &str)] = &[("to_binary", "CONVERT_TO_BINARY"), ("to_text", "CONVERT_TO_TEXT")];
