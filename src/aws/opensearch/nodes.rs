//! The nodes, volumes and logs of a domain.

use serde::{Deserialize, Serialize};

use crate::resource::cloud_control::Property;
use crate::resource::{Declared, Input, Phase};

/// The volume of each data node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Whether there is one. Instances with disks of their own need none.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The kind.
    #[serde(default)]
    pub kind: VolumeKind,
    /// The size in GiB.
    pub size_gb: u32,
    /// Operations a second, for `gp3` and `io1`; 3,000 of `gp3` unless given.
    #[serde(default)]
    pub iops: Option<u32>,
    /// MiB a second, for `gp3`; 125 unless given.
    #[serde(default)]
    pub throughput: Option<u32>,
}

fn yes() -> bool {
    true
}

impl Volume {
    /// Creates a volume of the kind `gp3`.
    pub fn gp3(size_gb: u32) -> Self {
        Self { enabled: true, kind: VolumeKind::Gp3, size_gb, iops: None, throughput: None }
    }
}

/// The kind of a volume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VolumeKind {
    /// General purpose, with operations and throughput beside the size.
    #[default]
    Gp3,
    /// General purpose, with operations by the size.
    Gp2,
    /// Provisioned operations.
    Io1,
    /// Magnetic.
    Standard,
}

/// Nodes beside data nodes and dedicated masters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeOption {
    /// The kind.
    #[serde(default)]
    pub kind: NodeKind,
    /// Whether there are some.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The type of instance, such as `r6g.large.search`.
    pub instance_type: String,
    /// Their number.
    pub count: u32,
}

/// The kind of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// They take requests and collect the results.
    #[default]
    Coordinator,
}

/// The beginning of the ten hours, in UTC, in which AWS may change the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OffPeak {
    /// The hour, 0 to 23.
    pub hour: u32,
    /// The minute, 0 to 59.
    #[serde(default)]
    pub minute: u32,
}

/// A log of a domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DomainLog<P: Phase = Declared> {
    /// The ARN of the log group.
    pub group: P::Of<String>,
    /// Whether it is written.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl DomainLog {
    /// Creates a log that is written.
    pub fn to(group: impl Into<Input<String>>) -> Self {
        Self { group: group.into(), enabled: true }
    }
}

/// The properties of a volume.
pub(super) const VOLUME: &[Property] = &[
    Property::plain("enabled", "EBSEnabled"),
    Property::plain("kind", "VolumeType"),
    Property::plain("size_gb", "VolumeSize"),
    Property::plain("iops", "Iops"),
    Property::plain("throughput", "Throughput"),
];

/// The properties of other nodes.
pub(super) const NODE: &[Property] = &[
    Property::words("kind", "NodeType", &[("coordinator", "coordinator")]),
    Property::plain("enabled", "NodeConfig/Enabled"),
    Property::plain("instance_type", "NodeConfig/Type"),
    Property::plain("count", "NodeConfig/Count"),
];

/// The properties of the beginning of the quiet hours.
pub(super) const OFF_PEAK: &[Property] = &[Property::plain("hour", "Hours"), Property::plain("minute", "Minutes")];

/// The properties of a log.
pub(super) const LOG: &[Property] =
    &[Property::plain("group", "CloudWatchLogsLogGroupArn"), Property::plain("enabled", "Enabled")];
