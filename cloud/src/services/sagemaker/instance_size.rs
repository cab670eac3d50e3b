//! The accelerators, cores and memory of instances, which the copies of inference components share.
//!
//! Sources: EC2's pages of instance types, whose names SageMaker's have behind `ml.`.

/// Room on an instance, or the part of it that a copy takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Accelerators: GPUs, or chips of Inferentia and Trainium.
    pub accelerators: f64,
    /// Virtual cores.
    pub cores: f64,
    /// Memory, in MB.
    pub memory_mb: f64,
}

impl Room {
    /// Returns the room of an instance type; none of a type that this cloud does not know.
    pub fn of(instance_type: &str) -> Option<Self> {
        let (family, size) = instance_type.strip_prefix("ml.")?.split_once('.')?;
        let cores = match size {
            "large" => 2.0,
            "xlarge" => 4.0,
            _ => size.strip_suffix("xlarge")?.parse::<f64>().ok()? * 4.0,
        };
        let (accelerators, memory_gb_a_core) = match (family, size) {
            ("m5" | "m6i" | "m7i", _) => (0.0, 4.0),
            ("c5" | "c6i" | "c7i", _) => (0.0, 2.0),
            ("r5" | "r6i" | "r7i", _) => (0.0, 8.0),
            ("g4dn", "12xlarge") | ("g5" | "g6", "12xlarge" | "24xlarge") => (4.0, 4.0),
            ("g5" | "g6", "48xlarge") => (8.0, 4.0),
            ("g4dn" | "g5" | "g6", _) => (1.0, 4.0),
            ("g6e", "12xlarge" | "24xlarge") => (4.0, 8.0),
            ("g6e", "48xlarge") => (8.0, 8.0),
            ("g6e", _) => (1.0, 8.0),
            ("p4d", _) => (8.0, 12.0),
            ("p5", "48xlarge") => (8.0, 32.0 / 3.0),
            ("inf2", "24xlarge") => (6.0, 4.0),
            ("inf2", "48xlarge") => (12.0, 4.0),
            ("inf2", _) => (1.0, 4.0),
            ("trn1", "32xlarge") => (16.0, 4.0),
            ("trn1", _) => (1.0, 4.0),
            _ => return None,
        };
        Some(Self { accelerators, cores, memory_mb: cores * memory_gb_a_core * 1024.0 })
    }

    fn take(&mut self, part: &Self) -> bool {
        let fits =
            part.accelerators <= self.accelerators && part.cores <= self.cores && part.memory_mb <= self.memory_mb;
        if fits {
            self.accelerators -= part.accelerators;
            self.cores -= part.cores;
            self.memory_mb -= part.memory_mb;
        }
        fits
    }

    /// Returns how many instances of this room the parts need, each in the first one that has room for it; none if a part does not
    /// fit on an instance.
    pub fn instances_for(&self, parts: &[Self]) -> Option<i64> {
        let mut instances: Vec<Self> = Vec::new();
        for part in parts {
            if instances.iter_mut().any(|left| left.take(part)) {
                continue;
            }
            let mut another = *self;
            if !another.take(part) {
                return None;
            }
            instances.push(another);
        }
        i64::try_from(instances.len()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(accelerators: f64) -> Room {
        Room { accelerators, cores: 1.0, memory_mb: 1024.0 }
    }

    #[test]
    fn copies_share_instances_as_long_as_there_is_room() {
        let small = Room::of("ml.g5.xlarge").unwrap();
        assert_eq!(small, Room { accelerators: 1.0, cores: 4.0, memory_mb: 16_384.0 });
        assert_eq!(small.instances_for(&[]), Some(0));
        assert_eq!(small.instances_for(&[part(1.0), part(1.0), part(0.0)]), Some(2));
        assert_eq!(small.instances_for(&[part(2.0)]), None);
        let large = Room::of("ml.g5.12xlarge").unwrap();
        assert_eq!(large.instances_for(&[part(2.0), part(1.0), part(2.0), part(1.0)]), Some(2));
        assert_eq!(Room::of("ml.unknown.xlarge"), None);
    }
}
