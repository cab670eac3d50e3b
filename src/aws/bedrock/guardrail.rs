//! `bedrock_guardrail`: a guardrail, the filters of prompts and responses.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::checks::{
    check_content, check_data, check_grounding, check_length, check_reasoning, check_topics, check_words,
};
use super::personal_data::{DATA_RULE, PATTERN_RULE, PatternRule, PersonalDataRule};
use super::policies::{
    CONTENT, ContentPolicy, GROUNDING, GroundingFilter, REASONING, ReasoningPolicy, TOPICS, TopicPolicy,
};
use super::words::{WORD, WORD_LIST, Word, WordList};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{GuardrailArn, GuardrailId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, digest,
    validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 50;

/// A guardrail: filters of prompts and responses. A call names it with a [version](super::GuardrailVersion), or with `DRAFT` for what is declared now.
///
/// ```
/// # use ebbtide::aws::bedrock::{
/// #     ContentCategory, ContentFilter, ContentPolicy, DataAction, Guardrail, PersonalData, PersonalDataRule, Strength,
/// #     Topic, TopicPolicy, WordList,
/// # };
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let hate = ContentFilter::new(ContentCategory::Hate, Strength::High, Strength::High);
/// let attacks = ContentFilter::prompt_attacks(Strength::High);
/// let legal = Topic::denied("Legal Advice", "Advice on what somebody should do under the law.");
/// let guardrail = Guardrail {
///     content: Some(ContentPolicy::of([hate, attacks])),
///     topics: Some(TopicPolicy::of([legal])),
///     word_lists: vec![WordList::profanity()],
///     personal_data: vec![
///         PersonalDataRule::new(PersonalData::Email, DataAction::Anonymize),
///         PersonalDataRule::new(PersonalData::UsSocialSecurityNumber, DataAction::Block),
///     ],
///     ..Guardrail::new("I cannot help with that.", "I cannot answer that.")
/// };
/// let guardrail = stack.add("documents", guardrail);
/// stack.output("GUARDRAIL_ID", &guardrail.id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Guardrail<P: Phase = Declared> {
    /// The name, up to 50 letters, digits, hyphens and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description, up to 200 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The message in place of a prompt that is blocked, up to 500 characters.
    pub blocked_input: String,
    /// The message in place of a response that is blocked, up to 500 characters.
    pub blocked_output: String,
    /// Filters of harmful content.
    #[serde(default)]
    pub content: Option<ContentPolicy>,
    /// Topics that are not talked about.
    #[serde(default)]
    pub topics: Option<TopicPolicy>,
    /// Words, up to 10,000.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Lists of words that AWS keeps.
    #[serde(default)]
    pub word_lists: Vec<WordList>,
    /// Types of personal data.
    #[serde(default)]
    pub personal_data: Vec<PersonalDataRule>,
    /// Patterns of other sensitive information, up to 30.
    #[serde(default)]
    pub patterns: Vec<PatternRule>,
    /// Checks of responses against their source and their query.
    #[serde(default)]
    pub grounding: Vec<GroundingFilter>,
    /// Checks of responses by automated reasoning.
    #[serde(default)]
    pub reasoning: Option<ReasoningPolicy>,
    /// The ARN of the guardrail profile whose regions may judge as well.
    #[serde(default)]
    pub cross_region_profile: Option<String>,
    /// The ARN of the KMS key that encrypts the guardrail; a key of AWS unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Guardrail {
    /// Creates a guardrail without filters, with the messages in place of prompts and responses that are blocked.
    pub fn new(blocked_input: impl Into<String>, blocked_output: impl Into<String>) -> Self {
        Self {
            name: None,
            description: None,
            blocked_input: blocked_input.into(),
            blocked_output: blocked_output.into(),
            content: None,
            topics: None,
            words: Vec::new(),
            word_lists: Vec::new(),
            personal_data: Vec::new(),
            patterns: Vec::new(),
            grounding: Vec::new(),
            reasoning: None,
            cross_region_profile: None,
            kms_key: None,
            tags: Tags::new(),
        }
    }

    /// Returns a hash of all that decides on prompts and responses.
    pub(super) fn content_hash(&self) -> String {
        let judges = Self { name: None, description: None, kms_key: None, tags: Tags::new(), ..self.clone() };
        digest(&serde_json::to_string(&judges).unwrap_or_default(), 16)
    }

    fn has_filters(&self) -> bool {
        let lists = [self.words.len(), self.word_lists.len(), self.personal_data.len(), self.patterns.len()];
        self.content.is_some()
            || self.topics.is_some()
            || self.reasoning.is_some()
            || lists.iter().sum::<usize>() + self.grounding.len() > 0
    }
}

/// The outputs of a guardrail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct GuardrailOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<GuardrailArn>,
    /// The id.
    pub id: P::Of<GuardrailId>,
    /// The name.
    pub name: P::Of<String>,
    /// The version that changes go to: `DRAFT`.
    pub version: P::Of<String>,
    /// The status.
    pub status: P::Of<String>,
    /// The reasons of the status, if there are any.
    pub status_reasons: P::Of<Option<Vec<String>>>,
    /// The advice of AWS on a failure.
    pub failure_recommendations: P::Of<Option<Vec<String>>>,
    /// The instant of its creation.
    pub created: P::Of<String>,
    /// The instant of its last change.
    pub updated: P::Of<String>,
}

impl Resource for Guardrail {
    const KIND: &'static str = "bedrock_guardrail";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = &[];
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Guardrail<Resolved>;
    type Outputs<P: Phase> = GuardrailOutputs<P>;

    fn billing(&self) -> Billing {
        let filters = [
            (self.content.is_some(), "bedrock.guardrail.content", "content_text_units"),
            (self.topics.is_some(), "bedrock.guardrail.topic", "topic_text_units"),
            (!self.personal_data.is_empty(), "bedrock.guardrail.pii", "personal_data_text_units"),
            (!self.grounding.is_empty(), "bedrock.guardrail.grounding", "grounding_text_units"),
            (self.reasoning.is_some(), "bedrock.guardrail.reasoning", "reasoning_text_units"),
        ];
        let used = filters.into_iter().filter(|(used, ..)| *used);
        let charges: Vec<_> = used.map(|(_, item, usage)| Charge::by_use(item, usage)).collect();
        if charges.is_empty() {
            return Billing::free("filters by words and by patterns are free");
        }
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        let fits = |name: &str| {
            (1..=MAX_NAME_LENGTH).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = "use up to 50 letters, digits, `-` and `_`";
            problems.refuse("name", format!("`{name}` is not the name of a guardrail: {advice}"));
        }
        if let Some(description) = &self.description {
            check_length(problems, "description", "it", description, 1..=200);
        }
        check_length(problems, "blocked_input", "the message", &self.blocked_input, 1..=500);
        check_length(problems, "blocked_output", "the message", &self.blocked_output, 1..=500);
        let has_profile = self.cross_region_profile.is_some();
        if let Some(content) = &self.content {
            check_content(content, has_profile, problems);
        }
        if let Some(topics) = &self.topics {
            check_topics(topics, has_profile, problems);
        }
        check_words(&self.words, &self.word_lists, problems);
        check_data(&self.personal_data, &self.patterns, problems);
        check_grounding(&self.grounding, problems);
        if let Some(reasoning) = &self.reasoning {
            check_reasoning(reasoning, problems);
        }
        // "Your guardrail must contain at least one filter" (Bedrock User Guide, Create your guardrail).
        if !self.has_filters() {
            problems.refuse("content", "the guardrail has no filter: AWS takes one with at least one");
        }
        let is_profile = |arn: &str| arn.starts_with("arn:") && arn.contains(":guardrail-profile/");
        if let Some(profile) = self.cross_region_profile.as_ref().filter(|profile| !is_profile(profile)) {
            problems.refuse("cross_region_profile", format!("`{profile}` is not the ARN of a guardrail profile"));
        }
        let is_key = |key: &String| key.starts_with("arn:") && key.contains(":key/");
        if self.kms_key.as_ref().and_then(|key| key.known()).is_some_and(|key| !is_key(key)) {
            problems.refuse("kms_key", "is not the ARN of a key, which alone AWS takes here");
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |guardrail| guardrail.name.as_ref(), |name| format!("another guardrail is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH));
        let known = [("name", json!(name)), ("version", json!("DRAFT"))];
        known.into_iter().map(|(output, value)| (output.to_owned(), value)).collect()
    }
}

impl CloudControl for Guardrail {
    const TYPE: &'static str = "AWS::Bedrock::Guardrail";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("description", "Description").has_no_default(),
        Property::plain("blocked_input", "BlockedInputMessaging"),
        Property::plain("blocked_output", "BlockedOutputsMessaging"),
        Property::object("content", "ContentPolicyConfig", CONTENT).has_no_default(),
        Property::object("topics", "TopicPolicyConfig", TOPICS).has_no_default(),
        Property::list("words", "WordPolicyConfig/WordsConfig", WORD),
        Property::list("word_lists", "WordPolicyConfig/ManagedWordListsConfig", WORD_LIST),
        Property::list("personal_data", "SensitiveInformationPolicyConfig/PiiEntitiesConfig", DATA_RULE),
        Property::list("patterns", "SensitiveInformationPolicyConfig/RegexesConfig", PATTERN_RULE),
        Property::list("grounding", "ContextualGroundingPolicyConfig/FiltersConfig", GROUNDING),
        Property::object("reasoning", "AutomatedReasoningPolicyConfig", REASONING).has_no_default(),
        Property::plain("cross_region_profile", "CrossRegionConfig/GuardrailProfileArn").has_no_default(),
        Property::plain("kms_key", "KmsKeyArn").has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("arn", "GuardrailArn"),
        ("id", "GuardrailId"),
        ("name", "Name"),
        ("version", "Version"),
        ("status", "Status"),
        ("status_reasons", "StatusReasons"),
        ("failure_recommendations", "FailureRecommendations"),
        ("created", "CreatedAt"),
        ("updated", "UpdatedAt"),
    ];

    fn placed(inputs: &Guardrail<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH));
        Placed { properties: Map::from_iter([("Name".to_owned(), json!(name))]), ..Placed::default() }
    }
}

#[cfg(test)]
#[path = "guardrail_tests.rs"]
mod tests;
