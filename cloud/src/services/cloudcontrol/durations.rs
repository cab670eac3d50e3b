//! How long operations take.

use super::request::Operation;
use crate::documents::CallContext;
use crate::durations::milliseconds;

/// Seconds of creations, updates and deletions on AWS.
///
/// Clusters of EKS take 8 to 15 minutes, node groups 2 to 4, add-ons 1 to 3 (cdkd#1315, containers-roadmap#1227); domains of
/// OpenSearch 15 to 30 minutes, also to delete (cdkd); load balancers 2 to 3 minutes; a serverless cache about a minute. Those of
/// databases, of tables and of collections are estimates.
const SECONDS: &[(&str, [u64; 3])] = &[
    ("AWS::EKS::Cluster", [600, 480, 600]),
    ("AWS::EKS::Nodegroup", [180, 180, 240]),
    ("AWS::EKS::Addon", [90, 60, 60]),
    ("AWS::OpenSearchService::Domain", [1200, 1800, 1200]),
    ("AWS::OpenSearchServerless::Collection", [120, 10, 60]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", [150, 10, 15]),
    ("AWS::ElastiCache::ServerlessCache", [60, 120, 120]),
    ("AWS::RDS::DBInstance", [600, 300, 300]),
    ("AWS::DynamoDB::Table", [20, 20, 20]),
];

/// Most operations end in 1 to 5 seconds (cdkd's benchmarks).
const OTHERS: [u64; 3] = [4, 4, 3];

/// The time of an operation.
pub struct Span {
    /// When its handler begins, in milliseconds since the Unix epoch.
    pub starts_ms: i64,
    /// When it is over, in milliseconds since the Unix epoch.
    pub ends_ms: i64,
}

/// Returns the time of an operation that is asked for now.
pub fn span(type_name: &str, operation: Operation, context: &CallContext<'_>) -> Span {
    let on_aws = || {
        let known = SECONDS.iter().find(|(name, _)| *name == type_name).map_or(OTHERS, |(_, seconds)| *seconds);
        std::time::Duration::from_secs(match operation {
            Operation::Create => known[0],
            Operation::Update => known[1],
            Operation::Delete => known[2],
        })
    };
    let takes_ms = milliseconds(context.durations.cloud_control.unwrap_or_else(on_aws));
    // The first event of a creation comes within seconds.
    let starts_ms = context.now_ms.saturating_add((takes_ms / 4).min(1000));
    Span { starts_ms, ends_ms: context.now_ms.saturating_add(takes_ms) }
}
