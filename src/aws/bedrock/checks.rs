//! The limits of a guardrail's policies, and the rules between them.

use super::personal_data::{PatternRule, PersonalDataRule};
use super::policies::{ContentCategory, ContentPolicy, GroundingFilter, ReasoningPolicy, Strength, TopicPolicy};
use super::words::{Tier, Word, WordList};
use crate::aws::lists::repeats;
use crate::resource::Problems;

/// The length of the longest definition of a topic in the classic tier: the model of the API says 200, the schema and the standard
/// tier 1,000 (terraform-provider-aws#44343).
const CLASSIC_DEFINITION: usize = 200;

/// Reports a text whose length is not in a range.
pub(super) fn check_length(
    problems: &mut Problems,
    field: &str,
    words: &str,
    text: &str,
    range: std::ops::RangeInclusive<usize>,
) {
    let length = text.chars().count();
    if !range.contains(&length) {
        let (least, most) = range.into_inner();
        problems.refuse(field, format!("{words} has {length} characters; AWS takes {least} to {most}"));
    }
}

fn check_unique<T, K: serde::Serialize + std::fmt::Debug>(
    problems: &mut Problems,
    field: &str,
    all: &[T],
    key: impl Fn(&T) -> K,
) {
    for (_, key) in repeats(all, |item| Some(key(item))) {
        let key = serde_json::to_value(&key).unwrap_or_default();
        problems.refuse(field, format!("has {key} twice: AWS takes each once"));
    }
}

fn check_count(problems: &mut Problems, field: &str, count: usize, range: std::ops::RangeInclusive<usize>) {
    if !range.contains(&count) {
        let (least, most) = range.into_inner();
        problems.refuse(field, format!("has {count} entries; AWS takes {least} to {most}"));
    }
}

fn check_tier(problems: &mut Problems, field: &str, tier: Tier, has_profile: bool) {
    if tier == Tier::Standard && !has_profile {
        let advice = "set `cross_region_profile`, or leave the tier out";
        problems.refuse(field, format!("the standard tier needs a profile for other regions: {advice}"));
    }
}

pub(super) fn check_content(policy: &ContentPolicy, has_profile: bool, problems: &mut Problems) {
    check_count(problems, "content", policy.filters.len(), 1..=6);
    check_unique(problems, "content", &policy.filters, |filter| filter.category);
    check_tier(problems, "content", policy.tier, has_profile);
    for filter in &policy.filters {
        // AWS: "PROMPT ATTACK content filter strength for response must be NONE" (terraform-provider-awscc#1905).
        if filter.category == ContentCategory::PromptAttack && filter.output_strength != Strength::None {
            let advice = "responses have no attacks: set the output strength to `none`";
            problems.refuse("content", format!("prompt_attack: {advice}"));
        }
        for modalities in [&filter.input_modalities, &filter.output_modalities].into_iter().flatten() {
            check_count(problems, "content", modalities.len(), 1..=2);
            check_unique(problems, "content", modalities, |modality| *modality);
        }
    }
}

pub(super) fn check_topics(policy: &TopicPolicy, has_profile: bool, problems: &mut Problems) {
    check_count(problems, "topics", policy.topics.len(), 1..=30);
    check_unique(problems, "topics", &policy.topics, |topic| topic.name.clone());
    check_tier(problems, "topics", policy.tier, has_profile);
    for topic in &policy.topics {
        let name = &topic.name;
        if !topic.name.chars().all(|c| c.is_ascii_alphanumeric() || "-_ !?.".contains(c)) {
            problems.refuse("topics", format!("`{name}`: use letters, digits, spaces and -_!?."));
        }
        check_length(problems, "topics", "a name", name, 1..=100);
        check_length(problems, "topics", &format!("the definition of {name}"), &topic.definition, 1..=1000);
        let length = topic.definition.chars().count();
        if policy.tier == Tier::Classic && (CLASSIC_DEFINITION + 1..=1000).contains(&length) {
            let text = format!(
                "the definition of {name} has {length} characters; the classic tier takes {CLASSIC_DEFINITION}: shorten it, or \
                 use the standard tier"
            );
            problems.refuse("topics", text);
        }
        check_count(problems, "topics", topic.examples.len(), 0..=5);
        for example in &topic.examples {
            check_length(problems, "topics", &format!("an example of {name}"), example, 1..=100);
        }
    }
}

pub(super) fn check_words(words: &[Word], lists: &[WordList], problems: &mut Problems) {
    check_count(problems, "words", words.len(), 0..=10_000);
    check_unique(problems, "words", words, |word| word.text.clone());
    for word in words {
        check_length(problems, "words", "a word", &word.text, 1..=100);
    }
    check_unique(problems, "word_lists", lists, |list| list.list);
}

pub(super) fn check_data(data: &[PersonalDataRule], patterns: &[PatternRule], problems: &mut Problems) {
    check_unique(problems, "personal_data", data, |rule| rule.data);
    check_count(problems, "patterns", patterns.len(), 0..=30);
    check_unique(problems, "patterns", patterns, |rule| rule.name.clone());
    for rule in patterns {
        let name = &rule.name;
        check_length(problems, "patterns", "a name", name, 1..=100);
        check_length(problems, "patterns", &format!("the pattern of {name}"), &rule.pattern, 1..=500);
        if let Some(description) = &rule.description {
            check_length(problems, "patterns", &format!("the description of {name}"), description, 1..=1000);
        }
    }
}

pub(super) fn check_grounding(filters: &[GroundingFilter], problems: &mut Problems) {
    check_unique(problems, "grounding", filters, |filter| filter.kind);
    for filter in filters {
        // "A threshold of 1 is invalid as that will block all content" (Bedrock User Guide, contextual grounding check).
        if !(0.0..=0.99).contains(&filter.threshold) {
            problems.refuse("grounding", format!("the threshold is {}; AWS takes 0 to 0.99", filter.threshold));
        }
    }
}

pub(super) fn check_reasoning(policy: &ReasoningPolicy, problems: &mut Problems) {
    check_count(problems, "reasoning", policy.policies.len(), 1..=2);
    check_unique(problems, "reasoning", &policy.policies, Clone::clone);
    for arn in
        policy.policies.iter().filter(|arn| !(arn.starts_with("arn:") && arn.contains(":automated-reasoning-policy/")))
    {
        problems.refuse("reasoning", format!("`{arn}` is not the ARN of a policy of automated reasoning"));
    }
    if let Some(confidence) = policy.confidence.filter(|confidence| !(0.0..=1.0).contains(confidence)) {
        problems.refuse("reasoning", format!("the confidence is {confidence}; AWS takes 0 to 1"));
    }
}
