//! The tables of the kinds of Bedrock.

use ebbtide::aws::GuardrailArn;
use ebbtide::aws::bedrock::{Guardrail, GuardrailVersion, InferenceProfile, Word};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::cloud_control::{model, tags};
use super::table::{Shows, Table};
use crate::fixture::scope;

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000";
const PROFILE: &str = "arn:aws:bedrock:eu-west-1:123456789012:guardrail-profile/eu.guardrail.v1:0";
const REASONING: &str = "arn:aws:bedrock:eu-west-1:123456789012:automated-reasoning-policy/abcdefghijkl";

pub fn tables() -> Vec<Table> {
    vec![guardrail(), version(), profile()]
}

fn guardrail() -> Table {
    let base = Guardrail { name: Some("one".into()), words: vec![Word::blocked("fool")], ..Guardrail::new("no", "no") };
    let hate = json!({ "category": "hate", "input_strength": "high", "output_strength": "low" });
    let law = json!({ "name": "Law", "definition": "Advice." });
    let seven = json!({ "name": "seven", "pattern": "[0-9]{7}", "action": "block" });
    Table::new(&base, observe_guardrail)
        .shows("name", json!("another"), json!("another"))
        .shows("description", json!("Documents"), json!("Documents"))
        .shows("blocked_input", json!("not this"), json!("not this"))
        .shows("blocked_output", json!("nor that"), json!("nor that"))
        .shows("content", json!({ "filters": [hate] }), json!([["HATE", "HIGH", "LOW"]]))
        .shows("topics", json!({ "topics": [law] }), json!([["Law", "DENY"]]))
        .shows("words", json!([{ "text": "dolt" }]), json!(["dolt"]))
        .shows("word_lists", json!([{ "list": "profanity" }]), json!(["PROFANITY"]))
        .shows("personal_data", json!([{ "data": "email", "action": "anonymize" }]), json!([["EMAIL", "ANONYMIZE"]]))
        .shows("patterns", json!([seven]), json!([["seven", "BLOCK"]]))
        .shows("grounding", json!([{ "kind": "grounding", "threshold": 0.75 }]), json!([["GROUNDING", 0.75]]))
        .shows("reasoning", json!({ "policies": [REASONING], "confidence": 0.5 }), json!([[REASONING], 0.5]))
        .shows("cross_region_profile", json!(PROFILE), json!(PROFILE))
        .entry("kms_key", json!(KEY), Shows::Refused("does not exist"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

/// Returns members of the items of a list.
fn members(list: &Value, names: [&str; 2]) -> Value {
    let items = list.as_array().into_iter().flatten();
    items.map(|item| json!([item[names[0]], item[names[1]]])).collect()
}

fn observe_guardrail<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::Bedrock::Guardrail", id).await;
        let filters = model["ContentPolicyConfig"]["FiltersConfig"].as_array().into_iter().flatten();
        let filters: Value =
            filters.map(|filter| json!([filter["Type"], filter["InputStrength"], filter["OutputStrength"]])).collect();
        let first = |list: &Value, name: &str| -> Value {
            list.as_array().into_iter().flatten().map(|item| item[name].clone()).collect()
        };
        let (words, data) = (&model["WordPolicyConfig"], &model["SensitiveInformationPolicyConfig"]);
        let reasoning = &model["AutomatedReasoningPolicyConfig"];
        json!({
            "name": model["Name"],
            "description": model["Description"],
            "blocked_input": model["BlockedInputMessaging"],
            "blocked_output": model["BlockedOutputsMessaging"],
            "content": filters,
            "topics": members(&model["TopicPolicyConfig"]["TopicsConfig"], ["Name", "Type"]),
            "words": first(&words["WordsConfig"], "Text"),
            "word_lists": first(&words["ManagedWordListsConfig"], "Type"),
            "personal_data": members(&data["PiiEntitiesConfig"], ["Type", "Action"]),
            "patterns": members(&data["RegexesConfig"], ["Name", "Action"]),
            "grounding": members(&model["ContextualGroundingPolicyConfig"]["FiltersConfig"], ["Type", "Threshold"]),
            "reasoning": [reasoning["Policies"], reasoning["ConfidenceThreshold"]],
            "cross_region_profile": model["CrossRegionConfig"]["GuardrailProfileArn"],
            "kms_key": model["KmsKeyArn"],
            "tags": tags(&model),
        })
    })
}

/// Declares two guardrails. AWS assigns their ARNs, so a version refers to them.
fn declare_guardrails(stack: &mut Stack) -> [Input<GuardrailArn>; 2] {
    let guardrail = || Guardrail { words: vec![Word::blocked("fool")], ..Guardrail::new("no", "no") };
    ["near", "far"].map(|name| stack.add(name, guardrail()).arn)
}

fn add_version(stack: &mut Stack, inputs: &Value) {
    declare_guardrails(stack);
    stack.add("it", serde_json::from_value::<GuardrailVersion>(inputs.clone()).unwrap());
}

fn version() -> Table {
    let [near, far] = declare_guardrails(&mut Stack::new(scope(), [].into()));
    let version = Table::new(&GuardrailVersion::described(&near, "first"), observe_version)
        .shows("guardrail", json!(far), json!("bedrock_guardrail.far"))
        .shows("description", json!("second"), json!("second"));
    Table { add: add_version, ..version }
}

fn observe_version<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let version = model(aws, "AWS::Bedrock::GuardrailVersion", id).await;
        let guardrail = model(aws, "AWS::Bedrock::Guardrail", version["GuardrailArn"].as_str().unwrap()).await;
        let tags = guardrail["Tags"].as_array().into_iter().flatten();
        let address = tags.filter(|tag| tag["Key"] == "ebb:address").map(|tag| tag["Value"].clone()).next();
        json!({ "guardrail": address, "description": version["Description"] })
    })
}

const LITE: &str = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0";
const PRO: &str = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0";

fn profile() -> Table {
    Table::new(&InferenceProfile { name: Some("one".into()), ..InferenceProfile::of(LITE) }, observe_profile)
        .shows("name", json!("another"), json!("another"))
        .shows("description", json!("Documents"), json!("Documents"))
        .shows("model", json!(PRO), json!(PRO))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_profile<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::Bedrock::ApplicationInferenceProfile", id).await;
        json!({
            "name": model["InferenceProfileName"],
            "description": model["Description"],
            "model": model["Models"][0]["ModelArn"],
            "tags": tags(&model),
        })
    })
}
