//! Settings that are missing or that AWS would refuse, found before a run is paid for.

use ebbtide::stack::Stack;

use super::Settings;
use super::settings::HyperParameters;

/// The stack, as problems name it.
const STACK: &str = "fine_tuning";

/// The beginnings of the ids of base models that take three hyperparameters, within bounds: AWS's page "Amazon Nova Understanding model
/// customization hyperparameters".
const NOVA_1: [&str; 3] = ["amazon.nova-micro-v1", "amazon.nova-lite-v1", "amazon.nova-pro-v1"];

/// The settings of a run that have no defaults.
pub(super) struct Run<'a> {
    pub(super) base_model: &'a str,
    pub(super) training_data: &'a str,
    pub(super) validation_data: &'a [String],
    pub(super) parameters: &'a HyperParameters,
}

/// Returns the settings of a run, or reports those that are missing or wrong.
pub(super) fn check<'a>(stack: &mut Stack, settings: &'a Settings) -> Option<Run<'a>> {
    let (base_model, training_data) = (settings.base_model.as_deref(), settings.training_data.as_deref());
    let missing = [
        (
            "base_model",
            base_model.is_none(),
            "a model that Bedrock can customize in this region, such as \"amazon.nova-2-lite-v1:0:256k\"",
        ),
        (
            "training_data",
            training_data.is_none(),
            "the key of the training data, such as \"training_data/train.jsonl\"",
        ),
        ("validation_data", settings.validation_data.is_none(), "the keys of the data for validation, or [] for none"),
        ("hyper_parameters", settings.hyper_parameters.is_none(), "a table with at least `epochs`"),
    ];
    let mut problems: Vec<(&str, String)> = missing
        .iter()
        .filter(|(_, is_missing, _)| *is_missing)
        .map(|(field, _, what)| (*field, format!("is missing in [stacks.{STACK}]: {what}")))
        .collect();

    let validation_data = settings.validation_data.as_deref().unwrap_or_default();
    let training = settings.training_data.iter().map(|key| ("training_data", key));
    let keys = training.chain(validation_data.iter().map(|key| ("validation_data", key)));
    for (field, key) in keys.filter(|(_, key)| key.is_empty() || key.contains("://") || key.starts_with('/')) {
        problems.push((field, format!("`{key}` is not the key of an object; name another bucket with `data`")));
    }
    if let Some(data) = settings.data.as_deref().filter(|data| !data.starts_with("s3://")) {
        problems.push(("data", format!("`{data}` is not a place in S3: write s3://BUCKET or s3://BUCKET/PREFIX")));
    }
    let prefix = &settings.output_prefix;
    if !prefix.ends_with('/') || prefix.starts_with('/') {
        problems.push(("output_prefix", format!("`{prefix}` is not the beginning of keys: write PREFIX/")));
    }
    if let Some(parameters) = &settings.hyper_parameters {
        problems.extend(parameter_problems(base_model.unwrap_or_default(), parameters));
    }
    let is_fine = problems.is_empty();
    for (field, message) in problems {
        stack.problem(STACK, Some(field.to_owned()), message);
    }
    let parameters = settings.hyper_parameters.as_ref().filter(|_| is_fine)?;
    Some(Run { base_model: base_model?, training_data: training_data?, validation_data, parameters })
}

/// Returns the hyperparameters that Bedrock would refuse.
fn parameter_problems(base: &str, parameters: &HyperParameters) -> Vec<(&'static str, String)> {
    let mut problems = Vec::new();
    let rate =
        parameters.learning_rate.as_deref().map(|text| (text, text.parse::<f64>().ok().filter(|rate| *rate > 0.0)));
    if parameters.epochs == 0 {
        problems.push(("hyper_parameters.epochs", "is at least 1".to_owned()));
    }
    if let Some((text, None)) = rate {
        problems.push(("hyper_parameters.learning_rate", format!("`{text}` is not a rate: write it like \"0.00001\"")));
    }
    let id = base.rsplit('/').next().unwrap_or(base);
    if !NOVA_1.iter().any(|nova| id.starts_with(nova)) {
        return problems;
    }
    if parameters.epochs > 5 {
        problems.push(("hyper_parameters.epochs", format!("{id} takes 1 to 5")));
    }
    if let Some((text, Some(rate))) = rate
        && !(1e-6..=1e-4).contains(&rate)
    {
        problems.push((
            "hyper_parameters.learning_rate",
            format!("{text} is out of bounds: {id} takes 0.000001 to 0.0001"),
        ));
    }
    if parameters.warmup_steps.is_some_and(|steps| steps > 100) {
        problems.push(("hyper_parameters.warmup_steps", format!("{id} takes 0 to 100")));
    }
    if parameters.batch_size.is_some() {
        problems.push(("hyper_parameters.batch_size", format!("{id} has no such parameter; leave it out")));
    }
    problems
}
