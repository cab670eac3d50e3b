//! Document intelligence: a classifier and the language model that takes over from it, behind one REST API.

mod api;
mod classifier;
#[cfg(test)]
mod costs_tests;
mod encryption;
mod guardrail;
mod language;
mod retriever;
mod settings;
mod storage;
#[cfg(test)]
mod tests;
mod vectors;
mod watch;
mod workflows;

use std::collections::BTreeSet;

use ebbtide::components::monitoring::{Alerts, Costs};
use ebbtide::stack::Stack;

use self::classifier::Classified;
pub use self::settings::Settings;
use self::workflows::Parts;

/// Declares the stack.
pub fn declare(stack: &mut Stack, settings: &Settings) {
    let Some(model) = check(stack, settings) else { return };
    let emails: BTreeSet<_> = settings.emails.iter().cloned().collect();
    let alerts = Alerts { emails, ..Alerts::default() }.declare(stack, "alerts");
    let trail = name(stack, "document-intelligence", 128);
    let key = encryption::declare(stack, &trail);
    let storage = storage::declare(stack, settings, &key);
    watch::declare_trail(stack, &trail, &storage.audit, &key);

    let classifier: Classified = classifier::declare(stack, settings, &storage, &alerts);
    let guardrail = guardrail::declare(stack);
    let reader = retriever::role(stack, settings);
    let store = vectors::declare(stack, settings, reader.as_ref());
    let retriever = reader.and_then(|role| retriever::declare(stack, settings, &role, &store));

    let parts =
        Parts { storage: &storage, classifier: &classifier, guardrail: &guardrail, retriever: retriever.as_ref() };
    let workflows = workflows::declare(stack, settings, &model, &parts);
    let gateway = api::declare(stack, settings, &workflows);
    watch::declare(stack, &workflows, &alerts);
    Costs::from(settings).declare(stack, "costs", &alerts);

    stack.output("API_URL", &gateway.url);
    stack.output("API_ID", &gateway.api);
    stack.output("DOCUMENTS_BUCKET", &storage.documents);
    stack.output("PROMPTS_BUCKET", &storage.prompts);
    stack.output("CLASSIFIER_ENDPOINT", &classifier.endpoint);
    stack.output("VECTORS_ENDPOINT", &store.endpoint);
}

/// Refuses settings that lack what nobody else can know. Returns the language model.
fn check(stack: &mut Stack, settings: &Settings) -> Option<String> {
    let missing = [
        ("classifier.image", settings.classifier.image.is_empty(), "the image that serves the classifier"),
        ("classifier.model", !settings.classifier.model.starts_with("s3://"), "its model, s3://BUCKET/KEY.tar.gz"),
        (
            "language.model",
            settings.language.model.is_none(),
            "the id of a foundation model of Bedrock that is not past its life, such as amazon.nova-2-lite-v1:0",
        ),
    ];
    for (field, _, what) in missing.iter().filter(|(_, is_missing, _)| *is_missing) {
        let message = format!("is missing in [stacks.document_intelligence]: {what}");
        stack.problem("document_intelligence", Some((*field).to_owned()), message);
    }
    check_baseline(stack, settings);
    settings.language.model.clone().filter(|_| !missing.iter().any(|(_, is_missing, _)| *is_missing))
}

/// Refuses a baseline without a monitor. Its objects are checked by the definition of the monitor's jobs.
fn check_baseline(stack: &mut Stack, settings: &Settings) {
    if settings.classifier.baseline.is_some() && settings.classifier.monitor_image.is_none() {
        let message = "is for the monitor, and there is none: set classifier.monitor_image, or leave it out";
        stack.problem("document_intelligence", Some("classifier.baseline".to_owned()), message);
    }
}

/// Returns a name with that of the environment in it, of small letters, digits and hyphens.
fn name(stack: &Stack, beginning: &str, longest: usize) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = format!("{beginning}-{}", stack.scope().environment).chars().map(plain).take(longest).collect();
    name.trim_end_matches('-').to_owned()
}
