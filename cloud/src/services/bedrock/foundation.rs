//! Foundation models: a list, with the life cycle of each.
//!
//! Which models can be customized is AWS's "Supported models for fine-tuning" of 2026-11; on AWS it depends on the region (Nova in
//! us-east-1, Llama and Claude in us-west-2), here it does not. A model past its end of life "becomes completely inaccessible"
//! (AWS machine learning blog, "Understanding Amazon Bedrock model lifecycle").

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;

/// A foundation model.
pub struct Foundation {
    /// The id.
    pub id: &'static str,
    name: &'static str,
    provider: &'static str,
    /// Whether it can be fine-tuned.
    pub fine_tuned: bool,
    legacy: Option<&'static str>,
    end: Option<&'static str>,
}

const fn nova(id: &'static str, name: &'static str, fine_tuned: bool) -> Foundation {
    Foundation { id, name, provider: "Amazon", fine_tuned, legacy: None, end: None }
}

const MODELS: &[Foundation] = &[
    nova("amazon.nova-2-lite-v1:0:256k", "Nova 2 Lite", true),
    nova("amazon.nova-lite-v1:0:300k", "Nova Lite", true),
    nova("amazon.nova-micro-v1:0:128k", "Nova Micro", true),
    nova("amazon.nova-pro-v1:0:300k", "Nova Pro", true),
    nova("amazon.nova-lite-v1:0", "Nova Lite", false),
    Foundation {
        id: "meta.llama3-1-8b-instruct-v1:0:128k",
        name: "Llama 3.1 8B Instruct",
        provider: "Meta",
        fine_tuned: true,
        legacy: None,
        end: None,
    },
    // Its end of life was announced for this day, at least six months before.
    Foundation {
        id: "anthropic.claude-3-haiku-20240307-v1:0:200k",
        name: "Claude 3 Haiku",
        provider: "Anthropic",
        fine_tuned: true,
        legacy: Some("2026-03-10T00:00:00Z"),
        end: Some("2026-09-10T00:00:00Z"),
    },
];

fn ms(instant: &str) -> i64 {
    instant.parse::<Timestamp>().map_or(i64::MAX, Timestamp::as_millisecond)
}

impl Foundation {
    /// Returns the model of an id or an ARN that is not past its end of life.
    pub fn of(identifier: &str, now_ms: i64) -> Option<&'static Self> {
        let id = identifier.rsplit_once("foundation-model/").map_or(identifier, |(_, id)| id);
        let lives = |model: &&Self| model.end.is_none_or(|end| now_ms < ms(end));
        MODELS.iter().find(|model| model.id == id).filter(lives)
    }

    /// Returns its ARN.
    pub fn arn(&self, context: &CallContext<'_>) -> String {
        format!("arn:{}:bedrock:{}::foundation-model/{}", context.partition(), context.region, self.id)
    }
}

/// Returns the error for a model that is not there, or not any more.
pub fn unknown(identifier: &str) -> Fault {
    let message = format!("Could not resolve the foundation model from the provided model identifier: {identifier}");
    Fault::new("ResourceNotFoundException", message)
}

/// GetFoundationModel.
pub fn get(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let identifier = text(input, "modelIdentifier");
    let model = Foundation::of(identifier, context.now_ms).ok_or_else(|| unknown(identifier))?;
    let is_legacy = model.legacy.is_some_and(|legacy| context.now_ms >= ms(legacy));
    Ok(json!({ "modelDetails": {
        "modelArn": model.arn(context),
        "modelId": model.id,
        "modelName": model.name,
        "providerName": model.provider,
        "inputModalities": ["TEXT"],
        "outputModalities": ["TEXT"],
        "responseStreamingSupported": true,
        "customizationsSupported": if model.fine_tuned { json!(["FINE_TUNING"]) } else { json!([]) },
        "inferenceTypesSupported": if model.fine_tuned { json!(["PROVISIONED"]) } else { json!(["ON_DEMAND"]) },
        "modelLifecycle": {
            "status": if is_legacy { "LEGACY" } else { "ACTIVE" },
            "legacyTime": model.legacy,
            "endOfLifeTime": model.end,
        },
    }}))
}
