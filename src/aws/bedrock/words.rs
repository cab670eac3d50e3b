//! Verdicts of a guardrail, tiers, and filters by words.

use serde::{Deserialize, Serialize};

use crate::resource::cloud_control::Property;

/// The verdict on content that a guardrail has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The message of the guardrail takes its place.
    Block,
    /// It passes, and the trace of the call shows it.
    None,
}

/// The words of AWS for verdicts.
pub(super) const VERDICTS: &[(&str, &str)] = &[("block", "BLOCK"), ("none", "NONE")];

/// The models by which a guardrail judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// English, French and Spanish.
    #[default]
    Classic,
    /// More languages and longer definitions. It needs a profile for other regions.
    Standard,
}

/// The words of AWS for tiers.
pub(super) const TIERS: &[(&str, &str)] = &[("classic", "CLASSIC"), ("standard", "STANDARD")];

/// The form of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// Text.
    Text,
    /// Images.
    Image,
}

/// The words of AWS for forms of content.
pub(super) const MODALITIES: &[(&str, &str)] = &[("text", "TEXT"), ("image", "IMAGE")];

/// A word, or a phrase, that the guardrail finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The word, up to 100 characters.
    pub text: String,
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

impl Word {
    /// Creates a word that is blocked in prompts and responses.
    pub fn blocked(text: impl Into<String>) -> Self {
        Self { text: text.into(), input: None, output: None, input_enabled: None, output_enabled: None }
    }
}

/// A list of words that AWS keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordList {
    /// The list.
    pub list: ManagedList,
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

impl WordList {
    /// Creates the list of profanities, which are blocked in prompts and responses.
    pub fn profanity() -> Self {
        Self { list: ManagedList::Profanity, input: None, output: None, input_enabled: None, output_enabled: None }
    }
}

/// A list of words that AWS keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagedList {
    /// Profanities.
    Profanity,
}

/// The properties of a word.
pub(super) const WORD: &[Property] = &[
    Property::plain("text", "Text"),
    Property::words("input", "InputAction", VERDICTS),
    Property::words("output", "OutputAction", VERDICTS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
];

/// The properties of a list of words.
pub(super) const WORD_LIST: &[Property] = &[
    Property::words("list", "Type", &[("profanity", "PROFANITY")]),
    Property::words("input", "InputAction", VERDICTS),
    Property::words("output", "OutputAction", VERDICTS),
    Property::plain("input_enabled", "InputEnabled"),
    Property::plain("output_enabled", "OutputEnabled"),
];
