//! Lack of capacity, in AWS's words: the one place that knows them.

use crate::sdk::error::ErrorKind;

/// Parts of reasons for which a resource failed after its creation was accepted: of SageMaker endpoints, inference components and
/// training jobs, of gateways and subnets of EC2.
const REASONS: &[&str] = &[
    // "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
    "Unable to provision requested ML compute capacity",
    "InsufficientInstanceCapacity",
    "InsufficientCapacity",
    // The state of a subnet.
    "failed-insufficient-capacity",
];

/// Returns the kind of failure of a resource that AWS accepted and then reports as failed, by AWS's reason.
pub fn kind_of_failed_resource(reason: &str) -> ErrorKind {
    let exceeds_quota = reason.contains("ResourceLimitExceeded");
    if REASONS.iter().any(|part| reason.contains(part)) || exceeds_quota && !exceeds_whole_quota(reason) {
        ErrorKind::Capacity
    } else if exceeds_quota {
        ErrorKind::Quota
    } else {
        ErrorKind::Invalid
    }
}

/// Returns whether a request is for more than the whole quota, so that it would be refused even if nothing else used the quota. AWS
/// says it so: "The account-level service limit 'ml.m4.xlarge for endpoint usage' is 0 Instances, with current utilization of 0
/// Instances and a request delta of 1 Instances."
pub(super) fn exceeds_whole_quota(message: &str) -> bool {
    let number_behind = |words: &str| {
        let (_, rest) = message.split_once(words)?;
        rest.split_whitespace().next()?.parse::<u64>().ok()
    };
    match (number_behind(" is "), number_behind("request delta of ")) {
        (Some(limit), Some(delta)) => delta > limit,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_reason_that_names_capacity_is_lack_of_capacity() {
        let reason = "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please \
                      retry using a different ML instance type or after some time.";
        for (reason, kind) in [
            (format!("Failed: {reason}").as_str(), ErrorKind::Capacity),
            ("CapacityError: Unable to provision requested ML compute capacity.", ErrorKind::Capacity),
            ("failed-insufficient-capacity", ErrorKind::Capacity),
            ("Failed: ResourceLimitExceeded: The account-level service limit", ErrorKind::Capacity),
            ("ResourceLimitExceeded: … is 1 Instances, … a request delta of 2 Instances", ErrorKind::Quota),
            ("The primary container did not pass the ping health check.", ErrorKind::Invalid),
            ("Gateway.NotAttached: Network vpc-1 has no Internet gateway attached", ErrorKind::Invalid),
        ] {
            assert_eq!(kind_of_failed_resource(reason), kind, "{reason}");
        }
    }

    #[test]
    fn a_quota_that_is_smaller_than_the_request_does_not_free_itself() {
        let refusal = |limit: u32, used: u32, delta: u32| {
            format!(
                "The account-level service limit 'ml.g5.xlarge for endpoint usage' is {limit} Instances, with current \
                 utilization of {used} Instances and a request delta of {delta} Instances. Please use AWS Service Quotas to \
                 request an increase for this quota."
            )
        };
        assert!(exceeds_whole_quota(&refusal(0, 0, 1)));
        assert!(exceeds_whole_quota(&refusal(4, 4, 5)));
        assert!(!exceeds_whole_quota(&refusal(4, 4, 1)), "an instance that ends frees the quota");
        assert!(!exceeds_whole_quota("the limit is reached"));
    }
}
