//! `opensearch_domain`: a domain, a cluster of OpenSearch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::checks::{check_access, check_care, check_nodes};
use super::declaration::Domain;
use super::nodes::{LOG, NODE, OFF_PEAK, VOLUME, VolumeKind};
use crate::aws::DomainArn;
use crate::aws::lists::repeat_conflicts;
use crate::aws::logs::group_of_arn;
use crate::resource::cloud_control::{CloudControl, Entries, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Identity, Persistence, Phase, Problems, Resolved, Resource, fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 28;

impl Domain {
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
    const HOLDS_DATA: bool = true;
    const BILLED_WHILE_PAUSED: Option<&'static str> =
        Some("AWS can neither stop it nor shrink it to nothing, and deleting it would lose its data");
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

    /// Returns the groups of the logs that are written.
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        let arns = self.logs.values().filter(|log| log.enabled).filter_map(|log| log.group.known());
        arns.filter_map(|arn| group_of_arn(arn)).collect()
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
