//! `apigateway_stage`: a stage of a REST API.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::method_settings::{ExecutionLog, MethodSettings, SETTINGS};
use super::verbs::variable_problem;
use crate::aws::lists::{repeat_conflicts, repeats};
use crate::aws::logs::group_of_arn;
use crate::aws::{DeploymentId, RestApiId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    Share, Tags, dns_suffix, fields, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 128;

/// A stage: the place at which a deployment of a REST API is called. A pause turns its cache off, which is billed by the hour.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use ebbtide::aws::apigateway::{Canary, MethodSettings, Stage};
/// # use ebbtide::aws::{DeploymentId, RestApiId};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, api: &Input<RestApiId>, deployment: &Input<DeploymentId>) {
/// let back_end = |name: &str| BTreeMap::from([("backend".to_owned(), name.into())]);
/// let canary = Canary { variables: back_end("successor.example.com"), ..Canary::of(10.0) };
/// let stage = Stage {
///     settings: vec![MethodSettings::of_all().throttled(50.0, 100)],
///     variables: back_end("endpoint.example.com"),
///     canary: Some(canary),
///     ..Stage::new(api, "prod", deployment)
/// };
/// stack.add("prod", stage);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Stage<P: Phase = Declared> {
    /// The API.
    pub api: P::Of<RestApiId>,
    /// The name, which is a part of the URL: up to 128 letters, digits, hyphens and underscores.
    pub name: String,
    /// The deployment that the stage serves.
    pub deployment: P::Of<DeploymentId>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// The variables of the stage, by which integrations choose a back end.
    #[serde(default)]
    pub variables: BTreeMap<String, P::Of<String>>,
    /// The settings of methods: throttling, logs, metrics, cache.
    #[serde(default)]
    pub settings: Vec<MethodSettings>,
    /// The other side of the stage, to which a part of the requests goes.
    #[serde(default)]
    pub canary: Option<Canary<P>>,
    /// The log of requests. The account needs a role for it, a setting of API Gateway in each region.
    #[serde(default)]
    pub access_log: Option<AccessLog<P>>,
    /// Whether X-Ray traces requests.
    #[serde(default)]
    pub tracing: bool,
    /// Whether the stage has a cache, which is billed by the hour.
    #[serde(default)]
    pub cache_enabled: bool,
    /// The size of the cache, which one needs.
    #[serde(default)]
    pub cache_size: Option<CacheSize>,
    /// The id of the certificate that back ends recognize the stage by.
    #[serde(default)]
    pub client_certificate: Option<P::Of<String>>,
    /// The version of the documentation.
    #[serde(default)]
    pub documentation_version: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The other side of a stage. Each request goes there at random.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Canary<P: Phase = Declared> {
    /// The part of the requests, 0 to 100 percent.
    pub percent: f64,
    /// The deployment of this side; that of the stage unless given.
    #[serde(default)]
    pub deployment: Option<P::Of<DeploymentId>>,
    /// The variables that have other values, or are there on this side alone.
    #[serde(default)]
    pub variables: BTreeMap<String, P::Of<String>>,
    /// Whether this side uses the cache of the stage.
    #[serde(default)]
    pub use_cache: bool,
}

impl Canary {
    /// Creates a side with the deployment and the variables of its stage.
    pub fn of(percent: f64) -> Self {
        Self { percent, deployment: None, variables: BTreeMap::new(), use_cache: false }
    }
}

/// The log of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AccessLog<P: Phase = Declared> {
    /// The ARN of a log group without `:*`, or of a delivery stream whose name begins with `amazon-apigateway-`.
    pub destination: P::Of<String>,
    /// The form of a line, with `$context.requestId` or `$context.extendedRequestId` in it.
    pub format: String,
}

/// The size of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheSize {
    /// 0.5 GB.
    #[serde(rename = "0.5")]
    Gb0_5,
    /// 1.6 GB.
    #[serde(rename = "1.6")]
    Gb1_6,
    /// 6.1 GB.
    #[serde(rename = "6.1")]
    Gb6_1,
    /// 13.5 GB.
    #[serde(rename = "13.5")]
    Gb13_5,
    /// 28.4 GB.
    #[serde(rename = "28.4")]
    Gb28_4,
    /// 58.2 GB.
    #[serde(rename = "58.2")]
    Gb58_2,
    /// 118 GB.
    #[serde(rename = "118")]
    Gb118,
    /// 237 GB.
    #[serde(rename = "237")]
    Gb237,
}

impl CacheSize {
    fn gb(self) -> &'static str {
        match self {
            Self::Gb0_5 => "0.5",
            Self::Gb1_6 => "1.6",
            Self::Gb6_1 => "6.1",
            Self::Gb13_5 => "13.5",
            Self::Gb28_4 => "28.4",
            Self::Gb58_2 => "58.2",
            Self::Gb118 => "118",
            Self::Gb237 => "237",
        }
    }
}

impl Stage {
    /// Creates a stage of a deployment, without limits of its own.
    pub fn new(
        api: impl Into<Input<RestApiId>>,
        name: impl Into<String>,
        deployment: impl Into<Input<DeploymentId>>,
    ) -> Self {
        Self {
            api: api.into(),
            name: name.into(),
            deployment: deployment.into(),
            description: None,
            variables: BTreeMap::new(),
            settings: Vec::new(),
            canary: None,
            access_log: None,
            tracing: false,
            cache_enabled: false,
            cache_size: None,
            client_certificate: None,
            documentation_version: None,
            tags: Tags::new(),
        }
    }
}

/// The outputs of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StageOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<String>,
    /// The URL that paths follow.
    pub url: P::Of<String>,
}

impl Resource for Stage {
    const KIND: &'static str = "apigateway_stage";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Stage: api, name);
    const DELETED_WITH: &'static [&'static str] = fields!(Stage: api);
    const DERIVED_OUTPUTS: &'static [&'static str] = &["url"];
    const SHARE: Option<Share> = Some(Share::Field(Cow::Borrowed("canary/percent")));
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Stage<Resolved>;
    type Outputs<P: Phase> = StageOutputs<P>;

    fn paused(&self) -> OnPause<Self> {
        match self.cache_enabled {
            true => OnPause::Reduce(Self { cache_enabled: false, ..self.clone() }),
            false => OnPause::Keep,
        }
    }

    fn billing(&self) -> Billing {
        match self.cache_size.filter(|_| self.cache_enabled) {
            Some(size) => Billing::Charges(vec![Charge::hourly(format!("apigateway.cache.{}", size.gb()), 1.0)]),
            None => Billing::free("AWS bills the requests of an API, and a stage only for its cache"),
        }
    }

    fn validate(&self, problems: &mut Problems) {
        let is_name = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if !is_name(&self.name) {
            let advice = format!("use 1 to {MAX_NAME_LENGTH} letters, digits, `-` and `_`");
            problems.refuse("name", format!("`{}` is not the name of a stage: {advice}", self.name));
        }
        let variables = |variables: &BTreeMap<String, Input<String>>| {
            variables.iter().find_map(|(name, value)| variable_problem(name, value.known().map(String::as_str)))
        };
        variables(&self.variables).into_iter().for_each(|problem| problems.refuse("variables", problem));
        self.settings
            .iter()
            .filter_map(MethodSettings::problem)
            .for_each(|problem| problems.refuse("settings", problem));
        for (_, (verb, path)) in repeats(&self.settings, |of| Some((of.http_method.clone(), of.path.clone()))) {
            problems.refuse("settings", format!("has settings of {verb} {path} twice"));
        }
        if let Some(canary) = &self.canary {
            if !(0.0..=100.0).contains(&canary.percent) {
                problems.refuse("canary", format!("percent is {}; AWS takes 0 to 100", canary.percent));
            }
            variables(&canary.variables).into_iter().for_each(|problem| problems.refuse("canary", problem));
        }
        if let Some(log) = &self.access_log {
            // AWS requires one of them (aws-cdk#22591).
            if !["$context.requestId", "$context.extendedRequestId"].iter().any(|id| log.format.contains(id)) {
                problems.refuse("access_log", "format has neither $context.requestId nor $context.extendedRequestId");
            }
            if log.destination.known().is_some_and(|arn| arn.ends_with(":*")) {
                problems
                    .refuse("access_log", "destination ends in `:*`, which API Gateway does not keep: leave that out");
            }
        }
        if self.cache_enabled && self.cache_size.is_none() {
            problems.refuse("cache_size", "is needed by a cache");
        }
        if !self.cache_enabled && self.settings.iter().any(|settings| settings.cached) {
            problems.refuse("cache_enabled", "is false, and settings of methods have `cached`");
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let place = |stage: &Self| Some((format!("{:?}", stage.api), stage.name.clone()));
        repeat_conflicts(all, place, |(_, name)| format!("another stage of the same API is named {name}"))
    }

    /// Returns the group of the log of requests, and that of the log of executions (developer guide, "Set up CloudWatch logging for REST
    /// APIs in API Gateway").
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        let of_requests = self.access_log.as_ref().and_then(|log| log.destination.known());
        let is_logged = |one: &MethodSettings| one.log.is_some_and(|log| log != ExecutionLog::Off);
        let api = self.api.known().filter(|_| self.settings.iter().any(is_logged));
        let of_executions = api.map(|api| format!("API-Gateway-Execution-Logs_{api}/{}", self.name));
        of_requests.and_then(|arn| group_of_arn(arn)).into_iter().chain(of_executions).collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let (region, name) = (&identity.scope.region, &self.name);
        let of_api = self.api.known().map(|api| {
            let url = format!("https://{api}.execute-api.{region}.{}/{name}", dns_suffix(region));
            [("id", json!(format!("{api}|{name}"))), ("url", json!(url))]
        });
        let known = of_api.into_iter().flatten().chain([("name", json!(name))]);
        known.map(|(output, value)| (output.to_owned(), value)).collect()
    }
}

impl CloudControl for Stage {
    const TYPE: &'static str = "AWS::ApiGateway::Stage";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("api", "RestApiId"),
        Property::plain("name", "StageName"),
        Property::plain("deployment", "DeploymentId"),
        Property::plain("description", "Description").has_no_default(),
        Property::plain("variables", "Variables"),
        Property::list("settings", "MethodSettings", SETTINGS),
        Property::object("canary", "CanarySetting", CANARY).has_no_default(),
        Property::object("access_log", "AccessLogSetting", ACCESS_LOG).has_no_default(),
        Property::plain("tracing", "TracingEnabled"),
        Property::plain("cache_enabled", "CacheClusterEnabled"),
        Property::plain("cache_size", "CacheClusterSize"),
        Property::plain("client_certificate", "ClientCertificateId").has_no_default(),
        Property::plain("documentation_version", "DocumentationVersion").has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("name", "StageName")];

    fn placed(inputs: &Stage<Resolved>, _identity: &Identity) -> Placed {
        Placed::at(format!("{}|{}", inputs.api, inputs.name), Map::new())
    }
}

const CANARY: &[Property] = &[
    Property::plain("percent", "PercentTraffic"),
    Property::plain("deployment", "DeploymentId"),
    Property::plain("variables", "StageVariableOverrides"),
    Property::flag("use_cache", "UseStageCache"),
];

const ACCESS_LOG: &[Property] =
    &[Property::plain("destination", "DestinationArn"), Property::plain("format", "Format")];

#[cfg(test)]
mod tests {
    use super::*;

    fn stage() -> Stage {
        Stage::new("api", "prod", "deployment")
    }

    #[test]
    fn invalid_stages_are_refused() {
        let log = |destination: &str, format: &str| {
            Some(AccessLog { destination: destination.into(), format: format.into() })
        };
        let set = |settings: MethodSettings| Stage { settings: vec![settings], ..stage() };
        let all = MethodSettings::of_all;
        let bad_variable = || BTreeMap::from([("a-b".to_owned(), "c".into())]);
        let cases = [
            ("name", Stage { name: "prod 1".into(), ..stage() }),
            ("variables", Stage { variables: bad_variable(), ..stage() }),
            ("settings", set(MethodSettings { http_method: "get".into(), ..all() })),
            ("settings", set(MethodSettings { path: "/documents".into(), ..all() })),
            ("settings", set(all().throttled(-1.0, 1))),
            ("settings", set(MethodSettings { cache_seconds: Some(3601), ..all() })),
            ("settings", Stage { settings: vec![all(), all()], ..stage() }),
            ("canary", Stage { canary: Some(Canary::of(101.0)), ..stage() }),
            ("canary", Stage { canary: Some(Canary { variables: bad_variable(), ..Canary::of(1.0) }), ..stage() }),
            ("access_log", Stage { access_log: log("arn", "$context.path"), ..stage() }),
            ("access_log", Stage { access_log: log("arn:*", "$context.requestId"), ..stage() }),
            ("cache_size", Stage { cache_enabled: true, ..stage() }),
            ("cache_enabled", set(MethodSettings { cached: true, ..all() })),
            ("tags", Stage { tags: Tags::from([("team".into(), "a,b".into())]), ..stage() }),
        ];
        for (field, stage) in cases {
            let mut problems = Problems::new();
            stage.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn settings_of_a_path_have_the_form_of_aws() {
        let path = |path: &str| MethodSettings::of("GET", path).path;
        assert_eq!((path("/"), path("/documents/{id}")), ("/".into(), "/~1documents~1{id}".into()));
        let settings =
            vec![MethodSettings::of_all(), MethodSettings::of("GET", "/"), MethodSettings::of("POST", "/a/b")];
        let mut problems = Problems::new();
        Stage { settings, ..stage() }.validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn a_pause_turns_the_cache_off_and_keeps_all_else() {
        let cached = Stage { cache_enabled: true, cache_size: Some(CacheSize::Gb0_5), ..stage() };
        assert_eq!(cached.paused(), OnPause::Reduce(Stage { cache_enabled: false, ..cached.clone() }));
        assert_eq!(stage().paused(), OnPause::Keep);
        assert!(matches!(stage().billing(), Billing::Free { .. }));
    }
}
