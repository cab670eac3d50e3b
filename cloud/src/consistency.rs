//! The calls whose responses may be a moment old in AWS.

/// Verbs of calls that read.
const READING: &[&str] = &["Describe", "Get", "List", "Head"];

/// Services whose reads see every earlier write. Those of Cloud Control do once its request has succeeded ("Resource type handler
/// contract").
const STRONG: &[&str] = &["cloudcontrolapi", "kms", "sts"];

/// Returns whether a call only reads, and reads data that becomes consistent only eventually. The objects of S3 have
/// been strongly consistent since 2020, the configuration of its buckets is not.
pub(crate) fn may_lag(service: &str, operation: &str) -> bool {
    let reads = READING.iter().any(|verb| operation.starts_with(verb));
    let of_objects = service == "s3"
        && (operation.contains("Object") && !operation.contains("ObjectLock")
            || operation == "ListParts"
            || operation == "ListMultipartUploads");
    reads && !of_objects && !STRONG.contains(&service)
}

/// Returns whether a call reads the configuration of a bucket, apart from its place.
pub(crate) fn is_bucket_configuration(service: &str, operation: &str) -> bool {
    service == "s3"
        && operation != "GetBucketLocation"
        && (operation.starts_with("GetBucket") || operation == "GetPublicAccessBlock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_of_buckets_is_what_the_calls_on_buckets_read_but_their_place() {
        for (service, operation, expected) in [
            ("s3", "GetBucketLifecycleConfiguration", true),
            ("s3", "GetPublicAccessBlock", true),
            ("s3", "PutBucketTagging", false),
            ("s3", "GetBucketLocation", false),
            ("s3", "GetObject", false),
            ("iam", "GetBucketPolicy", false),
        ] {
            assert_eq!(is_bucket_configuration(service, operation), expected, "{service} {operation}");
        }
    }

    #[test]
    fn reads_lag_but_for_objects_keys_and_identities() {
        let cases = [
            ("iam", "GetRole", true),
            ("ec2", "DescribeVpcs", true),
            ("s3", "HeadBucket", true),
            ("s3", "GetBucketVersioning", true),
            ("iam", "CreateRole", false),
            ("s3", "GetObject", false),
            ("s3", "ListObjectsV2", false),
            ("s3", "ListObjectVersions", false),
            ("kms", "DescribeKey", false),
            ("cloudcontrolapi", "GetResource", false),
            ("sts", "GetCallerIdentity", false),
        ];
        for (service, operation, expected) in cases {
            assert_eq!(may_lag(service, operation), expected, "{service} {operation}");
        }
    }
}
