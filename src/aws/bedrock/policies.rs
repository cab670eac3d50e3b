//! Policies of a guardrail: categories of content, topics, grounding, reasoning.

use serde::{Deserialize, Serialize};

use super::words::{MODALITIES, Modality, TIERS, Tier, VERDICTS, Verdict};
use crate::resource::cloud_control::Property;

/// Filters of harmful content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentPolicy {
    /// The filters, one for each category at most.
    pub filters: Vec<ContentFilter>,
    /// The models that judge.
    #[serde(default)]
    pub tier: Tier,
}

impl ContentPolicy {
    /// Creates a policy of the classic tier.
    pub fn of(filters: impl IntoIterator<Item = ContentFilter>) -> Self {
        Self { filters: filters.into_iter().collect(), tier: Tier::Classic }
    }
}

/// A filter of one category of content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentFilter {
    /// The category.
    pub category: ContentCategory,
    /// How strictly prompts are judged.
    pub input_strength: Strength,
    /// How strictly responses are judged: `none` for attacks, which prompts alone can have.
    pub output_strength: Strength,
    /// The verdict on prompts; they are blocked unless given.
    #[serde(default)]
    pub input: Option<Verdict>,
    /// The verdict on responses; they are blocked unless given.
    #[serde(default)]
    pub output: Option<Verdict>,
    /// Whether prompts are checked; they are unless given.
    #[serde(default)]
    pub input_enabled: Option<bool>,
    /// Whether responses are checked; they are unless given.
    #[serde(default)]
    pub output_enabled: Option<bool>,
    /// The forms of prompts that are checked; text unless given.
    #[serde(default)]
    pub input_modalities: Option<Vec<Modality>>,
    /// The forms of responses that are checked; text unless given.
    #[serde(default)]
    pub output_modalities: Option<Vec<Modality>>,
}

impl ContentFilter {
    /// Creates a filter that judges prompts and responses so strictly.
    pub fn new(category: ContentCategory, input_strength: Strength, output_strength: Strength) -> Self {
        Self {
            category,
            input_strength,
            output_strength,
            input: None,
            output: None,
            input_enabled: None,
            output_enabled: None,
            input_modalities: None,
            output_modalities: None,
        }
    }

    /// Creates the filter of prompts that try to get around the instructions of a model.
    pub fn prompt_attacks(strength: Strength) -> Self {
        Self::new(ContentCategory::PromptAttack, strength, Strength::None)
    }
}

/// A category of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentCategory {
    /// Sexual content.
    Sexual,
    /// Violence.
    Violence,
    /// Hate.
    Hate,
    /// Insults.
    Insults,
    /// Crimes.
    Misconduct,
    /// Prompts that try to get around the instructions of a model, such as injections.
    PromptAttack,
}

/// The strictness of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Nothing is filtered.
    None,
    /// Content that is harmful with high confidence is filtered.
    Low,
    /// Content that is harmful with medium or high confidence is filtered.
    Medium,
    /// Content that is harmful with any confidence is filtered.
    High,
}

/// Topics that are not talked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicPolicy {
    /// The topics, up to 30.
    pub topics: Vec<Topic>,
    /// The models that judge.
    #[serde(default)]
    pub tier: Tier,
}

impl TopicPolicy {
    /// Creates a policy of the classic tier.
    pub fn of(topics: impl IntoIterator<Item = Topic>) -> Self {
        Self { topics: topics.into_iter().collect(), tier: Tier::Classic }
    }
}

/// A topic that is denied. AWS has no other kind of topics: the verdicts say what becomes of a text on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// The name, up to 100 letters, digits, spaces and `-_!?.`.
    pub name: String,
    /// The definition, up to 200 characters in the classic tier and 1,000 in the standard tier.
    pub definition: String,
    /// Up to five examples of prompts, up to 100 characters each.
    #[serde(default)]
    pub examples: Vec<String>,
    /// The kind of topic.
    #[serde(default)]
    pub kind: TopicKind,
    /// The verdict on prompts; they are blocked unless given.
    #[serde(default)]
    pub input: Option<Verdict>,
    /// The verdict on responses; they are blocked unless given.
    #[serde(default)]
    pub output: Option<Verdict>,
    /// Whether prompts are checked; they are unless given.
    #[serde(default)]
    pub input_enabled: Option<bool>,
    /// Whether responses are checked; they are unless given.
    #[serde(default)]
    pub output_enabled: Option<bool>,
}

/// The kind of a topic. There is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopicKind {
    /// A topic that is not talked about.
    #[default]
    Deny,
}

impl Topic {
    /// Creates a topic that is blocked in prompts and responses.
    pub fn denied(name: impl Into<String>, definition: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            definition: definition.into(),
            examples: Vec::new(),
            kind: TopicKind::Deny,
            input: None,
            output: None,
            input_enabled: None,
            output_enabled: None,
        }
    }
}

/// A check of responses against the source and the query that the call has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroundingFilter {
    /// The check.
    pub kind: GroundingKind,
    /// The least score that passes, from 0 to 0.99.
    pub threshold: f64,
    /// The verdict on responses below it; they are blocked unless given.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Whether responses are checked; they are unless given.
    #[serde(default)]
    pub enabled: Option<bool>,
}

impl GroundingFilter {
    /// Creates a check that blocks responses whose score is less.
    pub fn new(kind: GroundingKind, threshold: f64) -> Self {
        Self { kind, threshold, verdict: None, enabled: None }
    }
}

/// A check of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroundingKind {
    /// Whether the response follows from the source.
    Grounding,
    /// Whether the response answers the query.
    Relevance,
}

/// Checks of responses by automated reasoning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasoningPolicy {
    /// The ARNs of one or two policies of automated reasoning.
    pub policies: Vec<String>,
    /// The confidence from which a finding counts, from 0 to 1.
    #[serde(default)]
    pub confidence: Option<f64>,
}

const STRENGTHS: &[(&str, &str)] = &[("none", "NONE"), ("low", "LOW"), ("medium", "MEDIUM"), ("high", "HIGH")];

const CATEGORIES: &[(&str, &str)] = &[
    ("sexual", "SEXUAL"),
    ("violence", "VIOLENCE"),
    ("hate", "HATE"),
    ("insults", "INSULTS"),
    ("misconduct", "MISCONDUCT"),
    ("prompt_attack", "PROMPT_ATTACK"),
];

const FILTER: &[Property] = &[
    Property::words("category", "Type", CATEGORIES),
    Property::words("input_strength", "InputStrength", STRENGTHS),
    Property::words("output_strength", "OutputStrength", STRENGTHS),
    Property::words("input", "InputAction", VERDICTS),
    Property::words("output", "OutputAction", VERDICTS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
    Property::words("input_modalities", "InputModalities", MODALITIES),
    Property::words("output_modalities", "OutputModalities", MODALITIES),
];

/// The properties of the filters of content.
pub(super) const CONTENT: &[Property] = &[
    Property::list("filters", "FiltersConfig", FILTER),
    Property::words("tier", "ContentFiltersTierConfig/TierName", TIERS),
];

const TOPIC: &[Property] = &[
    Property::plain("name", "Name"),
    Property::plain("definition", "Definition"),
    Property::plain("examples", "Examples"),
    Property::words("kind", "Type", &[("deny", "DENY")]),
    Property::words("input", "InputAction", VERDICTS),
    Property::words("output", "OutputAction", VERDICTS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
];

/// The properties of topics.
pub(super) const TOPICS: &[Property] =
    &[Property::list("topics", "TopicsConfig", TOPIC), Property::words("tier", "TopicsTierConfig/TierName", TIERS)];

/// The properties of a check of responses.
pub(super) const GROUNDING: &[Property] = &[
    Property::words("kind", "Type", &[("grounding", "GROUNDING"), ("relevance", "RELEVANCE")]),
    Property::plain("threshold", "Threshold"),
    Property::words("verdict", "Action", VERDICTS),
    Property::plain("enabled", "Enabled"),
];

/// The properties of automated reasoning.
pub(super) const REASONING: &[Property] =
    &[Property::plain("policies", "Policies"), Property::plain("confidence", "ConfidenceThreshold")];
