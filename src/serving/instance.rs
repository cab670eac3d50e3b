//! The instance types of SageMaker with accelerators of NVIDIA.

use super::Gpu;

/// An instance type with its accelerators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The type, such as `ml.g5.xlarge`.
    pub instance_type: &'static str,
    /// The accelerator.
    pub gpu: Gpu,
    /// The number of accelerators.
    pub gpus: u32,
}

/// Returns an instance type, if it has accelerators that this table knows.
pub fn instance(instance_type: &str) -> Option<Instance> {
    INSTANCES.iter().find(|instance| instance.instance_type == instance_type).copied()
}

const fn of(instance_type: &'static str, gpu: Gpu, gpus: u32) -> Instance {
    Instance { instance_type, gpu, gpus }
}

/// The number of accelerators by type, as EC2's pages of accelerated computing instances list them; the smallest first. The
/// names are members of `ProductionVariantInstanceType` in SageMaker's service model.
pub(super) const INSTANCES: [Instance; 36] = [
    of("ml.g4dn.xlarge", Gpu::T4, 1),
    of("ml.g4dn.2xlarge", Gpu::T4, 1),
    of("ml.g4dn.4xlarge", Gpu::T4, 1),
    of("ml.g4dn.8xlarge", Gpu::T4, 1),
    of("ml.g4dn.16xlarge", Gpu::T4, 1),
    of("ml.g6.xlarge", Gpu::L4, 1),
    of("ml.g6.2xlarge", Gpu::L4, 1),
    of("ml.g6.4xlarge", Gpu::L4, 1),
    of("ml.g6.8xlarge", Gpu::L4, 1),
    of("ml.g6.16xlarge", Gpu::L4, 1),
    of("ml.g5.xlarge", Gpu::A10G, 1),
    of("ml.g5.2xlarge", Gpu::A10G, 1),
    of("ml.g5.4xlarge", Gpu::A10G, 1),
    of("ml.g5.8xlarge", Gpu::A10G, 1),
    of("ml.g5.16xlarge", Gpu::A10G, 1),
    of("ml.g6e.xlarge", Gpu::L40S, 1),
    of("ml.g6e.2xlarge", Gpu::L40S, 1),
    of("ml.g6e.4xlarge", Gpu::L40S, 1),
    of("ml.g6e.8xlarge", Gpu::L40S, 1),
    of("ml.g6e.16xlarge", Gpu::L40S, 1),
    of("ml.g4dn.12xlarge", Gpu::T4, 4),
    of("ml.p5.4xlarge", Gpu::H100, 1),
    of("ml.g6.12xlarge", Gpu::L4, 4),
    of("ml.g6.24xlarge", Gpu::L4, 4),
    of("ml.g5.12xlarge", Gpu::A10G, 4),
    of("ml.g5.24xlarge", Gpu::A10G, 4),
    of("ml.g6.48xlarge", Gpu::L4, 8),
    of("ml.g5.48xlarge", Gpu::A10G, 8),
    of("ml.g6e.12xlarge", Gpu::L40S, 4),
    of("ml.g6e.24xlarge", Gpu::L40S, 4),
    of("ml.p4d.24xlarge", Gpu::A100, 8),
    of("ml.g6e.48xlarge", Gpu::L40S, 8),
    of("ml.p4de.24xlarge", Gpu::A100Large, 8),
    of("ml.p5.48xlarge", Gpu::H100, 8),
    of("ml.p5e.48xlarge", Gpu::H200, 8),
    of("ml.p5en.48xlarge", Gpu::H200, 8),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_grows_and_names_each_type_once() {
        let mut seen = std::collections::BTreeSet::new();
        assert!(INSTANCES.iter().all(|instance| seen.insert(instance.instance_type)));
        let total = |instance: &Instance| u64::from(instance.gpus) * instance.gpu.memory_mib();
        assert!(INSTANCES.is_sorted_by_key(total), "the first type that fits is the smallest");
        assert_eq!(instance("ml.g5.12xlarge").unwrap().gpus, 4);
        assert_eq!(instance("ml.m5.large"), None);
    }
}
