//! What differs between environments: `[stacks.adeptai]` in environments/*.toml. All of it may be left out.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::budgets::BudgetFilter;
use ebbtide::aws::ec2::Cidr;
use ebbtide::aws::logs::RETENTIONS;
use ebbtide::components::{Costs, Nat, Zones};
use ebbtide::resource::Tags;
use ebbtide::serving::Weights;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the stack adeptai. The region is that of the environment.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How the names of endpoints begin: PREFIX-ENDPOINT-v1. `adeptai-ENVIRONMENT` unless given, so that environments can
    /// share an account and a region.
    pub name_prefix: Option<String>,
    /// Where the models are, `s3://BUCKET` or `s3://BUCKET/PREFIX`: each under ENDPOINT/CHECKPOINT/. The stack's own bucket
    /// unless given.
    pub models: Option<String>,
    /// The network's range of addresses, /16 to /24.
    pub cidr: Cidr,
    /// The zones: how many, or which by name.
    pub zones: Zones,
    /// How the private subnets reach the internet. The endpoints need none: they reach S3 without.
    pub nat: Nat,
    /// Whether the containers may call the internet over HTTPS, which takes `nat`. Without it their security group lets them
    /// reach S3 and the interface endpoints alone.
    pub internet: bool,
    /// Other buckets that are used from within the network, by name. Its endpoint for S3 lets requests through to the buckets of
    /// the stack, to those with models, and to these.
    pub reachable_buckets: BTreeSet<String>,
    /// Whether the containers can make no calls over the network at all.
    pub isolated: bool,
    /// The endpoints, by name: what should differ from the table in stacks/src/adeptai.rs.
    pub endpoints: Endpoints,
    /// Whether bulk requests for market intelligence have an endpoint of their own that queues calls and scales from
    /// zero.
    pub market_intelligence_bulk: bool,
    /// The image that serves, with its registry; AWS's image for large models from the registry of the region, unless given.
    pub image: Option<String>,
    /// Other bounds of the number of instances at certain times, by a name for each, for every endpoint that scales.
    pub scheduled_capacity: BTreeMap<String, Schedule>,
    /// Who is told about alarms and costs: e-mail addresses. Each must confirm once.
    #[schemars(inner(email))]
    pub emails: Vec<String>,
    /// Alarm when more of an endpoint's calls fail, in percent. The same alarm rolls deployments back.
    #[schemars(range(min = 0, max = 100))]
    pub error_percent: f64,
    /// The budget of a month, in US dollars as decimal text.
    #[schemars(regex(pattern = "^[0-9]+([.][0-9]+)?$"))]
    pub monthly_budget: String,
    /// How much more it may be before it is too much, in percent.
    pub budget_buffer_percent: u32,
    /// Alarm when a day costs more, in US dollars as decimal text.
    #[schemars(regex(pattern = "^[0-9]+([.][0-9]+)?$"))]
    pub daily_cost: String,
    /// Which costs count, by tag: those of resources with one of these values. All of the account unless given.
    pub cost_tags: BTreeMap<String, BTreeSet<String>>,
    /// The KMS key, by its ARN, of the buckets, the logs, the alerts, bulk responses, and the volumes of instance types without
    /// local disks; AWS's own keys unless given. docs/first-steps.md has the policy that the key needs.
    #[schemars(regex(pattern = "^arn:[^:]+:kms:"))]
    pub kms_key: Option<String>,
    /// How long the containers' logs are kept, in days.
    #[schemars(extend("enum" = RETENTIONS))]
    pub log_retention_days: u32,
    /// How long replaced versions of models stay, in days.
    pub old_model_days: u32,
    /// How long training data stays, in days; for ever unless given.
    pub training_data_days: Option<u32>,
    /// How long replaced and deleted versions of training data stay, in days.
    pub old_training_data_days: u32,
    /// The service that the back end runs on: it may assume the role that calls the endpoints.
    pub backend_service: String,
    /// Whether the back end uses the endpoints.
    pub llm_enabled: bool,
    /// Whether the back end falls back to another provider when an endpoint does not answer.
    pub llm_fallback: bool,
}

/// What should differ from the table, for each endpoint.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoints {
    /// Enhances queries.
    pub query_enhancer: Endpoint,
    /// Analyzes behaviour.
    pub behavioral_analyzer: Endpoint,
    /// Answers about the market.
    pub market_intelligence: Endpoint,
    /// Parses job advertisements.
    pub job_parser: Endpoint,
    /// Explains matches.
    pub explanation_generator: Endpoint,
    /// Summarizes résumés; off unless switched on.
    pub resume_summarizer: Endpoint,
    /// Highlights what matters in résumés; off unless switched on.
    pub resume_highlighter: Endpoint,
    /// Proposes questions; off unless switched on.
    pub question_generator: Endpoint,
    /// Matches candidates; off unless switched on.
    pub candidate_matcher: Endpoint,
}

impl Endpoints {
    /// Returns the settings of all endpoints.
    pub(super) fn all(&self) -> [&Endpoint; 9] {
        [
            &self.query_enhancer,
            &self.behavioral_analyzer,
            &self.market_intelligence,
            &self.job_parser,
            &self.explanation_generator,
            &self.resume_summarizer,
            &self.resume_highlighter,
            &self.question_generator,
            &self.candidate_matcher,
        ]
    }

    /// The settings of an endpoint by the name that it has in the table.
    pub(super) fn of(&self, name: &str) -> Endpoint {
        match name {
            "query-enhancer" => &self.query_enhancer,
            "behavioral-analyzer" => &self.behavioral_analyzer,
            "market-intelligence" => &self.market_intelligence,
            "job-parser" => &self.job_parser,
            "explanation-generator" => &self.explanation_generator,
            "resume-summarizer" => &self.resume_summarizer,
            "resume-highlighter" => &self.resume_highlighter,
            "question-generator" => &self.question_generator,
            "candidate-matcher" => &self.candidate_matcher,
            _ => return Endpoint::default(),
        }
        .clone()
    }
}

/// What should differ from the table, for one endpoint.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Endpoint {
    /// Whether it exists.
    pub enabled: Option<bool>,
    /// The instance type, e.g. `ml.g5.12xlarge`. A model that does not fit on it is an error that says what would.
    #[schemars(extend("format" = "sagemaker-instance-type"))]
    pub instance_type: Option<String>,
    /// The known model that the checkpoint is a version of, e.g. `llama-3.1-8b`, from which its memory follows; `other` is
    /// not checked. That of the table unless given.
    pub base_model: Option<String>,
    /// The precision of the weights in the checkpoint; that of the table unless given.
    pub weights: Option<Weights>,
    /// The longest request with its response, in tokens.
    #[schemars(range(min = 1))]
    pub context: Option<u32>,
    /// How many requests an instance works on at once.
    #[schemars(range(min = 1))]
    pub requests_at_once: Option<u32>,
    /// The length of a usual request with its response, in tokens: so many of them have to fit at once.
    #[schemars(range(min = 1))]
    pub usual_tokens: Option<u32>,
    /// How many instances there are at first; 1 unless given.
    pub instances: Option<u32>,
    /// The fewest instances under load; 1 unless given.
    pub min_instances: Option<u32>,
    /// The most instances under load; 10 unless given.
    pub max_instances: Option<u32>,
    /// Calls a minute and instance that scaling aims at; 70 unless given.
    pub calls_per_instance: Option<f64>,
    /// The model artifact: `s3://BUCKET/KEY.tar.gz`, or a prefix that ends in `/`. Unless given, what lies under the
    /// model's name in the stack's own bucket.
    pub model: Option<String>,
    /// The image that serves, with its registry; the stack's unless given.
    pub image: Option<String>,
    /// Environment variables of the container, besides the usual ones. Those that follow from other settings cannot be
    /// given, except with `base_model = "other"`. No secrets here.
    pub environment: BTreeMap<String, String>,
    /// Alarm when one call in twenty takes longer for its whole response, in milliseconds. It rolls nothing back.
    pub p95_latency_ms: Option<f64>,
    /// The model that takes over by a roll-out: a second variant, `new`, which bills beside the first and has no traffic until the
    /// roll-out gives it some. docs/rollouts.md says how it becomes the only one.
    pub successor: Option<Successor>,
}

/// The model that takes over from an endpoint's own. What is left out is as the endpoint has it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Successor {
    /// The instance type.
    #[schemars(extend("format" = "sagemaker-instance-type"))]
    pub instance_type: Option<String>,
    /// How many instances there are at first.
    pub instances: Option<u32>,
    /// The known model that the checkpoint is a version of, from which its memory follows; `other` is not checked.
    pub base_model: Option<String>,
    /// The precision of the weights in the checkpoint.
    pub weights: Option<Weights>,
    /// The longest request with its response, in tokens.
    #[schemars(range(min = 1))]
    pub context: Option<u32>,
    /// How many requests an instance works on at once.
    #[schemars(range(min = 1))]
    pub requests_at_once: Option<u32>,
    /// The length of a usual request with its response, in tokens.
    #[schemars(range(min = 1))]
    pub usual_tokens: Option<u32>,
    /// The model artifact: `s3://BUCKET/KEY.tar.gz`, or a prefix that ends in `/`.
    pub model: Option<String>,
    /// The image that serves, with its registry.
    pub image: Option<String>,
    /// Environment variables of the container, in place of the endpoint's.
    pub environment: Option<BTreeMap<String, String>>,
}

impl Endpoint {
    /// Returns the settings that the endpoint has once a successor is its only model.
    pub(super) fn succeeded_by(&self, successor: &Successor) -> Self {
        let new = successor.clone();
        Self {
            instance_type: new.instance_type.or_else(|| self.instance_type.clone()),
            instances: new.instances.or(self.instances),
            base_model: new.base_model.or_else(|| self.base_model.clone()),
            weights: new.weights.or(self.weights),
            context: new.context.or(self.context),
            requests_at_once: new.requests_at_once.or(self.requests_at_once),
            usual_tokens: new.usual_tokens.or(self.usual_tokens),
            model: new.model.or_else(|| self.model.clone()),
            image: new.image.or_else(|| self.image.clone()),
            environment: new.environment.unwrap_or_else(|| self.environment.clone()),
            successor: None,
            ..self.clone()
        }
    }
}

/// Other bounds from a certain time on.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// When: `cron(minute hour day month weekday year)`, `rate(…)` or `at(…)`.
    pub schedule: String,
    /// The time zone, by its canonical name.
    pub zone: String,
    /// The fewest instances from then on.
    pub min: u32,
    /// The most instances from then on.
    pub max: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name_prefix: None,
            models: None,
            cidr: Cidr::new([10, 20, 0, 0], 16),
            zones: Zones::Count(2),
            nat: Nat::None,
            internet: false,
            reachable_buckets: BTreeSet::new(),
            isolated: false,
            endpoints: Endpoints::default(),
            market_intelligence_bulk: false,
            image: None,
            scheduled_capacity: BTreeMap::new(),
            emails: Vec::new(),
            error_percent: 5.0,
            monthly_budget: "6190".into(),
            budget_buffer_percent: 20,
            daily_cost: "500".into(),
            cost_tags: BTreeMap::new(),
            kms_key: None,
            log_retention_days: 30,
            old_model_days: 90,
            training_data_days: None,
            old_training_data_days: 90,
            backend_service: "ecs-tasks.amazonaws.com".into(),
            llm_enabled: true,
            llm_fallback: true,
        }
    }
}

impl From<&Settings> for Costs {
    fn from(settings: &Settings) -> Self {
        Self {
            monthly_dollars: settings.monthly_budget.clone(),
            buffer_percent: settings.budget_buffer_percent,
            daily_dollars: Some(settings.daily_cost.clone()),
            filter: BudgetFilter { tags: settings.cost_tags.clone(), ..BudgetFilter::default() },
            emails: BTreeSet::new(),
            tags: Tags::new(),
        }
    }
}
