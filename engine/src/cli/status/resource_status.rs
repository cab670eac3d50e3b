//! The status of a recorded resource.

use serde::Serialize;

use ebbtide::plan::Target;
use ebbtide::record::ResourceRecord;
use ebbtide::resource::{Address, Persistence, Registry};

/// The status of a recorded resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResourceStatus {
    /// AWS accepted the resource, and it was not seen ready yet.
    Pending,
    /// The resource exists.
    Running,
    /// A pause deleted the resource, and a resume brings it back.
    Asleep,
    /// The resource is durable and exists, and the stack is paused.
    Kept,
}

impl ResourceStatus {
    pub(super) const ALL: [Self; 4] = [Self::Running, Self::Kept, Self::Pending, Self::Asleep];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Kept => "kept",
            Self::Pending => "pending",
            Self::Asleep => "asleep",
        }
    }
}

/// Returns the status of a recorded resource in a stack with this target.
pub(super) fn status(kinds: &Registry, target: Target, address: &Address, record: &ResourceRecord) -> ResourceStatus {
    let persistence = kinds.get(address.kind()).map(|kind| kind.info().persistence);
    match (record.is_asleep(), record.pending, target, persistence) {
        (true, ..) => ResourceStatus::Asleep,
        (false, true, ..) => ResourceStatus::Pending,
        (false, false, Target::Paused, Some(Persistence::Durable)) => ResourceStatus::Kept,
        (false, false, ..) => ResourceStatus::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(target: Target, address: &str, id: Option<&str>, pending: bool) -> &'static str {
        let record = ResourceRecord { id: id.map(str::to_owned), pending, ..ResourceRecord::blank(1) };
        status(crate::providers::providers().kinds(), target, &address.parse().unwrap(), &record).name()
    }

    #[test]
    fn a_paused_stack_keeps_durable_resources() {
        assert_eq!(name(Target::Paused, "ec2_vpc.main", Some("vpc-1"), false), "kept");
        assert_eq!(name(Target::Running, "ec2_vpc.main", Some("vpc-1"), false), "running");
        assert_eq!(name(Target::Paused, "ec2_vpc_endpoint.s3", Some("vpce-1"), false), "running");
        assert_eq!(name(Target::Paused, "ec2_vpc.main", Some("vpc-1"), true), "pending");
        assert_eq!(name(Target::Paused, "ec2_nat_gateway.a", None, false), "asleep");
    }
}
