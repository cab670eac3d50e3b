//! The accelerators of SageMaker's instances.

/// An accelerator of NVIDIA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// T4, in g4dn.
    T4,
    /// A10G, in g5.
    A10G,
    /// L4, in g6.
    L4,
    /// L40S, in g6e.
    L40S,
    /// A100 with 40 GB, in p4d.
    A100,
    /// A100 with 80 GB, in p4de.
    A100Large,
    /// H100, in p5.
    H100,
    /// H200, in p5e and p5en.
    H200,
}

impl Gpu {
    /// Returns the memory that a process can use, in MiB.
    ///
    /// A driver reports less than the number on the box: error correction takes a part. These are the lowest totals that
    /// vLLM and PyTorch logs show (`total_gpu_memory`, `total capacity`): T4 14.56 GiB, A10G 22.06, L4 22.03 (23,034 MiB by
    /// `nvidia-smi`), L40S 44.34, A100 39.39 and 79.14, H100 79.11, H200 139.81.
    pub fn memory_mib(self) -> u64 {
        match self {
            Self::T4 => 14_900,
            Self::A10G => 22_580,
            Self::L4 => 22_550,
            Self::L40S => 45_400,
            Self::A100 => 40_330,
            Self::A100Large => 81_000,
            Self::H100 => 81_000,
            Self::H200 => 143_100,
        }
    }

    /// Returns whether it computes with bfloat16, which needs compute capability 8.0. A T4 has 7.5.
    pub fn has_bfloat16(self) -> bool {
        self != Self::T4
    }

    /// Returns the name.
    pub fn name(self) -> &'static str {
        match self {
            Self::T4 => "T4",
            Self::A10G => "A10G",
            Self::L4 => "L4",
            Self::L40S => "L40S",
            Self::A100 => "A100 40 GB",
            Self::A100Large => "A100 80 GB",
            Self::H100 => "H100",
            Self::H200 => "H200",
        }
    }
}
