//! The limits of a domain, and the rules between its fields.

use super::declaration::Domain;
use super::nodes::{Volume, VolumeKind};
use crate::resource::{Problems, is_expression};

/// The kinds of logs.
const LOGS: &[&str] = &["INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS", "ES_APPLICATION_LOGS", "AUDIT_LOGS"];

/// The types of warm nodes.
const WARM: &[&str] = &["ultrawarm1.medium.search", "ultrawarm1.large.search", "ultrawarm1.xlarge.search"];

/// Reports problems with the nodes of a domain.
pub(super) fn check_nodes(domain: &Domain, problems: &mut Problems) {
    let types = std::iter::once(("instance_type", &domain.instance_type))
        .chain(domain.master_type.iter().map(|of_type| ("master_type", of_type)))
        .chain(domain.nodes.iter().map(|node| ("nodes", &node.instance_type)));
    for (field, of_type) in types.filter(|(_, of_type)| !of_type.ends_with(".search")) {
        problems.refuse(field, format!("`{of_type}` is no type of OpenSearch: write it as `r6g.large.search`"));
    }
    if domain.instance_count == 0 {
        problems.refuse("instance_count", "is 0; a domain cannot be without data nodes");
    }
    if domain.dedicated_masters != domain.master_type.is_some()
        || domain.dedicated_masters != domain.master_count.is_some()
    {
        problems.refuse("dedicated_masters", "goes with `master_type` and `master_count`: set all three, or none");
    }
    // "This number must be greater than 2 and not 4" (ClusterConfig, the service's model).
    if let Some(count) = domain.master_count.filter(|count| *count < 3 || *count == 4) {
        problems.refuse("master_count", format!("is {count}; AWS takes 3, and 5 or more"));
    }
    check_zones(domain, problems);
    if domain.warm != domain.warm_type.is_some() || domain.warm != domain.warm_count.is_some() {
        problems.refuse("warm", "goes with `warm_type` and `warm_count`: set all three, or none");
    }
    if let Some(of_type) = domain.warm_type.as_ref().filter(|of_type| !WARM.contains(&of_type.as_str())) {
        problems.refuse("warm_type", format!("`{of_type}` is no type of warm nodes: use one of {}", WARM.join(", ")));
    }
    if domain.warm && !domain.dedicated_masters {
        problems.refuse("warm", "needs dedicated masters");
    }
    if domain.cold_storage && !domain.warm {
        problems.refuse("cold_storage", "needs warm nodes");
    }
    if let Some(volume) = &domain.volume {
        check_volume(volume, problems);
    }
}

fn check_zones(domain: &Domain, problems: &mut Problems) {
    if let Some(zones) = domain.zones.filter(|zones| !(2..=3).contains(zones)) {
        problems.refuse("zones", format!("is {zones}; AWS takes 2 or 3"));
    }
    let zones = match (domain.zone_awareness, domain.zones) {
        (true, zones) => zones.unwrap_or(2),
        (false, Some(_)) => {
            problems.refuse("zones", "is for a domain in several zones: set `zone_awareness`");
            return;
        }
        (false, None) => 1,
    };
    if domain.instance_count > 0 && domain.instance_count < zones {
        problems.refuse("instance_count", format!("is {}; each of {zones} zones needs one", domain.instance_count));
    }
    if domain.standby && (zones != 3 || !domain.dedicated_masters || !domain.instance_count.is_multiple_of(3)) {
        let advice = "three zones, dedicated masters, and data nodes in a multiple of three";
        problems.refuse("standby", format!("needs {advice}"));
    }
    let subnets = domain.subnets.len();
    if subnets > 0 && subnets != zones as usize {
        problems.refuse("subnets", format!("has {subnets}; the domain needs one in each of {zones} zones"));
    }
    if subnets == 0 && !domain.security_groups.is_empty() {
        problems.refuse("security_groups", "are for a domain in a VPC: give its subnets");
    }
}

fn check_volume(volume: &Volume, problems: &mut Problems) {
    if volume.size_gb < 10 {
        problems.refuse("volume", format!("has {} GiB; AWS takes 10 at least", volume.size_gb));
    }
    if volume.iops.is_some() && !matches!(volume.kind, VolumeKind::Gp3 | VolumeKind::Io1) {
        problems.refuse("volume", "has `iops`, which are for gp3 and io1");
    }
    if volume.throughput.is_some() && volume.kind != VolumeKind::Gp3 {
        problems.refuse("volume", "has a throughput, which is for gp3");
    }
}

/// Reports problems with the access to a domain.
pub(super) fn check_access(domain: &Domain, problems: &mut Problems) {
    if domain.kms_key.is_some() && !domain.encrypted {
        problems.refuse("kms_key", "is for an encrypted domain: set `encrypted`");
    }
    let is_key = |key: &String| key.starts_with("arn:") && key.contains(":key/");
    // A read shows the ARN, so another form would differ from it.
    if domain.kms_key.as_ref().and_then(|key| key.known()).is_some_and(|key| !is_key(key)) {
        problems.refuse("kms_key", "is not the ARN of a key");
    }
    let is_safe = domain.encrypted && domain.node_to_node && domain.enforce_https;
    if domain.fine_grained && !is_safe {
        let advice = "set `encrypted`, `node_to_node` and `enforce_https`";
        problems.refuse("fine_grained", format!("needs encryption everywhere: {advice}"));
    }
    if domain.fine_grained != domain.master_user.is_some() {
        problems.refuse("fine_grained", "goes with `master_user`, the role that gives the first permissions");
    }
    if domain.custom_endpoint_enabled != domain.custom_endpoint.is_some()
        || domain.custom_endpoint_enabled != domain.certificate.is_some()
    {
        let advice = "set all three, or none";
        problems.refuse("custom_endpoint_enabled", format!("goes with `custom_endpoint` and `certificate`: {advice}"));
    }
    if let Some(policy) = domain.tls_policy.as_ref().filter(|policy| !policy.starts_with("Policy-Min-TLS-")) {
        problems.refuse("tls_policy", format!("`{policy}` is no policy: they begin with Policy-Min-TLS-"));
    }
    if let Some(of_type) = domain.ip_address_type.as_ref().filter(|of| !["ipv4", "dualstack"].contains(&of.as_str())) {
        problems.refuse("ip_address_type", format!("`{of_type}`: use ipv4 or dualstack"));
    }
    let is_document = |policy: &serde_json::Value| policy.is_object() && !is_expression(policy);
    if let Some(policy) = domain.access_policy.as_ref().filter(|policy| !is_document(policy)) {
        problems.refuse("access_policy", format!("is {policy}; AWS takes a document of statements"));
    }
    if domain.access_policy.as_ref().is_some_and(|policy| policy.to_string().len() > 102_400) {
        problems.refuse("access_policy", "is longer than 102400 characters");
    }
}

/// Reports problems with the care of a domain.
pub(super) fn check_care(domain: &Domain, problems: &mut Problems) {
    let fits = |version: &str| {
        let number = version.strip_prefix("OpenSearch_").or_else(|| version.strip_prefix("Elasticsearch_"));
        let parts: Vec<_> = number.into_iter().flat_map(|number| number.split('.')).collect();
        let is_number = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() == 2 && parts.iter().all(is_number)
    };
    if let Some(version) = domain.engine_version.as_ref().filter(|version| !fits(version)) {
        problems.refuse("engine_version", format!("`{version}` is no version: write it as `OpenSearch_3.1`"));
    }
    for kind in domain.logs.keys().filter(|kind| !LOGS.contains(&kind.as_str())) {
        problems.refuse("logs", format!("`{kind}` is no kind of log: use one of {}", LOGS.join(", ")));
    }
    if domain.logs.contains_key("AUDIT_LOGS") && !domain.fine_grained {
        problems.refuse("logs", "AUDIT_LOGS needs `fine_grained`");
    }
    if let Some(hour) = domain.snapshot_hour.filter(|hour| *hour > 23) {
        problems.refuse("snapshot_hour", format!("is {hour}; AWS takes 0 to 23"));
    }
    if domain.off_peak.is_some_and(|window| window.hour > 23 || window.minute > 59) {
        problems.refuse("off_peak", "is no time: hours are 0 to 23, minutes 0 to 59");
    }
}
