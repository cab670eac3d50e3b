//! Guardrails and their versions, and inference profiles.

use ebbtide::aws::GuardrailArn;
use ebbtide::aws::bedrock::{
    ContentCategory, ContentFilter, ContentPolicy, DataAction, GroundingFilter, GroundingKind, Guardrail,
    GuardrailOutputs, GuardrailVersion, GuardrailVersionOutputs, InferenceProfile, InferenceProfileOutputs, Modality,
    PatternRule, PersonalData, PersonalDataRule, ReasoningPolicy, Strength, Tier, Topic, TopicPolicy, Verdict, Word,
    WordList,
};
use ebbtide::resource::{Resolved, Tags};
use serde_json::json;

use crate::declared::resolved;
use crate::harness::World;

const PROFILE: &str = "arn:aws:bedrock:eu-west-1:123456789012:guardrail-profile/eu.guardrail.v1:0";
const REASONING: &str = "arn:aws:bedrock:eu-west-1:123456789012:automated-reasoning-policy/abcdefghijkl";

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

fn guardrail() -> Guardrail {
    let filter = |category| ContentFilter::new(category, Strength::High, Strength::High);
    let filters = [ContentCategory::Violence, ContentCategory::Hate, ContentCategory::Insults].map(filter);
    Guardrail { content: Some(ContentPolicy::of(filters)), tags: tags("llm"), ..Guardrail::new("no", "no") }
}

fn changes() -> Vec<Guardrail> {
    let hate = ContentFilter::new(ContentCategory::Hate, Strength::Low, Strength::Medium);
    let images = ContentFilter {
        input_modalities: Some(vec![Modality::Text, Modality::Image]),
        input: Some(Verdict::None),
        output_enabled: Some(false),
        ..hate.clone()
    };
    let content = |filters: Vec<ContentFilter>| Some(ContentPolicy::of(filters));
    let topics = ["Legal Advice", "Financial Advice", "Health"].map(|name| Topic::denied(name, "Any advice on it."));
    let quiet = Topic { output: Some(Verdict::None), examples: vec!["b".into(), "a".into()], ..topics[0].clone() };
    let rule = |data| PersonalDataRule::new(data, DataAction::Anonymize);
    let data = [PersonalData::Phone, PersonalData::Email, PersonalData::UsSocialSecurityNumber].map(rule).to_vec();
    let pattern = |name: &str| PatternRule::new(name, "[0-9]{7}", DataAction::Block);
    let grounding = |kind, threshold| GroundingFilter::new(kind, threshold);
    let checks = vec![grounding(GroundingKind::Relevance, 0.0), grounding(GroundingKind::Grounding, 0.75)];
    let standard = Some(ContentPolicy { filters: vec![hate.clone()], tier: Tier::Standard });
    let reasoning = ReasoningPolicy { policies: vec![REASONING.into()], confidence: Some(0.5) };
    let base = guardrail;
    vec![
        Guardrail { name: Some("documents".into()), ..base() },
        Guardrail { description: Some("Documents".into()), ..base() },
        Guardrail { blocked_input: "not this".into(), blocked_output: "nor that".into(), ..base() },
        Guardrail { content: content(vec![ContentFilter::prompt_attacks(Strength::High), images]), ..base() },
        Guardrail { content: standard, cross_region_profile: Some(PROFILE.into()), ..base() },
        Guardrail { topics: Some(TopicPolicy::of(topics)), ..base() },
        Guardrail { topics: Some(TopicPolicy::of([quiet])), ..base() },
        Guardrail { words: ["b", "c", "a"].map(Word::blocked).to_vec(), ..base() },
        Guardrail { words: vec![Word::blocked("b")], word_lists: vec![WordList::profanity()], ..base() },
        Guardrail { personal_data: data.clone(), ..base() },
        Guardrail { personal_data: data, patterns: ["b", "a"].map(pattern).to_vec(), ..base() },
        Guardrail { grounding: checks, ..base() },
        Guardrail { reasoning: Some(reasoning), ..base() },
        Guardrail { tags: Tags::new(), ..base() },
    ]
}

#[tokio::test]
async fn a_guardrail_goes_through_every_change() {
    let world = World::new();
    let mut made = world.make::<Guardrail>("Documents", &resolved::<_, Guardrail<Resolved>>(&guardrail())).await;
    let outputs: GuardrailOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.arn.as_str(), outputs.version.as_str()), (made.id.as_str(), "DRAFT"));
    assert!(made.id.ends_with(outputs.id.as_str()), "{outputs:?}");
    let derived = outputs.name;
    for changed in changes() {
        made.change_to(&resolved::<_, Guardrail<Resolved>>(&changed)).await;
    }
    let outputs: GuardrailOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.name, derived, "a name that is no longer declared is the derived one");
    made.delete().await;
}

#[tokio::test]
async fn a_filter_that_somebody_else_changed_is_seen() {
    let world = World::new();
    let made = world.make::<Guardrail>("documents", &resolved::<_, Guardrail<Resolved>>(&guardrail())).await;
    let filter = json!([{ "Type": "HATE", "InputStrength": "LOW", "OutputStrength": "LOW" }]);
    let patch = json!([
        { "op": "replace", "path": "/ContentPolicyConfig/FiltersConfig", "value": filter },
        { "op": "add", "path": "/TopicPolicyConfig",
            "value": { "TopicsConfig": [{ "Name": "Law", "Definition": "Law.", "Type": "DENY" }] } },
    ]);
    let update = world.aws.cloudcontrol().update_resource().type_name("AWS::Bedrock::Guardrail").identifier(&made.id);
    update.patch_document(patch.to_string()).send().await.unwrap();
    // The list of running requests may be a moment old.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let live = made.ready().await;
    assert_eq!(live.inputs["content"]["filters"].as_array().unwrap().len(), 1, "{:#}", live.inputs);
    assert_eq!(live.inputs["topics"]["topics"][0]["name"], "Law");
}

#[tokio::test]
async fn a_guardrail_has_versions() {
    let world = World::new();
    let declared = guardrail();
    let guardrail = world.make::<Guardrail>("documents", &resolved::<_, Guardrail<Resolved>>(&declared)).await;
    let version = GuardrailVersion::of(GuardrailArn(guardrail.id.clone()), &declared);
    let made = world.make::<GuardrailVersion>("documents", &resolved::<_, GuardrailVersion<Resolved>>(&version)).await;
    let outputs: GuardrailVersionOutputs<Resolved> = made.outputs().await;
    assert_eq!(made.id, format!("{}|1", outputs.guardrail_id));
    assert_eq!((outputs.version.as_str(), outputs.guardrail_arn.as_str()), ("1", guardrail.id.as_str()));
    made.delete().await;
    guardrail.delete().await;
}

#[tokio::test]
async fn an_inference_profile_has_tags_that_change() {
    let world = World::new();
    let model = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0";
    let base = || InferenceProfile { tags: tags("llm"), ..InferenceProfile::of(model) };
    let mut made =
        world.make::<InferenceProfile>("Query--1", &resolved::<_, InferenceProfile<Resolved>>(&base())).await;
    let outputs: InferenceProfileOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.arn.as_str(), outputs.models[0].arn.as_str()), (made.id.as_str(), model));
    made.change_to(&resolved::<_, InferenceProfile<Resolved>>(&InferenceProfile { tags: tags("ops"), ..base() })).await;
    made.delete().await;
}
