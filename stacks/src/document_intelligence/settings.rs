//! What differs between environments: `[stacks.document_intelligence]` in environments/*.toml.

use std::collections::BTreeSet;

use ebbtide::aws::budgets::BudgetFilter;
use ebbtide::components::Costs;
use ebbtide::resource::Tags;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the stack document_intelligence. The region is that of the environment.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The classifier of documents: the old side.
    pub classifier: Classifier,
    /// The language model that takes over: the new side.
    pub language: Language,
    /// The vectors of documents.
    pub vectors: Vectors,
    /// The REST API.
    pub api: Api,
    /// Who is told about alarms and costs: e-mail addresses. Each must confirm once.
    #[schemars(inner(email))]
    pub emails: Vec<String>,
    /// The budget of a month, in US dollars as decimal text: that of both sides together.
    pub monthly_budget: String,
    /// How much more it may be before it is too much, in percent.
    pub budget_buffer_percent: u32,
    /// How long logs are kept, in days.
    pub log_retention_days: u32,
    /// How long documents stay, in days; for ever unless given.
    pub document_days: Option<u32>,
    /// How long the files of the audit trail stay, in days.
    pub audit_days: u32,
}

/// The classifier of documents, a model behind an endpoint.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Classifier {
    /// The image that serves the model, with its registry.
    pub image: String,
    /// The model, `s3://BUCKET/KEY.tar.gz`.
    pub model: String,
    /// The type of its instances.
    #[schemars(extend("format" = "sagemaker-instance-type"))]
    pub instance_type: String,
    /// The number of its instances.
    pub instances: u32,
    /// The share of calls that is kept for the monitor, in percent.
    pub captured_percent: u32,
    /// The image of AWS's model monitor in the region, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/sagemaker-model-monitor-analyzer`. Without it nothing looks
    /// for drift.
    pub monitor_image: Option<String>,
    /// What the monitor compares the data with. Without it, the monitor writes statistics and finds no drift.
    pub baseline: Option<Baseline>,
    /// When the monitor looks, as `cron(…)` of whole hours.
    pub monitor_schedule: String,
}

/// The result of a baselining job of SageMaker: objects in S3.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The constraints, `s3://BUCKET/…/constraints.json`. What breaks one is a violation.
    pub constraints: String,
    /// The statistics, `s3://BUCKET/…/statistics.json`, with which the distribution of the data is compared.
    pub statistics: Option<String>,
}

/// The language model and its guardrail.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Language {
    /// The id of the foundation model of Bedrock, or the ARN of an inference profile or of the deployment of a custom model. Models end: there is
    /// no default that would last.
    pub model: Option<String>,
    /// The key of the prompt in the bucket of prompts.
    pub prompt: String,
    /// The most tokens of a response.
    pub max_tokens: u32,
    /// A function that looks up similar documents before the model is asked: its code. Without it, a document is read on its own.
    pub retriever: Option<Retriever>,
}

/// The code of the function that looks up similar documents.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retriever {
    /// The bucket of the code.
    pub bucket: String,
    /// The key of the code, a ZIP file. Another version has another key.
    pub key: String,
    /// The function that is called, `FILE.FUNCTION`.
    pub handler: String,
    /// The runtime, such as `python3.13`.
    pub runtime: String,
}

/// The vectors of documents.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Vectors {
    /// The numbers in a vector: those of the embedding model.
    pub dimension: u32,
    /// The most capacity each for indexing and for searches, in OCU.
    pub max_ocu: f64,
    /// The role, by its ARN, that runs `ebb apply`, so that the index is made by it. Without it the retriever makes the index.
    pub deployer: Option<String>,
    /// A domain of OpenSearch in place of the collection. It bills around the clock, and a pause keeps it.
    pub domain: Option<Cluster>,
}

/// A domain of OpenSearch.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    /// The type of its nodes.
    pub instance_type: String,
    /// The number of its nodes. More than one are in two zones.
    pub instances: u32,
    /// The volume of each node, in GB.
    pub volume_gb: u32,
}

/// The REST API.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Requests a second, on average.
    pub rate: f64,
    /// Requests at once.
    pub burst: u32,
    /// Documents a day of one key; without a limit unless given.
    pub daily_quota: Option<u32>,
    /// The sides that answer.
    pub side: Side,
}

/// The sides that answer requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The classifier, and the language model by the share that a roll-out gives it.
    #[default]
    Both,
    /// The language model alone: the end of a roll-out that is done.
    Language,
}

impl Baseline {
    /// Returns its objects, each as `BUCKET/KEY`.
    pub(super) fn objects(&self) -> impl Iterator<Item = &str> {
        let uris = std::iter::once(&self.constraints).chain(&self.statistics);
        uris.filter_map(|uri| uri.strip_prefix("s3://"))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            classifier: Classifier::default(),
            language: Language::default(),
            vectors: Vectors::default(),
            api: Api::default(),
            emails: Vec::new(),
            // The goals of both sides: 4,200 and 12,500.
            monthly_budget: "16700".into(),
            budget_buffer_percent: 20,
            log_retention_days: 30,
            document_days: None,
            audit_days: 365,
        }
    }
}

impl Default for Classifier {
    fn default() -> Self {
        Self {
            image: String::new(),
            model: String::new(),
            instance_type: "ml.m5.large".into(),
            instances: 1,
            captured_percent: 20,
            monitor_image: None,
            baseline: None,
            monitor_schedule: "cron(0 * ? * * *)".into(),
        }
    }
}

impl Default for Language {
    fn default() -> Self {
        Self { model: None, prompt: "extract/current.txt".into(), max_tokens: 1500, retriever: None }
    }
}

impl Default for Vectors {
    fn default() -> Self {
        Self { dimension: 1024, max_ocu: 2.0, deployer: None, domain: None }
    }
}

impl Default for Cluster {
    fn default() -> Self {
        Self { instance_type: "r6g.large.search".into(), instances: 2, volume_gb: 100 }
    }
}

impl Default for Api {
    fn default() -> Self {
        Self { rate: 20.0, burst: 40, daily_quota: None, side: Side::Both }
    }
}

impl From<&Settings> for Costs {
    fn from(settings: &Settings) -> Self {
        Self {
            monthly_dollars: settings.monthly_budget.clone(),
            buffer_percent: settings.budget_buffer_percent,
            daily_dollars: None,
            filter: BudgetFilter::default(),
            emails: BTreeSet::new(),
            tags: Tags::new(),
        }
    }
}
