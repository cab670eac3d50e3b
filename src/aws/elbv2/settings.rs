//! Settings that AWS calls attributes: their keys, defaults and values (LoadBalancerAttribute, TargetGroupAttribute and
//! ListenerAttribute in the API reference).
//!
//! AWS leaves an attribute that an update leaves out as it is (cloudformation-coverage-roadmap#554, aws-cdk#31609), so the default of each
//! is needed to take a value back.

use std::collections::BTreeMap;

use super::types::{LoadBalancerType, TargetType};
use crate::resource::Problems;
use crate::resource::cloud_control::did_you_mean;

/// The values that a setting takes.
#[derive(Clone, Copy, Debug)]
enum Takes {
    /// `true` or `false`.
    Flag,
    /// A number in these limits.
    Number(u64, u64),
    /// One of these words.
    Words(&'static [&'static str]),
    /// A text.
    Text,
}

/// The resources that have a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    All,
    Application,
    Network,
    /// Targets that are functions.
    Functions,
    /// Targets that are no functions.
    Hosts,
}

/// A setting.
#[derive(Clone, Copy, Debug)]
struct Setting {
    key: &'static str,
    /// `None` if AWS does without a value.
    default: Option<&'static str>,
    takes: Takes,
    of: Of,
}

const fn flag(key: &'static str, default: &'static str, of: Of) -> Setting {
    Setting { key, default: Some(default), takes: Takes::Flag, of }
}

const fn number(key: &'static str, default: &'static str, limits: (u64, u64), of: Of) -> Setting {
    Setting { key, default: Some(default), takes: Takes::Number(limits.0, limits.1), of }
}

const fn words(key: &'static str, words: &'static [&'static str], default: &'static str, of: Of) -> Setting {
    Setting { key, default: Some(default), takes: Takes::Words(words), of }
}

const fn text(key: &'static str, of: Of) -> Setting {
    Setting { key, default: None, takes: Takes::Text, of }
}

const DAY: &str = "86400";
const WEEK: u64 = 604_800;

const OF_BALANCERS: &[Setting] = &[
    flag("deletion_protection.enabled", "false", Of::All),
    flag("access_logs.s3.enabled", "false", Of::All),
    text("access_logs.s3.bucket", Of::All),
    text("access_logs.s3.prefix", Of::All),
    flag("zonal_shift.config.enabled", "false", Of::All),
    number("idle_timeout.timeout_seconds", "60", (1, 4000), Of::Application),
    number("client_keep_alive.seconds", "3600", (60, WEEK), Of::Application),
    flag("connection_logs.s3.enabled", "false", Of::Application),
    text("connection_logs.s3.bucket", Of::Application),
    text("connection_logs.s3.prefix", Of::Application),
    words("routing.http.desync_mitigation_mode", &["monitor", "defensive", "strictest"], "defensive", Of::Application),
    flag("routing.http.drop_invalid_header_fields.enabled", "false", Of::Application),
    flag("routing.http.preserve_host_header.enabled", "false", Of::Application),
    flag("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", Of::Application),
    flag("routing.http.xff_client_port.enabled", "false", Of::Application),
    words("routing.http.xff_header_processing.mode", &["append", "preserve", "remove"], "append", Of::Application),
    flag("routing.http2.enabled", "true", Of::Application),
    flag("waf.fail_open.enabled", "false", Of::Application),
    flag("load_balancing.cross_zone.enabled", "false", Of::Network),
    words(
        "dns_record.client_routing_policy",
        &["availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"],
        "any_availability_zone",
        Of::Network,
    ),
];

const OF_TARGETS: &[Setting] = &[
    number("deregistration_delay.timeout_seconds", "300", (0, 3600), Of::Hosts),
    flag("stickiness.enabled", "false", Of::All),
    words("stickiness.type", &["lb_cookie", "app_cookie"], "lb_cookie", Of::Application),
    text("stickiness.app_cookie.cookie_name", Of::Application),
    number("stickiness.app_cookie.duration_seconds", DAY, (1, WEEK), Of::Application),
    number("stickiness.lb_cookie.duration_seconds", DAY, (1, WEEK), Of::Application),
    words(
        "load_balancing.cross_zone.enabled",
        &["true", "false", "use_load_balancer_configuration"],
        "use_load_balancer_configuration",
        Of::Hosts,
    ),
    words(
        "load_balancing.algorithm.type",
        &["round_robin", "least_outstanding_requests", "weighted_random"],
        "round_robin",
        Of::Application,
    ),
    words("load_balancing.algorithm.anomaly_mitigation", &["on", "off"], "off", Of::Application),
    // 0 is off.
    number("slow_start.duration_seconds", "0", (0, 900), Of::Application),
    flag("deregistration_delay.connection_termination.enabled", "false", Of::Network),
    flag("proxy_protocol_v2.enabled", "false", Of::Network),
    flag("lambda.multi_value_headers.enabled", "false", Of::Functions),
];

const OF_LISTENERS: &[Setting] = &[
    flag("routing.http.response.server.enabled", "true", Of::Application),
    number("tcp.idle_timeout.seconds", "350", (60, 6000), Of::Network),
];

fn default(settings: &[Setting], key: &str) -> Option<&'static str> {
    settings.iter().find(|setting| setting.key == key).and_then(|setting| setting.default)
}

/// Returns the default of a setting of load balancers.
pub(super) fn balancer_default(key: &str) -> Option<&'static str> {
    default(OF_BALANCERS, key)
}

/// Returns the default of a setting of target groups.
pub(super) fn target_default(key: &str) -> Option<&'static str> {
    default(OF_TARGETS, key)
}

/// Returns the default of a setting of listeners.
pub(super) fn listener_default(key: &str) -> Option<&'static str> {
    default(OF_LISTENERS, key)
}

/// Reports the settings that a load balancer of a type does not have, or whose values it does not take.
pub(super) fn check_balancer(of: LoadBalancerType, given: &BTreeMap<String, String>, problems: &mut Problems) {
    let of = if of == LoadBalancerType::Application { Of::Application } else { Of::Network };
    check(OF_BALANCERS, &[Of::All, of], given, problems);
    for logs in ["access_logs", "connection_logs"] {
        let is_on = given.get(&format!("{logs}.s3.enabled")).is_some_and(|value| value == "true");
        if is_on && !given.contains_key(&format!("{logs}.s3.bucket")) {
            problems.refuse("attributes", format!("{logs}.s3.enabled needs {logs}.s3.bucket"));
        }
    }
}

/// Reports the settings that a target group does not have, or whose values it does not take.
pub(super) fn check_targets(of: TargetType, is_http: bool, given: &BTreeMap<String, String>, problems: &mut Problems) {
    let classes = match of {
        TargetType::Lambda => &[Of::All, Of::Functions][..],
        _ if is_http => &[Of::All, Of::Hosts, Of::Application],
        _ => &[Of::All, Of::Hosts, Of::Network],
    };
    check(OF_TARGETS, classes, given, problems);
}

/// Reports the settings that a listener does not have, or whose values it does not take.
pub(super) fn check_listener(is_http: bool, given: &BTreeMap<String, String>, problems: &mut Problems) {
    check(OF_LISTENERS, &[if is_http { Of::Application } else { Of::Network }], given, problems);
}

fn check(settings: &[Setting], classes: &[Of], given: &BTreeMap<String, String>, problems: &mut Problems) {
    for (key, value) in given {
        let fitting = || settings.iter().filter(|setting| classes.contains(&setting.of));
        let Some(setting) = fitting().find(|setting| setting.key == key) else {
            let known = settings.iter().any(|setting| setting.key == key);
            let why = if known { "is not one of this type" } else { "is not known" };
            let near = did_you_mean(key, fitting().map(|setting| setting.key));
            problems.refuse("attributes", format!("`{key}` {why}{near}"));
            continue;
        };
        let advice = match setting.takes {
            Takes::Flag if !["true", "false"].contains(&value.as_str()) => "write `true` or `false`".to_owned(),
            Takes::Number(least, most) if !value.parse().is_ok_and(|number| (least..=most).contains(&number)) => {
                format!("write a number from {least} to {most}")
            }
            Takes::Words(words) if !words.contains(&value.as_str()) => format!("write one of {}", words.join(", ")),
            Takes::Text if value.is_empty() => "give it a value, or leave it out".to_owned(),
            _ => continue,
        };
        problems.refuse("attributes", format!("{key} is `{value}`: {advice}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_values_that_are_taken() {
        for settings in [OF_BALANCERS, OF_TARGETS, OF_LISTENERS] {
            let defaults = settings.iter().filter_map(|one| Some((one.key.to_owned(), one.default?.to_owned())));
            let mut problems = Problems::new();
            let classes = [Of::All, Of::Application, Of::Network, Of::Functions, Of::Hosts];
            check(settings, &classes, &defaults.collect(), &mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }

    #[test]
    fn a_setting_of_another_type_is_refused_and_a_misspelled_one_has_its_neighbour_named() {
        let given = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
        let mut problems = Problems::new();
        check_balancer(LoadBalancerType::Network, &given("idle_timeout.timeout_seconds", "5"), &mut problems);
        check_balancer(LoadBalancerType::Application, &given("idle_timeout.timeout_second", "5"), &mut problems);
        check_balancer(LoadBalancerType::Application, &given("access_logs.s3.enabled", "true"), &mut problems);
        check_targets(TargetType::Lambda, false, &given("stickiness.type", "lb_cookie"), &mut problems);
        check_listener(true, &given("routing.http.response.server.enabled", "yes"), &mut problems);
        let messages: Vec<_> = problems.iter().map(|(_, message)| message).collect();
        assert_eq!(messages.len(), 5, "{messages:?}");
        assert!(messages[0].contains("is not one of this type") && messages[2].contains("access_logs.s3.bucket"));
        assert!(messages[1].contains("idle_timeout.timeout_seconds"), "{messages:?}");
    }
}
