//! The services that endpoints lead to.

use serde_json::{Value, json};

/// Returns the full name of a service in a region: `com.amazonaws.eu-west-1.s3` for `s3`. A full name stays as it is.
pub(super) fn full_name(service: &str, region: &str) -> String {
    let is_full = ["com.amazonaws.", "cn.com.amazonaws.", "aws."].iter().any(|prefix| service.starts_with(prefix));
    if is_full { service.to_owned() } else { format!("com.amazonaws.{region}.{service}") }
}

/// Returns the policy that AWS gives an endpoint without a policy of its own.
pub(super) fn default_policy() -> Value {
    json!({
        "Version": "2008-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_get_the_region() {
        assert_eq!(full_name("sagemaker.runtime", "eu-west-1"), "com.amazonaws.eu-west-1.sagemaker.runtime");
        let full = "com.amazonaws.vpce.eu-west-1.vpce-svc-1";
        assert_eq!(full_name(full, "eu-west-1"), full);
    }
}
