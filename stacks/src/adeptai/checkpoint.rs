//! The checkpoints and the traffic of endpoints, and the settings of the servers that follow.

use std::collections::BTreeMap;

use ebbtide::serving::{Serving, Weights, model, model_names};

use super::settings;

/// A checkpoint in S3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoint {
    /// The name, which is a part of its prefix and begins with that of a known model.
    pub(super) name: &'static str,
    weights: Weights,
}

/// 16 GB.
pub(super) const LLAMA_8B: Checkpoint = Checkpoint { name: "llama-3.1-8b-instruct", weights: Weights::Bf16 };
/// 40 GB with 4 bits. With 16 bits it has 141 GB, which need eight A100.
pub(super) const LLAMA_70B: Checkpoint = Checkpoint { name: "llama-3.1-70b-instruct-awq", weights: Weights::Awq };

/// The requests to an endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic {
    context: u32,
    at_once: u32,
    usual: u32,
}

/// A query and a short answer.
pub(super) const SHORT: Traffic = Traffic { context: 4096, at_once: 16, usual: 1024 };
/// A document of some pages.
pub(super) const MEDIUM: Traffic = Traffic { context: 8192, at_once: 12, usual: 2048 };
/// Several documents.
pub(super) const LONG: Traffic = Traffic { context: 16_384, at_once: 16, usual: 4096 };

/// The variables that follow from settings, and the settings.
const DERIVED: [(&str, &str); 4] = [
    ("OPTION_MAX_MODEL_LEN", "context"),
    ("OPTION_MAX_ROLLING_BATCH_SIZE", "requests_at_once"),
    ("OPTION_TENSOR_PARALLEL_DEGREE", "instance_type"),
    ("OPTION_GPU_MEMORY_UTILIZATION", "context"),
];

/// The model of which nothing is known.
const OTHER: &str = "other";

/// Returns the environment variables of a server. The error is a setting and the problem with it.
pub(super) fn environment(
    checkpoint: &Checkpoint,
    traffic: &Traffic,
    instance_type: &str,
    own: &settings::Endpoint,
) -> Result<BTreeMap<String, String>, (&'static str, String)> {
    let unchecked = || BTreeMap::from([("OPTION_TENSOR_PARALLEL_DEGREE".to_owned(), "max".to_owned())]);
    let derived = match own.base_model.as_deref() {
        Some(OTHER) => unchecked(),
        named => {
            if let Some((variable, setting)) =
                DERIVED.iter().find(|(variable, _)| own.environment.contains_key(*variable))
            {
                return Err((
                    "environment",
                    format!("`{variable}` follows from the instance and the model: set `{setting}`"),
                ));
            }
            let name = named.unwrap_or(checkpoint.name);
            let model = model(name).ok_or_else(|| {
                let known = model_names().collect::<Vec<_>>().join(", ");
                (
                    "base_model",
                    format!("`{name}` is not a known model: write one of {known}, or `{OTHER}`, which is not checked"),
                )
            })?;
            let context = own.context.unwrap_or(traffic.context);
            let serving = Serving {
                model,
                weights: own.weights.unwrap_or(checkpoint.weights),
                context,
                sequences: own.requests_at_once.unwrap_or(traffic.at_once),
                usual: own.usual_tokens.unwrap_or(traffic.usual.min(context)),
            };
            match serving.fit(instance_type) {
                Some(Ok(fit)) => fit.environment(),
                Some(Err(misfit)) => return Err(("instance_type", misfit.to_string())),
                None => unchecked(),
            }
        }
    };
    let usual = [
        // SageMaker puts the model there.
        ("HF_MODEL_ID", "/opt/ml/model"),
        ("OPTION_ROLLING_BATCH", "vllm"),
    ];
    let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(usual.into_iter().chain(derived).chain(own.environment.clone()).collect())
}
