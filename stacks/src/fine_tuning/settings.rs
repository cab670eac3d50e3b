//! What differs between environments: `[stacks.fine_tuning]` in environments/*.toml.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::budgets::BudgetFilter;
use ebbtide::components::Costs;
use ebbtide::resource::Tags;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The settings of the stack fine_tuning. The region is that of the environment: Bedrock customizes a model in few of them.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The id or the ARN of the base model, such as `amazon.nova-2-lite-v1:0:256k`. Required: models end, so there is no default
    /// that would last.
    pub base_model: Option<String>,
    /// The key of the training data, a JSONL file. Required.
    pub training_data: Option<String>,
    /// The keys of data for validation, at most 10. Required; `[]` for none.
    pub validation_data: Option<Vec<String>>,
    /// The hyperparameters. Required.
    pub hyper_parameters: Option<HyperParameters>,
    /// The place of the data if it is in another bucket of the account, `s3://BUCKET` or `s3://BUCKET/PREFIX`. Keys are in the
    /// stack's own bucket unless given.
    pub data: Option<String>,
    /// The name of the custom model. A run with another name has to be named like any other.
    pub model_name: String,
    /// The tokens of the training data, for the price of a run. Without them the price is unknown.
    pub training_tokens: Option<u64>,
    /// The beginning of the keys of metrics in the bucket of outputs.
    pub output_prefix: String,
    /// The way in which the custom model answers.
    pub serving: Serving,
    /// Alarm when responses take longer than this on average, in milliseconds.
    pub latency_ms: f64,
    /// The name of the role of the job. It contains the environment unless given.
    pub role_name: Option<String>,
    /// The KMS key, by its ARN, of the buckets and of the custom model; AWS's own keys unless given. Its policy has to let the
    /// role of the job use it.
    pub kms_key: Option<String>,
    /// Who is told about the end of jobs, alarms and costs: e-mail addresses. Each must confirm once.
    #[schemars(inner(email))]
    pub emails: Vec<String>,
    /// The budget of a month, in US dollars as decimal text: without runs, which are paid once.
    pub monthly_budget: String,
    /// How much more it may be before it is too much, in percent.
    pub budget_buffer_percent: u32,
    /// Which costs count, by tag: those of resources with one of these values. All of the account unless given.
    pub cost_tags: BTreeMap<String, BTreeSet<String>>,
    /// How long replaced and deleted versions of training data stay, in days.
    pub old_training_data_days: u32,
}

/// The hyperparameters of a run. Base models differ in those that they take and in their bounds.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HyperParameters {
    /// The number of times that the training data is gone through. AWS bills each.
    pub epochs: u32,
    /// The rate at which parameters are updated, as decimal text such as `0.00001`; that of the base model unless given.
    #[serde(default)]
    pub learning_rate: Option<String>,
    /// The number of steps over which the learning rate rises; that of the base model unless given.
    #[serde(default)]
    pub warmup_steps: Option<u32>,
    /// The number of examples between two updates; that of the base model unless given.
    #[serde(default)]
    pub batch_size: Option<u32>,
    /// Others, by AWS's names, such as `earlyStoppingPatience`.
    #[serde(default)]
    pub more: BTreeMap<String, String>,
}

/// The way in which the custom model answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Serving {
    /// On demand: AWS bills tokens, and nothing by the hour. Bedrock offers it for few base models, the Nova models among them.
    #[default]
    OnDemand,
    /// With units of throughput that are bought, by the hour: for other base models, and for steady load.
    Provisioned(Units),
    /// Not at all: the model is made and kept.
    None,
}

/// Units of throughput.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// The number of units.
    pub units: u32,
    /// The term for which they are bought. With one, neither a pause nor a destroy ends them before it is over.
    #[serde(default)]
    pub commitment: Option<Term>,
}

/// The term for which throughput is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// One month.
    OneMonth,
    /// Six months.
    SixMonths,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_model: None,
            training_data: None,
            validation_data: None,
            hyper_parameters: None,
            data: None,
            model_name: "dcisionai-optimization-expert".into(),
            training_tokens: None,
            output_prefix: "custom-models/".into(),
            serving: Serving::OnDemand,
            // The goal: responses in less than two seconds on average.
            latency_ms: 2000.0,
            role_name: None,
            kms_key: None,
            emails: Vec::new(),
            // The plan: 200 to 300 for invocations, and 50 for storage.
            monthly_budget: "350".into(),
            budget_buffer_percent: 20,
            cost_tags: BTreeMap::new(),
            old_training_data_days: 365,
        }
    }
}

impl From<&Settings> for Costs {
    fn from(settings: &Settings) -> Self {
        Self {
            monthly_dollars: settings.monthly_budget.clone(),
            buffer_percent: settings.budget_buffer_percent,
            daily_dollars: None,
            filter: BudgetFilter { tags: settings.cost_tags.clone(), ..BudgetFilter::default() },
            emails: BTreeSet::new(),
            tags: Tags::new(),
        }
    }
}
