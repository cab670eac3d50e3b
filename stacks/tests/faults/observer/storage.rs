//! What holds data: buckets with their objects, secrets with their values, log groups.

use ebbtide::aws::Aws;

use super::{Seen, plain};

pub async fn see(aws: &Aws, seen: &mut Seen) {
    for bucket in aws.s3().list_buckets().send().await.unwrap().buckets() {
        let name = bucket.name().unwrap_or_default();
        let objects = aws.s3().list_objects_v2().bucket(name).send().await.unwrap();
        let keys: Vec<_> = objects.contents().iter().filter_map(|object| object.key()).collect();
        seen.add("bucket", format!("{} with {keys:?}", plain(name)));
    }
    let secrets = aws.secretsmanager().list_secrets().max_results(100).send().await.unwrap();
    for secret in secrets.secret_list() {
        let name = secret.name().unwrap_or_default();
        let value = aws.secretsmanager().get_secret_value().secret_id(name).send().await.unwrap();
        let length = value.secret_string().map(str::len).unwrap_or_default();
        seen.add("secret", format!("{} of {length} characters", plain(name)));
    }
    for group in aws.cloudwatchlogs().describe_log_groups().send().await.unwrap().log_groups() {
        let (name, days) = (group.log_group_name().unwrap_or_default(), group.retention_in_days());
        seen.add("log group", format!("{name} for {days:?} days"));
    }
}

/// Puts an object into every bucket: from now on there is data to lose.
pub async fn put_data(aws: &Aws) {
    for bucket in aws.s3().list_buckets().send().await.unwrap().buckets() {
        let put = aws.s3().put_object().bucket(bucket.name().unwrap_or_default()).key("data");
        put.body(b"precious".to_vec().into()).send().await.unwrap();
    }
}
