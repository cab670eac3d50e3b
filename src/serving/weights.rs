//! The precision of the weights of a checkpoint.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The precision of the weights, as the checkpoint in S3 stores them.
///
/// The server finds it in the checkpoint; AWS advises against naming the quantization of a checkpoint that is quantized
/// already (LMI's user guide of vLLM).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// 16 bits: bfloat16 or float16.
    #[default]
    Bf16,
    /// 8 bits: FP8 or INT8. Embeddings stay at 16.
    Fp8,
    /// 4 bits with a scale and a zero point for each group of 128: AWQ or GPTQ. Embeddings stay at 16.
    Awq,
}

impl Weights {
    /// From the largest to the smallest.
    pub(super) const ALL: [Self; 3] = [Self::Bf16, Self::Fp8, Self::Awq];

    /// Returns the size of so many quantizable parameters, in bytes.
    pub(super) fn bytes(self, parameters: u64) -> u64 {
        match self {
            Self::Bf16 => parameters * 2,
            Self::Fp8 => parameters,
            // 4 bits, and 16 + 4 bits for each 128.
            Self::Awq => parameters / 2 + parameters * 20 / (128 * 8),
        }
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bf16 => "16-bit",
            Self::Fp8 => "8-bit (FP8)",
            Self::Awq => "4-bit (AWQ)",
        })
    }
}
