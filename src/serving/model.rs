//! The shapes of known models.

use super::Weights;

/// The shape of a model: the numbers of its `config.json` that its memory follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// The name, such as `llama-3.1-8b`.
    pub name: &'static str,
    /// `num_hidden_layers`.
    pub layers: u64,
    /// `hidden_size`.
    pub hidden: u64,
    /// `intermediate_size`.
    pub intermediate: u64,
    /// `num_attention_heads`.
    pub heads: u64,
    /// `num_key_value_heads`.
    pub kv_heads: u64,
    /// `head_dim`.
    pub head_dim: u64,
    /// `vocab_size`.
    pub vocabulary: u64,
    /// `max_position_embeddings`: the longest context, in tokens.
    pub max_context: u32,
    /// `tie_word_embeddings`: whether input and output share one embedding.
    pub tied: bool,
    /// Whether queries, keys and values have a bias.
    pub biased: bool,
}

/// Returns a known model by its name, by the name of a checkpoint of it (`llama-3.1-8b-instruct-awq`) as well.
pub fn model(name: &str) -> Option<Model> {
    let name = name.to_ascii_lowercase();
    let is_of =
        |model: &&Model| name.strip_prefix(model.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    MODELS.iter().find(is_of).copied()
}

/// Returns the names of the known models.
pub fn model_names() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}

/// Each of the `config.json` of the model on the Hugging Face Hub.
#[rustfmt::skip]
const MODELS: [Model; 11] = [
    llama("llama-3.1-8b",   32,  4096, 14_336, 32, 128, false),
    llama("llama-3.1-70b",  80,  8192, 28_672, 64, 128, false),
    llama("llama-3.3-70b",  80,  8192, 28_672, 64, 128, false),
    llama("llama-3.1-405b", 126, 16_384, 53_248, 128, 128, false),
    llama("llama-3.2-1b",   16,  2048,  8192, 32,  64, true),
    llama("llama-3.2-3b",   28,  3072,  8192, 24, 128, true),
    Model { vocabulary: 32_768, max_context: 32_768, ..llama("mistral-7b", 32, 4096, 14_336, 32, 128, false) },
    qwen("qwen2.5-7b",  28, 3584, 18_944, 28, 4),
    qwen("qwen2.5-14b", 48, 5120, 13_824, 40, 8),
    qwen("qwen2.5-32b", 64, 5120, 27_648, 40, 8),
    qwen("qwen2.5-72b", 80, 8192, 29_568, 64, 8),
];

const fn llama(
    name: &'static str,
    layers: u64,
    hidden: u64,
    intermediate: u64,
    heads: u64,
    head_dim: u64,
    tied: bool,
) -> Model {
    Model {
        name,
        layers,
        hidden,
        intermediate,
        heads,
        kv_heads: 8,
        head_dim,
        vocabulary: 128_256,
        max_context: 131_072,
        tied,
        biased: false,
    }
}

const fn qwen(name: &'static str, layers: u64, hidden: u64, intermediate: u64, heads: u64, kv_heads: u64) -> Model {
    Model {
        name,
        layers,
        hidden,
        intermediate,
        heads,
        kv_heads,
        head_dim: 128,
        vocabulary: 152_064,
        max_context: 32_768,
        tied: false,
        biased: true,
    }
}

impl Model {
    /// Returns the number of parameters.
    pub fn parameters(&self) -> u64 {
        self.embedding_parameters() + self.layer_parameters() + (2 * self.layers + 1) * self.hidden
    }

    /// Returns the size of the weights in a precision, in bytes.
    pub fn weight_bytes(&self, weights: Weights) -> u64 {
        // Norms and embeddings are not quantized.
        let whole = self.embedding_parameters() + (2 * self.layers + 1) * self.hidden;
        Weights::Bf16.bytes(whole) + weights.bytes(self.layer_parameters())
    }

    /// Returns the size of the keys and values of one token on one of so many accelerators, in bytes. They have 16 bits. Each
    /// accelerator has at least one head.
    pub fn kv_bytes(&self, accelerators: u64) -> u64 {
        2 * self.layers * self.kv_heads.div_ceil(accelerators) * self.head_dim * 2
    }

    fn embedding_parameters(&self) -> u64 {
        self.vocabulary * self.hidden * if self.tied { 1 } else { 2 }
    }

    fn layer_parameters(&self) -> u64 {
        let (queries, keys) = (self.heads * self.head_dim, self.kv_heads * self.head_dim);
        let biases = if self.biased { queries + 2 * keys } else { 0 };
        let attention = self.hidden * (2 * queries + 2 * keys) + biases;
        self.layers * (attention + 3 * self.hidden * self.intermediate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shapes give the published numbers of parameters (the totals of `model.safetensors.index.json`).
    #[test]
    fn parameters_follow_from_the_shape() {
        for (name, parameters) in [
            ("llama-3.1-8b", 8_030_261_248),
            ("llama-3.1-70b", 70_553_706_496),
            ("llama-3.1-405b", 405_853_388_800),
            ("llama-3.2-1b", 1_235_814_400),
            ("llama-3.2-3b", 3_212_749_824),
            ("mistral-7b", 7_248_023_552),
            ("qwen2.5-7b", 7_615_616_512),
            ("qwen2.5-14b", 14_770_033_664),
            ("qwen2.5-32b", 32_763_876_352),
            ("qwen2.5-72b", 72_706_203_648),
        ] {
            assert_eq!(model(name).unwrap().parameters(), parameters, "{name}");
        }
    }

    /// The sizes of published checkpoints, in GB: Meta-Llama-3.1-8B-Instruct in AWQ and FP8, and 70B in AWQ.
    #[test]
    fn quantized_checkpoints_have_their_published_sizes() {
        for (name, weights, published) in [
            ("llama-3.1-8b", Weights::Bf16, 16.06),
            ("llama-3.1-8b", Weights::Fp8, 9.08),
            ("llama-3.1-8b", Weights::Awq, 5.73),
            ("llama-3.1-70b", Weights::Awq, 39.77),
        ] {
            let size = model(name).unwrap().weight_bytes(weights) as f64 / 1e9;
            assert!((size / published - 1.0).abs() < 0.01, "{name} {weights}: {size} GB");
        }
    }

    #[test]
    fn a_checkpoint_is_known_by_its_model() {
        assert_eq!(model("Llama-3.1-8B-Instruct").unwrap().name, "llama-3.1-8b");
        assert_eq!(model("llama-3.1-70b-instruct-awq").unwrap().name, "llama-3.1-70b");
        assert_eq!(model("llama-3.1-80b"), None);
        assert_eq!(model("llama-3.1-8bx"), None);
        let eight = model("llama-3.1-8b").unwrap();
        assert_eq!(eight.kv_bytes(1), 128 * 1024);
        assert_eq!((eight.kv_bytes(8), eight.kv_bytes(16)), (16 * 1024, 16 * 1024), "no accelerator has half a head");
    }
}
