//! `apigateway_rest_api`: a REST API.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::has_repeats;
use crate::aws::{ApiResourceId, RestApiId, VpcEndpointId};
use crate::resource::cloud_control::{CloudControl, Placed, Property, revision};
use crate::resource::{
    Billing, Charge, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Scope, Tags,
    validate_plain_tags,
};

/// The length of a derived name, in characters. AWS has no limit of its own that is documented.
const MAX_NAME_LENGTH: usize = 128;

/// The largest response that is not compressed, in bytes.
const MAX_UNCOMPRESSED: u32 = 10_485_760;

/// A REST API. Its paths are [`ApiResource`](super::ApiResource)s, their methods [`Method`](super::Method)s. Callers reach them once a
/// [`Deployment`](super::Deployment) of them is that of a [`Stage`](super::Stage).
///
/// ```
/// # use ebbtide::aws::apigateway::{ApiResource, Deployment, Integration, Method, RestApi, Stage};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let api = stack.add("front", RestApi::new());
/// let documents = stack.add("documents", ApiResource::below_root(&api.id, &api.root, "documents"));
/// let back_end = Integration::http_proxy("POST", "https://example.com/documents");
/// let post = stack.add("post", Method::new(&api.id, &documents.id, "POST", back_end));
/// let deployment = stack.add("deployment", Deployment::of(&api.id).with(&api.revision).with(&post.revision));
/// let stage = stack.add("prod", Stage::new(&api.id, "prod", &deployment.id));
/// stack.output("API_URL", &stage.url);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RestApi<P: Phase = Declared> {
    /// The name, which others may have as well; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// The endpoint.
    #[serde(default)]
    pub endpoint: EndpointType,
    /// The addresses of the endpoint; AWS chooses unless given.
    #[serde(default)]
    pub ip_addresses: Option<IpAddresses>,
    /// The VPC endpoints through which a private API is called.
    #[serde(default)]
    pub vpc_endpoints: Vec<P::Of<VpcEndpointId>>,
    /// The source of the API keys of calls.
    #[serde(default)]
    pub api_key_source: ApiKeySource,
    /// The types of media that are binary, such as `application/pdf`.
    #[serde(default)]
    pub binary_media_types: Vec<String>,
    /// The size from which on bodies are compressed, 0 to 10,485,760 bytes; none are unless given.
    #[serde(default)]
    pub minimum_compression_bytes: Option<u32>,
    /// Whether the API has no host name of AWS's, so that it is called by domain names of one's own alone.
    #[serde(default)]
    pub without_default_host: bool,
    /// The resource policy, which a private API needs. `execute-api:/*` stands for all methods of this API. AWS shows it in
    /// another form, so that a change of it by somebody else is not seen.
    #[serde(default)]
    pub policy: Option<Value>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The endpoint of an API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointType {
    /// In the region.
    #[default]
    Regional,
    /// At the edge locations of CloudFront.
    Edge,
    /// Inside of VPCs.
    Private,
}

/// The addresses of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpAddresses {
    /// IPv4.
    Ipv4,
    /// IPv4 and IPv6.
    Dualstack,
}

/// The source of the API keys of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeySource {
    /// The header `X-API-Key`.
    #[default]
    Header,
    /// The authorizer.
    Authorizer,
}

impl RestApi {
    /// Creates an API with an endpoint in the region.
    pub fn new() -> Self {
        Self {
            name: None,
            description: None,
            endpoint: EndpointType::Regional,
            ip_addresses: None,
            vpc_endpoints: Vec::new(),
            api_key_source: ApiKeySource::Header,
            binary_media_types: Vec::new(),
            minimum_compression_bytes: None,
            without_default_host: false,
            policy: None,
            tags: Tags::new(),
        }
    }

    /// Returns the ARN of methods of an API, for policies and permissions: `path` is `STAGE/METHOD/PATH`, each of which may be `*`.
    pub fn execution_arn(scope: &Scope, id: &Input<RestApiId>, path: &str) -> Input<String> {
        id.text().after(scope.arn("execute-api", "")).then(format!("/{path}"))
    }
}

impl Default for RestApi {
    fn default() -> Self {
        Self::new()
    }
}

/// The outputs of a REST API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RestApiOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<RestApiId>,
    /// The id of the resource `/`.
    pub root: P::Of<ApiResourceId>,
    /// A digest of the settings, by which a deployment tells that they have changed.
    pub revision: P::Of<String>,
}

impl Resource for RestApi {
    const KIND: &'static str = "apigateway_rest_api";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = &[];
    const DERIVED_OUTPUTS: &'static [&'static str] = &["revision"];
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = RestApi<Resolved>;
    type Outputs<P: Phase> = RestApiOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::by_use("apigateway.rest.request", "requests")])
    }

    fn validate(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| name.is_empty()) {
            problems.refuse("name", "is empty; leave it out for a derived one");
        }
        if has_repeats(&self.binary_media_types) || self.binary_media_types.iter().any(|one| !one.contains('/')) {
            problems
                .refuse("binary_media_types", "has a type twice, or one that is no type of media such as `image/png`");
        }
        if self.minimum_compression_bytes.is_some_and(|bytes| bytes > MAX_UNCOMPRESSED) {
            problems.refuse("minimum_compression_bytes", format!("is more than {MAX_UNCOMPRESSED}"));
        }
        let is_private = self.endpoint == EndpointType::Private;
        if !is_private && !self.vpc_endpoints.is_empty() {
            problems.refuse("vpc_endpoints", "are those of a private API; its endpoint is another one");
        } else if has_repeats(&self.vpc_endpoints) {
            problems.refuse("vpc_endpoints", "has an endpoint twice");
        }
        // AWS: "Private APIs can only have a dualstack IP address type".
        if is_private && self.ip_addresses == Some(IpAddresses::Ipv4) {
            problems.refuse("ip_addresses", "of a private API are IPv4 and IPv6: `dualstack`");
        }
        if is_private && self.policy.is_none() {
            problems.refuse("policy", "is needed by a private API, or AWS deploys none of its methods");
        }
        if self.policy.as_ref().is_some_and(|policy| !policy["Statement"].is_array()) {
            problems.refuse("policy", "has no list `Statement`");
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn known_outputs(&self, _identity: &Identity) -> Map<String, Value> {
        // The name and the tags are no part of what is deployed.
        let revision = revision(Self::PROPERTIES, self, &["name", "description", "tags"]);
        revision.map(|revision| ("revision".to_owned(), json!(revision))).into_iter().collect()
    }
}

impl CloudControl for RestApi {
    const TYPE: &'static str = "AWS::ApiGateway::RestApi";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::only_word("endpoint", "EndpointConfiguration/Types", ENDPOINTS),
        Property::words("ip_addresses", "EndpointConfiguration/IpAddressType", ADDRESSES),
        Property::plain("vpc_endpoints", "EndpointConfiguration/VpcEndpointIds"),
        Property::words("api_key_source", "ApiKeySourceType", &[("header", "HEADER"), ("authorizer", "AUTHORIZER")]),
        Property::plain("binary_media_types", "BinaryMediaTypes").has_no_default(),
        Property::plain("minimum_compression_bytes", "MinimumCompressionSize").has_no_default(),
        Property::plain("without_default_host", "DisableExecuteApiEndpoint"),
        Property::json_text("policy", "Policy").has_no_default().rewritten(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "RestApiId"), ("root", "RootResourceId")];

    fn placed(inputs: &RestApi<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH));
        Placed { properties: Map::from_iter([("Name".to_owned(), json!(name))]), ..Placed::default() }
    }
}

const ENDPOINTS: &[(&str, &str)] = &[("regional", "REGIONAL"), ("edge", "EDGE"), ("private", "PRIVATE")];

const ADDRESSES: &[(&str, &str)] = &[("ipv4", "ipv4"), ("dualstack", "dualstack")];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_apis_are_refused() {
        let policy = || Some(json!({ "Statement": [] }));
        let private = || RestApi { endpoint: EndpointType::Private, policy: policy(), ..RestApi::new() };
        let cases = [
            ("name", RestApi { name: Some(String::new()), ..RestApi::new() }),
            ("binary_media_types", RestApi { binary_media_types: vec!["pdf".into()], ..RestApi::new() }),
            ("minimum_compression_bytes", RestApi { minimum_compression_bytes: Some(10_485_761), ..RestApi::new() }),
            ("vpc_endpoints", RestApi { vpc_endpoints: vec!["vpce-1".into()], ..RestApi::new() }),
            ("vpc_endpoints", RestApi { vpc_endpoints: vec!["vpce-1".into(), "vpce-1".into()], ..private() }),
            ("ip_addresses", RestApi { ip_addresses: Some(IpAddresses::Ipv4), ..private() }),
            ("policy", RestApi { policy: None, ..private() }),
            ("policy", RestApi { policy: Some(json!({})), ..RestApi::new() }),
            ("tags", RestApi { tags: Tags::from([("team".into(), "a,b".into())]), ..RestApi::new() }),
        ];
        for (field, api) in cases {
            let mut problems = Problems::new();
            api.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn the_arn_of_methods_has_the_id_of_their_api() {
        let scope =
            Scope { environment: "e".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        let arn = RestApi::execution_arn(&scope, &"abc".into(), "*/POST/documents");
        assert_eq!(arn.known().unwrap(), "arn:aws:execute-api:eu-west-1:1:abc/*/POST/documents");
    }
}
