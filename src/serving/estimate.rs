//! The memory of one accelerator under vLLM: weights, the peak of a step, and what is left for keys and values.
//!
//! vLLM loads the weights, runs one step at the largest batch, and gives all that is left of its share of the memory to the
//! keys and values. It refuses to start if one sequence of the longest context does not fit into that.

use super::{Gpu, Model, Weights};

const MIB: u64 = 1024 * 1024;

/// Bytes for each token of the vocabulary and sequence while sampling: logits in 32 bits, their sorted copies, indices,
/// probabilities. vLLM reports a peak of 1.19 to 1.24 GiB for Llama 3.1 8B and 256 sequences, which is 39 to 40.
const SAMPLING_BYTES: u64 = 40;

/// Memory outside of PyTorch's on one accelerator (kernels, libraries). vLLM reports 0.05 to 0.35 GiB as `non_torch_memory`.
const OTHER_MIB: u64 = 256;

/// The same where several accelerators exchange data, with the buffers of NCCL.
const OTHER_MIB_OF_SEVERAL: u64 = 768;

/// The tokens of a step where vLLM cuts long inputs into chunks: for contexts above 32,768.
const CHUNK: u64 = 2048;

/// The longest context for which a step takes a whole input (vLLM 0.6: `max_num_batched_tokens` is the context then, and at
/// least 2048).
const LONGEST_WHOLE: u64 = 32_768;

/// The load on one accelerator, of so many that share a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) model: Model,
    pub(super) weights: Weights,
    pub(super) context: u64,
    pub(super) sequences: u64,
    pub(super) accelerators: u64,
}

impl Load {
    /// Returns the size of the weights, in bytes.
    pub(super) fn weights_bytes(&self) -> u64 {
        self.model.weight_bytes(self.weights).div_ceil(self.accelerators)
    }

    /// Returns everything besides weights, keys and values, in bytes.
    pub(super) fn overhead_bytes(&self) -> u64 {
        let model = &self.model;
        let split = |width: u64| width.div_ceil(self.accelerators);
        let step = if self.context > LONGEST_WHOLE { CHUNK } else { self.context.max(2048) };
        let attention = split((model.heads + 2 * model.kv_heads) * model.head_dim);
        // Residual and normed input; queries, keys and values; gate, up, and their product.
        let widths = 2 * model.hidden + attention + 3 * split(model.intermediate);
        let sampling = self.sequences * model.vocabulary * SAMPLING_BYTES;
        let other = if self.accelerators == 1 { OTHER_MIB } else { OTHER_MIB_OF_SEVERAL };
        step * widths * 2 + sampling + other * MIB
    }

    /// Returns the number of tokens whose keys and values fit, if vLLM may use this share of the memory.
    pub(super) fn kv_tokens(&self, gpu: Gpu, percent: u64) -> u64 {
        self.kv_tokens_of(gpu.memory_mib() * MIB * percent / 100)
    }

    fn kv_tokens_of(&self, usable: u64) -> u64 {
        let left = usable.saturating_sub(self.weights_bytes() + self.overhead_bytes());
        left / self.model.kv_bytes(self.accelerators)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::model;

    fn load(name: &str, weights: Weights, context: u64, sequences: u64, accelerators: u64) -> Load {
        Load { model: model(name).unwrap(), weights, context, sequences, accelerators }
    }

    /// Numbers of tokens that vLLM reported, for a total memory in MiB.
    ///
    /// - Llama 3.1 8B, one RTX 3090 of 24 GB (23.69 GiB), 131,072, 256 sequences: 39,024 (Graph-COM/SubgraphRAG#19).
    /// - The same on 22.07 GiB with an activation peak of 0.22 GiB, which is that of 32 sequences: 37,696 (a log of vLLM 0.6.4
    ///   in the guide of Oracle's quick actions).
    /// - The same on an H100 of 79.14 GiB: weights 14.99, peak 1.19, 54.93 GiB of keys and values, which are 449,986 tokens
    ///   (a log in "AI Engineering", example 4-3).
    #[test]
    fn the_estimate_agrees_with_reported_numbers() {
        for (name, total_mib, context, sequences, reported) in [
            ("RTX 3090", 24_258, 131_072, 256, 39_024.0),
            ("A10", 22_600, 131_072, 32, 37_696.0),
            ("H100", 81_039, 131_072, 256, 449_986.0),
        ] {
            let load = load("llama-3.1-8b", Weights::Bf16, context, sequences, 1);
            let tokens = load.kv_tokens_of(total_mib * MIB * 90 / 100) as f64;
            // Less is safe: a model that the estimate lets pass starts.
            assert!((0.92..1.02).contains(&(tokens / reported)), "{name}: {tokens}, reported {reported}");
        }
    }

    /// vLLM reports 14.99 GiB of weights for Llama 3.1 8B.
    #[test]
    fn weights_are_split_and_overhead_grows_with_the_context() {
        let one = load("llama-3.1-8b", Weights::Bf16, 4096, 16, 1);
        assert_eq!(one.weights_bytes() / MIB, 15_316, "14.96 GiB");
        let four = load("llama-3.1-70b", Weights::Awq, 16_384, 16, 4);
        assert_eq!(four.weights_bytes() / (1024 * MIB), 9);
        let longer = Load { context: 8192, ..one };
        assert!(longer.overhead_bytes() > one.overhead_bytes());
        let chunked = Load { context: 131_072, ..one };
        assert!(chunked.overhead_bytes() < longer.overhead_bytes(), "long inputs are cut into chunks");
    }

    #[test]
    fn a_model_that_is_larger_than_the_memory_leaves_no_tokens() {
        assert_eq!(load("llama-3.1-70b", Weights::Bf16, 1024, 1, 1).kv_tokens(Gpu::A10G, 90), 0);
        assert_eq!(load("llama-3.1-70b", Weights::Awq, 1024, 1, 1).kv_tokens(Gpu::A10G, 90), 0);
    }
}
