//! Fine-tuning: training data, the job that makes a custom model of it, and the deployment that answers with this model.

mod check;
#[cfg(test)]
mod costs_tests;
mod serving;
mod settings;
mod storage;
#[cfg(test)]
mod tests;
mod training;

use std::collections::BTreeSet;

use ebbtide::components::monitoring::{Alerts, Costs};
use ebbtide::stack::Stack;

pub use self::settings::Settings;

/// Declares the stack.
pub fn declare(stack: &mut Stack, settings: &Settings) {
    let Some(run) = check::check(stack, settings) else { return };
    let emails: BTreeSet<_> = settings.emails.iter().cloned().collect();
    let alerts = Alerts { emails, events: true, ..Alerts::default() }.declare(stack, "alerts");
    let storage = storage::declare(stack, settings);
    let job = training::declare(stack, settings, &run, &storage, &alerts);
    let invoked = serving::declare(stack, settings, &job, &alerts);
    Costs::from(settings).declare(stack, "costs", &alerts);

    stack.output("CUSTOMIZATION_JOB", &job.name);
    stack.output("CUSTOM_MODEL_NAME", &job.model_name);
    stack.output("CUSTOM_MODEL_ARN", &job.model_arn);
    if let Some(invoked) = &invoked {
        stack.output("CUSTOM_MODEL_ID", invoked);
    }
    stack.output("TRAINING_LOSS", &job.training_loss);
    stack.output("VALIDATION_LOSS", &job.validation_loss);
    stack.output("TRAINING_BUCKET", &storage.training);
    stack.output("MODELS_BUCKET", &storage.models);
}
