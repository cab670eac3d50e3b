use super::*;
use crate::aws::bedrock::{
    ContentCategory, ContentFilter, DataAction, GroundingKind, Modality, PersonalData, Strength, Tier, Topic,
};

fn guardrail() -> Guardrail {
    Guardrail { words: vec![Word::blocked("fool")], ..Guardrail::new("no", "no") }
}

fn topics(topics: Vec<Topic>) -> Option<TopicPolicy> {
    Some(TopicPolicy::of(topics))
}

fn content(filters: Vec<ContentFilter>) -> Option<ContentPolicy> {
    Some(ContentPolicy::of(filters))
}

fn refused(guardrail: &Guardrail) -> Vec<String> {
    let mut problems = Problems::new();
    guardrail.validate(&mut problems);
    problems.fields().into_iter().map(str::to_owned).collect()
}

#[test]
fn invalid_texts_and_arns_are_refused() {
    let long = |count: usize| "x".repeat(count);
    let cases = [
        ("name", Guardrail { name: Some("a b".into()), ..guardrail() }),
        ("name", Guardrail { name: Some(long(51)), ..guardrail() }),
        ("description", Guardrail { description: Some(String::new()), ..guardrail() }),
        ("description", Guardrail { description: Some(long(201)), ..guardrail() }),
        ("blocked_input", Guardrail { blocked_input: String::new(), ..guardrail() }),
        ("blocked_output", Guardrail { blocked_output: long(501), ..guardrail() }),
        ("content", Guardrail::new("no", "no")),
        ("cross_region_profile", Guardrail { cross_region_profile: Some("eu.guardrail.v1:0".into()), ..guardrail() }),
        ("kms_key", Guardrail { kms_key: Some("alias/a".into()), ..guardrail() }),
        ("tags", Guardrail { tags: Tags::from([("team".into(), "a,b".into())]), ..guardrail() }),
    ];
    for (field, guardrail) in cases {
        assert_eq!(refused(&guardrail), [field]);
    }
    assert!(refused(&guardrail()).is_empty());
}

#[test]
fn invalid_filters_of_content_are_refused() {
    let hate = || ContentFilter::new(ContentCategory::Hate, Strength::High, Strength::High);
    let attack = ContentFilter::new(ContentCategory::PromptAttack, Strength::High, Strength::Low);
    let modalities = |list: Vec<Modality>| ContentFilter { input_modalities: Some(list), ..hate() };
    let cases = [
        content(Vec::new()),
        content(vec![hate(), hate()]),
        content(vec![attack]),
        content(vec![modalities(Vec::new())]),
        content(vec![modalities(vec![Modality::Text, Modality::Text])]),
        Some(ContentPolicy { tier: Tier::Standard, ..ContentPolicy::of([hate()]) }),
    ];
    for content in cases {
        assert_eq!(refused(&Guardrail { content: content.clone(), ..guardrail() }), ["content"], "{content:?}");
    }
    let profile = "arn:aws:bedrock:eu-west-1:123456789012:guardrail-profile/eu.guardrail.v1:0".to_owned();
    let standard = Some(ContentPolicy { tier: Tier::Standard, ..ContentPolicy::of([hate()]) });
    let fine = Guardrail { content: standard, cross_region_profile: Some(profile), ..guardrail() };
    assert!(refused(&fine).is_empty());
}

#[test]
fn invalid_topics_are_refused() {
    let topic = |name: &str, definition: usize| Topic::denied(name, "x".repeat(definition));
    let examples = |examples: Vec<String>| vec![Topic { examples, ..topic("Law", 10) }];
    let cases = [
        topics(Vec::new()),
        topics((0..31).map(|number| topic(&number.to_string(), 10)).collect()),
        topics(vec![topic("Law", 10), topic("Law", 10)]),
        topics(vec![topic("Law & order", 10)]),
        topics(vec![topic("", 10)]),
        topics(vec![topic("Law", 0)]),
        topics(vec![topic("Law", 201)]),
        topics(vec![topic("Law", 1001)]),
        topics(examples(vec!["x".into(); 6])),
        topics(examples(vec!["x".repeat(101)])),
        Some(TopicPolicy { topics: vec![topic("Law", 10)], tier: Tier::Standard }),
    ];
    for topics in cases {
        assert_eq!(refused(&Guardrail { topics: topics.clone(), ..guardrail() }), ["topics"], "{topics:?}");
    }
}

#[test]
fn an_action_of_a_topic_is_refused_with_the_names_that_there_are() {
    let topic = json!({ "name": "Law", "definition": "Law.", "action": "BLOCK" });
    let error = serde_json::from_value::<Topic>(topic).unwrap_err().to_string();
    assert!(error.contains("unknown field `action`") && error.contains("`input`, `output`"), "{error}");
    let topic = json!({ "name": "Law", "definition": "Law.", "kind": "BLOCK" });
    let error = serde_json::from_value::<Topic>(topic).unwrap_err().to_string();
    assert!(error.contains("unknown variant `BLOCK`, expected `deny`"), "{error}");
}

#[test]
fn invalid_words_data_patterns_and_checks_are_refused() {
    let rule = || PersonalDataRule::new(PersonalData::Email, DataAction::Block);
    let pattern = |name: &str, length: usize| PatternRule::new(name, "x".repeat(length), DataAction::Block);
    let described = PatternRule { description: Some(String::new()), ..pattern("a", 1) };
    let grounding = |threshold| GroundingFilter::new(GroundingKind::Grounding, threshold);
    let reasoning = |policies: Vec<&str>, confidence| {
        let policies = policies.into_iter().map(str::to_owned).collect();
        Some(ReasoningPolicy { policies, confidence })
    };
    let arn = "arn:aws:bedrock:eu-west-1:123456789012:automated-reasoning-policy/abcdefghijkl";
    let cases = [
        ("words", Guardrail { words: vec![Word::blocked("a"), Word::blocked("a")], ..guardrail() }),
        ("words", Guardrail { words: vec![Word::blocked("x".repeat(101))], ..guardrail() }),
        ("words", Guardrail { words: (0..10_001).map(|n| Word::blocked(n.to_string())).collect(), ..guardrail() }),
        ("word_lists", Guardrail { word_lists: vec![WordList::profanity(), WordList::profanity()], ..guardrail() }),
        ("personal_data", Guardrail { personal_data: vec![rule(), rule()], ..guardrail() }),
        ("patterns", Guardrail { patterns: vec![pattern("a", 1), pattern("a", 2)], ..guardrail() }),
        ("patterns", Guardrail { patterns: vec![pattern("a", 501)], ..guardrail() }),
        ("patterns", Guardrail { patterns: vec![pattern("", 1)], ..guardrail() }),
        ("patterns", Guardrail { patterns: vec![described], ..guardrail() }),
        ("patterns", Guardrail { patterns: (0..31).map(|n| pattern(&n.to_string(), 1)).collect(), ..guardrail() }),
        ("grounding", Guardrail { grounding: vec![grounding(1.0)], ..guardrail() }),
        ("grounding", Guardrail { grounding: vec![grounding(0.5), grounding(0.6)], ..guardrail() }),
        ("reasoning", Guardrail { reasoning: reasoning(Vec::new(), None), ..guardrail() }),
        ("reasoning", Guardrail { reasoning: reasoning(vec![arn, arn], None), ..guardrail() }),
        ("reasoning", Guardrail { reasoning: reasoning(vec!["law"], None), ..guardrail() }),
        ("reasoning", Guardrail { reasoning: reasoning(vec![arn], Some(1.5)), ..guardrail() }),
    ];
    for (field, guardrail) in cases {
        assert_eq!(refused(&guardrail), [field]);
    }
}

#[test]
fn each_policy_is_billed_by_use_and_words_are_free() {
    assert!(matches!(guardrail().billing(), Billing::Free { .. }));
    let personal_data = vec![PersonalDataRule::new(PersonalData::Email, DataAction::Block)];
    let billing = Guardrail { personal_data, topics: topics(vec![Topic::denied("a", "b")]), ..guardrail() }.billing();
    let Billing::Charges(charges) = billing else { panic!("{billing:?}") };
    let items: Vec<_> = charges.iter().map(|charge| charge.item.as_str()).collect();
    assert_eq!(items, ["bedrock.guardrail.topic", "bedrock.guardrail.pii"]);
}
