//! The disks of instances.

/// The families of SageMaker's instance types that have volumes alone. Source: "Instance store volumes" in the guide to EC2.
const VOLUMES_ONLY: [&str; 16] =
    ["c4", "c5", "c6g", "c6i", "c7g", "c7i", "inf1", "inf2", "m4", "m5", "m6g", "m6i", "p2", "p3", "r5", "t2"];

/// Returns whether the volumes of an instance type, such as `ml.inf2.xlarge`, can have a KMS key of their own. Those of types
/// with local disks cannot: the call fails (SageMaker's API reference, CreateEndpointConfig, `KmsKeyId`). Returns false for a
/// type that is not known to have none.
pub fn takes_volume_key(instance_type: &str) -> bool {
    let family = instance_type.split('.').nth(1);
    family.is_some_and(|family| VOLUMES_ONLY.contains(&family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_with_local_disks_take_no_key() {
        for local in ["ml.g5.xlarge", "ml.g4dn.xlarge", "ml.p4d.24xlarge", "ml.m5d.large", "ml.trn1.2xlarge", "g5"] {
            assert!(!takes_volume_key(local), "{local}");
        }
        assert!(takes_volume_key("ml.inf2.xlarge") && takes_volume_key("ml.m5.large"));
    }
}
