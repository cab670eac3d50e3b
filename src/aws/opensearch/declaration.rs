//! The declaration of a domain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::nodes::{DomainLog, NodeOption, OffPeak, Volume};
use crate::aws::{RoleArn, SecurityGroupId, SubnetId};
use crate::resource::{Declared, Phase, Tags};

/// A cluster of OpenSearch, billed by the hour for each node and by the month for volumes.
///
/// AWS can neither stop a domain nor shrink it to nothing, and its automated snapshots go with it. So a pause keeps it, with all that it costs. A
/// [collection group](crate::aws::opensearchserverless::CollectionGroup) that scales to zero pauses by itself.
///
/// ```
/// # use ebbtide::aws::opensearch::{Domain, Volume};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let domain = Domain { volume: Some(Volume::gp3(100)), ..Domain::on("r6g.large.search", 2) };
/// let domain = stack.add("documents", Domain { zone_awareness: true, ..domain });
/// stack.output("SEARCH_HOST", &domain.endpoint);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Domain<P: Phase = Declared> {
    /// The name, 3 to 28 small letters, digits and hyphens; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The version of the engine, such as `OpenSearch_3.1`; AWS chooses unless given.
    #[serde(default)]
    pub engine_version: Option<String>,
    /// The mode of the engine; AWS chooses unless given.
    #[serde(default)]
    pub engine_mode: Option<EngineMode>,
    /// The use that it is made for; AWS chooses unless given.
    #[serde(default)]
    pub use_case: Option<UseCase>,
    /// The type of data nodes, such as `r6g.large.search`.
    pub instance_type: String,
    /// The number of data nodes.
    pub instance_count: u32,
    /// Whether nodes of their own keep the state of the cluster.
    #[serde(default)]
    pub dedicated_masters: bool,
    /// The type of dedicated masters.
    #[serde(default)]
    pub master_type: Option<String>,
    /// The number of dedicated masters: 3, and 5 or more.
    #[serde(default)]
    pub master_count: Option<u32>,
    /// Whether nodes are in several zones.
    #[serde(default)]
    pub zone_awareness: bool,
    /// The number of zones, 2 or 3; 2 unless given.
    #[serde(default)]
    pub zones: Option<u32>,
    /// Whether the nodes of one of three zones stand by.
    #[serde(default)]
    pub standby: bool,
    /// Whether there are nodes for data that is read seldom.
    #[serde(default)]
    pub warm: bool,
    /// The type of warm nodes, such as `ultrawarm1.medium.search`.
    #[serde(default)]
    pub warm_type: Option<String>,
    /// The number of warm nodes.
    #[serde(default)]
    pub warm_count: Option<u32>,
    /// Whether data can be detached from warm nodes.
    #[serde(default)]
    pub cold_storage: bool,
    /// Other nodes.
    #[serde(default)]
    pub nodes: Vec<NodeOption>,
    /// The volume of each data node.
    #[serde(default)]
    pub volume: Option<Volume>,
    /// Whether data is encrypted.
    #[serde(default = "yes")]
    pub encrypted: bool,
    /// The ARN of the KMS key that encrypts data; a key of AWS unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Whether traffic between nodes is encrypted.
    #[serde(default = "yes")]
    pub node_to_node: bool,
    /// Whether all requests come by HTTPS.
    #[serde(default = "yes")]
    pub enforce_https: bool,
    /// The policy of TLS, such as `Policy-Min-TLS-1-2-PFS-2023-10`; AWS chooses unless given.
    #[serde(default)]
    pub tls_policy: Option<String>,
    /// Whether it has a host name of the user's own.
    #[serde(default)]
    pub custom_endpoint_enabled: bool,
    /// That host name.
    #[serde(default)]
    pub custom_endpoint: Option<String>,
    /// The ARN of its certificate.
    #[serde(default)]
    pub certificate: Option<P::Of<String>>,
    /// The subnets, one in each zone; a domain without any can be reached from the internet, as its policy lets.
    #[serde(default = "Vec::new")]
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups, in a VPC.
    #[serde(default = "Vec::new")]
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
    /// The document that says who may call it, in which values may be outputs of other resources.
    #[serde(default)]
    pub access_policy: Option<Value>,
    /// Whether permissions are given on indexes and fields.
    #[serde(default)]
    pub fine_grained: bool,
    /// The role or user that gives the first of these permissions. AWS does not show it.
    #[serde(default)]
    pub master_user: Option<P::Of<RoleArn>>,
    /// Logs by their kind: `INDEX_SLOW_LOGS`, `SEARCH_SLOW_LOGS`, `ES_APPLICATION_LOGS`, `AUDIT_LOGS`.
    #[serde(default = "BTreeMap::new")]
    pub logs: BTreeMap<String, DomainLog<P>>,
    /// The hour of the daily snapshot, in UTC; AWS chooses unless given.
    #[serde(default)]
    pub snapshot_hour: Option<u32>,
    /// The beginning of the hours in which AWS may change the domain; AWS chooses unless given.
    #[serde(default)]
    pub off_peak: Option<OffPeak>,
    /// Whether AWS updates the software of the service by itself.
    #[serde(default)]
    pub auto_update: bool,
    /// The way in which changes replace nodes; AWS chooses unless given.
    #[serde(default)]
    pub deployment: Option<DeploymentStrategy>,
    /// The kind of its addresses: `ipv4` or `dualstack`; AWS chooses unless given.
    #[serde(default)]
    pub ip_address_type: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The mode of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineMode {
    /// For all uses.
    General,
    /// For one use.
    Optimized,
}

/// The use that a domain is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Search of texts.
    Search,
    /// Search of vectors.
    Vector,
    /// Logs and metrics.
    Observability,
    /// Several uses.
    Mixed,
}

/// The way in which changes replace nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeploymentStrategy {
    /// As many new nodes as there are.
    Default,
    /// Fewer new nodes at once.
    CapacityOptimized,
}

fn yes() -> bool {
    true
}

impl Domain {
    /// Creates an encrypted domain with so many data nodes in one zone, without volumes.
    pub fn on(instance_type: impl Into<String>, instance_count: u32) -> Self {
        Self {
            name: None,
            engine_version: None,
            engine_mode: None,
            use_case: None,
            instance_type: instance_type.into(),
            instance_count,
            dedicated_masters: false,
            master_type: None,
            master_count: None,
            zone_awareness: false,
            zones: None,
            standby: false,
            warm: false,
            warm_type: None,
            warm_count: None,
            cold_storage: false,
            nodes: Vec::new(),
            volume: None,
            encrypted: true,
            kms_key: None,
            node_to_node: true,
            enforce_https: true,
            tls_policy: None,
            custom_endpoint_enabled: false,
            custom_endpoint: None,
            certificate: None,
            subnets: Vec::new(),
            security_groups: Vec::new(),
            access_policy: None,
            fine_grained: false,
            master_user: None,
            logs: BTreeMap::new(),
            snapshot_hour: None,
            off_peak: None,
            auto_update: false,
            deployment: None,
            ip_address_type: None,
            tags: Tags::new(),
        }
    }
}
