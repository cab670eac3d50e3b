//! Whether a model fits on an instance, and the settings of the server that follow.

use std::collections::BTreeMap;

use super::estimate::Load;
use super::{Gpu, Instance, Model, Weights};

/// The share of an accelerator's memory that the server takes, in percent: vLLM's default. The rest is for CUDA itself and
/// its graphs, which vLLM captures after it has measured.
pub(super) const MEMORY_PERCENT: u64 = 90;

/// A model and the traffic that it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serving {
    /// The model.
    pub model: Model,
    /// The precision of its weights.
    pub weights: Weights,
    /// The longest request with its response, in tokens.
    pub context: u32,
    /// The number of requests that are served at once.
    pub sequences: u32,
    /// The length of a usual request with its response, in tokens. So many requests of this length have to fit at once.
    pub usual: u32,
}

/// A model that fits on an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The model and the traffic.
    pub serving: Serving,
    /// The number of accelerators that share the model.
    pub tensor_parallel: u32,
    /// The number of tokens whose keys and values fit.
    pub kv_tokens: u64,
    gpu: Gpu,
}

impl Serving {
    /// Returns how the model is served on an instance. The error is a sentence without its end.
    pub(super) fn fit_on(&self, instance: &Instance) -> Result<Fit, String> {
        let model = &self.model;
        if self.context > model.max_context {
            return Err(format!("{} has a context of {} tokens, not {}", model.name, model.max_context, self.context));
        }
        if self.context == 0 || self.sequences == 0 || self.usual > self.context {
            return Err(
                "a context and a number of requests of at least 1 are needed, and a usual length within the context"
                    .into(),
            );
        }
        let tensor_parallel = tensor_parallel(model, instance.gpus);
        let load = Load {
            model: *model,
            weights: self.weights,
            context: self.context.into(),
            sequences: self.sequences.into(),
            accelerators: tensor_parallel.into(),
        };
        let kv_tokens = load.kv_tokens(instance.gpu, MEMORY_PERCENT);
        let needed = u64::from(self.context).max(u64::from(self.sequences) * u64::from(self.usual));
        if kv_tokens >= needed {
            return Ok(Fit { serving: *self, tensor_parallel, kv_tokens, gpu: instance.gpu });
        }
        let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
        let usable = gib(instance.gpu.memory_mib() * 1024 * 1024 * MEMORY_PERCENT / 100);
        let each = if tensor_parallel == 1 { "its GPU" } else { "each of its GPUs" };
        Err(format!(
            "{} with {} weights does not fit on {} ({} × {}): of {usable:.1} GiB on {each}, weights take {:.1} and the \
             server {:.1}, which leaves room for {kv_tokens} tokens; {needed} are needed ({} requests of {} at once, or one \
             of {})",
            model.name,
            self.weights,
            instance.instance_type,
            instance.gpus,
            instance.gpu.name(),
            gib(load.weights_bytes()),
            gib(load.overhead_bytes()),
            self.sequences,
            self.usual,
            self.context,
        ))
    }
}

/// Returns the largest number of accelerators that share the heads of a model evenly, as vLLM demands.
fn tensor_parallel(model: &Model, gpus: u32) -> u32 {
    let divides = |degree: &u32| gpus.is_multiple_of(*degree) && model.heads.is_multiple_of(u64::from(*degree));
    (1..=gpus).rev().find(divides).unwrap_or(1)
}

impl Fit {
    /// Returns the settings of the server as environment variables of AWS's LMI container with vLLM.
    ///
    /// Sources: LMI's user guide of vLLM, its page of configurations (`option.X` is `OPTION_X`), and vLLM's engine arguments,
    /// which LMI passes through.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut settings = vec![
            ("OPTION_ROLLING_BATCH", "vllm".to_owned()),
            ("OPTION_TENSOR_PARALLEL_DEGREE", self.tensor_parallel.to_string()),
            ("OPTION_MAX_MODEL_LEN", self.serving.context.to_string()),
            ("OPTION_MAX_ROLLING_BATCH_SIZE", self.serving.sequences.to_string()),
            ("OPTION_GPU_MEMORY_UTILIZATION", format!("0.{MEMORY_PERCENT}")),
        ];
        if !self.gpu.has_bfloat16() {
            settings.push(("OPTION_DTYPE", "fp16".to_owned()));
        }
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::model;

    fn serving(name: &str, weights: Weights, context: u32) -> Serving {
        Serving { model: model(name).unwrap(), weights, context, sequences: 16, usual: context.min(1024) }
    }

    /// Combinations that are known to work or to fail.
    ///
    /// - Llama 3.1 8B does not start on one A10G or L4 with its own context of 131,072 (vllm#6689, vllm#7154).
    /// - LMI's table of instance types has 70B in 16 bits on g5.48xlarge with small batches and on p4d, never on less.
    /// - Llama 3.1 405B in FP8 runs on 8 × 80 GB (vllm#6689), in 16 bits it does not.
    #[test]
    fn known_combinations_fit_or_do_not() {
        use Weights::{Awq, Bf16, Fp8};
        for (name, weights, context, instance_type, fits) in [
            ("llama-3.1-8b", Bf16, 131_072, "ml.g5.xlarge", false),
            ("llama-3.1-8b", Bf16, 131_072, "ml.g6.xlarge", false),
            ("llama-3.1-8b", Bf16, 8192, "ml.g5.xlarge", true),
            ("llama-3.1-8b", Bf16, 4096, "ml.g4dn.xlarge", false),
            ("llama-3.1-8b", Awq, 4096, "ml.g4dn.xlarge", true),
            ("llama-3.1-70b", Bf16, 4096, "ml.g5.2xlarge", false),
            ("llama-3.1-70b", Awq, 4096, "ml.g5.2xlarge", false),
            ("llama-3.1-70b", Bf16, 4096, "ml.g5.12xlarge", false),
            ("llama-3.1-70b", Awq, 16_384, "ml.g5.12xlarge", true),
            ("llama-3.1-70b", Bf16, 4096, "ml.p4d.24xlarge", true),
            ("llama-3.1-405b", Bf16, 4096, "ml.p5.48xlarge", false),
            ("llama-3.1-405b", Fp8, 4096, "ml.p5.48xlarge", true),
        ] {
            let fit = serving(name, weights, context).fit(instance_type).unwrap();
            assert_eq!(fit.is_ok(), fits, "{name} {weights} {context} on {instance_type}: {fit:?}");
        }
        assert_eq!(serving("llama-3.1-8b", Bf16, 4096).fit("ml.inf2.xlarge"), None);
    }

    #[test]
    fn settings_follow_from_the_fit() {
        let fit = serving("llama-3.1-70b", Weights::Awq, 16_384).fit("ml.g5.12xlarge").unwrap().unwrap();
        let environment = fit.environment();
        assert_eq!(environment["OPTION_TENSOR_PARALLEL_DEGREE"], "4");
        assert_eq!(environment["OPTION_MAX_MODEL_LEN"], "16384");
        assert_eq!(environment["OPTION_GPU_MEMORY_UTILIZATION"], "0.90");
        assert!(!environment.contains_key("OPTION_DTYPE"));
        let t4 = serving("llama-3.2-3b", Weights::Bf16, 4096).fit("ml.g4dn.xlarge").unwrap().unwrap();
        assert_eq!(t4.environment()["OPTION_DTYPE"], "fp16");
    }

    #[test]
    fn heads_are_shared_evenly() {
        let seven = model("qwen2.5-7b").unwrap();
        assert_eq!(tensor_parallel(&seven, 8), 4, "28 heads");
        assert_eq!(tensor_parallel(&model("llama-3.1-70b").unwrap(), 8), 8);
    }

    #[test]
    fn impossible_traffic_is_refused() {
        let eight = serving("llama-3.1-8b", Weights::Bf16, 8192);
        let refused = |serving: Serving| serving.fit("ml.g5.xlarge").unwrap().unwrap_err().problem;
        assert!(refused(Serving { context: 200_000, ..eight }).contains("131072"));
        assert!(refused(Serving { sequences: 0, ..eight }).contains("at least 1"));
        assert!(refused(Serving { usual: 9000, ..eight }).contains("within"));
        let many = refused(Serving { sequences: 64, ..eight });
        assert!(many.contains("65536 are needed"), "{many}");
    }
}
