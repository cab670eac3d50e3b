//! `opensearch_domain`: a domain, a cluster of OpenSearch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::checks::{check_access, check_care, check_nodes};
use super::nodes::{DomainLog, LOG, NODE, NodeOption, OFF_PEAK, OffPeak, VOLUME, Volume, VolumeKind};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{DomainArn, RoleArn, SecurityGroupId, SubnetId};
use crate::resource::cloud_control::{CloudControl, Entries, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 28;

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

    /// Returns the charges for volumes.
    fn volume_charges(&self) -> Vec<Charge> {
        let Some(volume) = self.volume.as_ref().filter(|volume| volume.enabled) else { return Vec::new() };
        let kind = match volume.kind {
            VolumeKind::Gp3 => "gp3",
            VolumeKind::Gp2 => "gp2",
            VolumeKind::Io1 => "io1",
            VolumeKind::Standard => "standard",
        };
        let nodes = f64::from(self.instance_count);
        let more = |item: &str, given: Option<u32>, free: u32| {
            let more = given.map_or(0, |given| given.saturating_sub(free));
            (more > 0).then(|| Charge::monthly(format!("opensearch.storage.{kind}.{item}"), f64::from(more) * nodes))
        };
        let size = Charge::monthly(format!("opensearch.storage.{kind}"), f64::from(volume.size_gb) * nodes);
        let free = if volume.kind == VolumeKind::Gp3 { 3000 } else { 0 };
        [Some(size), more("iops", volume.iops, free), more("throughput", volume.throughput, 125)]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl<P: Phase> Domain<P> {
    /// Returns the name that the domain has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        let derived = || {
            let name = identity.name(MAX_NAME_LENGTH).to_ascii_lowercase();
            if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                return name;
            }
            format!("e{}", identity.name(MAX_NAME_LENGTH - 1).to_ascii_lowercase())
        };
        self.name.clone().unwrap_or_else(derived)
    }
}

/// The outputs of a domain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DomainOutputs<P: Phase> {
    /// The id, the account and the name.
    pub id: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<DomainArn>,
    /// The ARN once more, under its later name.
    pub domain_arn: P::Of<DomainArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The host name of a domain outside of VPCs, as far as AWS shows it.
    pub endpoint: P::Of<Option<String>>,
    /// The host name for both kinds of addresses.
    pub endpoint_v2: P::Of<Option<String>>,
    /// The host names by their kinds, in a VPC.
    pub endpoints: P::Of<Option<BTreeMap<String, String>>>,
    /// The software of the service.
    pub software: P::Of<Option<ServiceSoftware>>,
    /// The end of the time without names, after permissions on indexes were switched on.
    pub anonymous_until: P::Of<Option<String>>,
    /// The ARN of the application of the Identity Center.
    pub identity_center_application: P::Of<Option<String>>,
    /// The id of the identity store.
    pub identity_store: P::Of<Option<String>>,
}

/// The software of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSoftware {
    /// The version that is there.
    #[serde(default, alias = "CurrentVersion")]
    pub version: Option<String>,
    /// The version that an update brings.
    #[serde(default, alias = "NewVersion")]
    pub new_version: Option<String>,
    /// The status of the update.
    #[serde(default, alias = "UpdateStatus")]
    pub status: Option<String>,
}

impl Resource for Domain {
    const KIND: &'static str = "opensearch_domain";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Domain: name, engine_mode, encrypted, kms_key, fine_grained);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const UNORDERED: &'static [&'static str] = &["subnets", "security_groups"];
    // 15 to 30 minutes (cdkd).
    const TYPICAL_SECONDS: u32 = 1200;
    type Resolved = Domain<Resolved>;
    type Outputs<P: Phase> = DomainOutputs<P>;

    fn billing(&self) -> Billing {
        let nodes = |of_type: &str, count: u32| Charge::hourly(format!("opensearch.{of_type}"), f64::from(count));
        let mut charges = vec![nodes(&self.instance_type, self.instance_count)];
        let others = [(&self.master_type, self.master_count), (&self.warm_type, self.warm_count)];
        for (of_type, count) in others {
            charges.extend(of_type.as_deref().zip(count).map(|(of_type, count)| nodes(of_type, count)));
        }
        let other = self.nodes.iter().filter(|node| node.enabled);
        charges.extend(other.map(|node| nodes(&node.instance_type, node.count)));
        charges.extend(self.volume_charges());
        charges.extend(self.warm.then(|| Charge::by_use("opensearch.storage.warm", "warm_storage_gb")));
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        let fits = |name: &str| {
            (3..=MAX_NAME_LENGTH).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = "use 3 to 28 small letters, digits and hyphens, with a letter at the beginning";
            problems.refuse("name", format!("`{name}` is not the name of a domain: {advice}"));
        }
        check_nodes(self, problems);
        check_access(self, problems);
        check_care(self, problems);
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |domain| domain.name.as_ref(), |name| format!("another domain is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            let arn = json!(identity.scope.arn("es", &format!("domain/{name}")));
            known.extend([("arn".to_owned(), arn.clone()), ("domain_arn".to_owned(), arn)]);
        }
        known
    }
}

impl CloudControl for Domain {
    const TYPE: &'static str = "AWS::OpenSearchService::Domain";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "DomainName"),
        Property::plain("engine_version", "EngineVersion"),
        Property::words("engine_mode", "EngineMode", &[("general", "GENERAL"), ("optimized", "OPTIMIZED")]),
        Property::words(
            "use_case",
            "UseCase",
            &[("search", "SEARCH"), ("vector", "VECTOR"), ("observability", "OBSERVABILITY"), ("mixed", "MIXED")],
        ),
        Property::plain("instance_type", "ClusterConfig/InstanceType"),
        Property::plain("instance_count", "ClusterConfig/InstanceCount"),
        Property::plain("dedicated_masters", "ClusterConfig/DedicatedMasterEnabled"),
        Property::plain("master_type", "ClusterConfig/DedicatedMasterType"),
        Property::plain("master_count", "ClusterConfig/DedicatedMasterCount"),
        Property::plain("zone_awareness", "ClusterConfig/ZoneAwarenessEnabled"),
        Property::plain("zones", "ClusterConfig/ZoneAwarenessConfig/AvailabilityZoneCount"),
        Property::plain("standby", "ClusterConfig/MultiAZWithStandbyEnabled"),
        Property::plain("warm", "ClusterConfig/WarmEnabled"),
        Property::plain("warm_type", "ClusterConfig/WarmType"),
        Property::plain("warm_count", "ClusterConfig/WarmCount"),
        Property::plain("cold_storage", "ClusterConfig/ColdStorageOptions/Enabled"),
        Property::list("nodes", "ClusterConfig/NodeOptions", NODE),
        Property::object("volume", "EBSOptions", VOLUME),
        Property::plain("encrypted", "EncryptionAtRestOptions/Enabled"),
        Property::plain("kms_key", "EncryptionAtRestOptions/KmsKeyId"),
        Property::plain("node_to_node", "NodeToNodeEncryptionOptions/Enabled"),
        Property::plain("enforce_https", "DomainEndpointOptions/EnforceHTTPS"),
        Property::plain("tls_policy", "DomainEndpointOptions/TLSSecurityPolicy"),
        Property::plain("custom_endpoint_enabled", "DomainEndpointOptions/CustomEndpointEnabled"),
        Property::plain("custom_endpoint", "DomainEndpointOptions/CustomEndpoint").has_no_default(),
        Property::plain("certificate", "DomainEndpointOptions/CustomEndpointCertificateArn").has_no_default(),
        Property::plain("subnets", "VPCOptions/SubnetIds"),
        Property::plain("security_groups", "VPCOptions/SecurityGroupIds"),
        Property::json_text("access_policy", "AccessPolicies").has_no_default(),
        Property::plain("fine_grained", "AdvancedSecurityOptions/Enabled"),
        Property::plain("master_user", "AdvancedSecurityOptions/MasterUserOptions/MasterUserARN").write_only(),
        Property::map("logs", "LogPublishingOptions", LOG, Entries::All),
        Property::plain("snapshot_hour", "SnapshotOptions/AutomatedSnapshotStartHour"),
        Property::object("off_peak", "OffPeakWindowOptions/OffPeakWindow/WindowStartTime", OFF_PEAK),
        Property::plain("auto_update", "SoftwareUpdateOptions/AutoSoftwareUpdateEnabled"),
        Property::words(
            "deployment",
            "DeploymentStrategyOptions/DeploymentStrategy",
            &[("default", "Default"), ("capacity_optimized", "CapacityOptimized")],
        ),
        Property::plain("ip_address_type", "IPAddressType"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("id", "Id"),
        ("arn", "Arn"),
        ("domain_arn", "DomainArn"),
        ("name", "DomainName"),
        ("endpoint", "DomainEndpoint"),
        ("endpoint_v2", "DomainEndpointV2"),
        ("endpoints", "DomainEndpoints"),
        ("software", "ServiceSoftwareOptions"),
        ("anonymous_until", "AdvancedSecurityOptions/AnonymousAuthDisableDate"),
        ("identity_center_application", "IdentityCenterOptions/IdentityCenterApplicationARN"),
        ("identity_store", "IdentityCenterOptions/IdentityStoreId"),
    ];
    const DATA: Option<&'static str> = Some("indexes");
    // The update handler's time.
    const READY_WITHIN_MINUTES: u64 = 36 * 60;

    fn placed(inputs: &Domain<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(name.clone(), Map::from_iter([("DomainName".to_owned(), json!(name))]))
    }
}

#[cfg(test)]
#[path = "domain_tests.rs"]
mod tests;
