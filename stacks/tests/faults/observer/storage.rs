//! Resources that hold data: buckets with their objects, secrets with their values, log groups.

use ebbtide_engine::sdk::Aws;

use super::{Observed, plain};

pub async fn see(aws: &Aws, seen: &mut Observed) {
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
        // A generated value is different in every life.
        let value = match value.secret_string().unwrap_or_default() {
            DATA => DATA.to_owned(),
            generated => format!("{} characters", generated.len()),
        };
        seen.add("secret", format!("{} of {value}", plain(name)));
    }
    for group in aws.cloudwatchlogs().describe_log_groups().send().await.unwrap().log_groups() {
        let (name, days) = (group.log_group_name().unwrap_or_default(), group.retention_in_days());
        let streams = aws.cloudwatchlogs().describe_log_streams().log_group_name(name).send().await.unwrap();
        let streams: Vec<_> = streams.log_streams().iter().filter_map(|stream| stream.log_stream_name()).collect();
        seen.add("log group", format!("{name} for {days:?} days with {streams:?}"));
    }
}

const DATA: &str = "precious";

/// Puts an object into every bucket, a value into every secret and a stream into every log group, so that there is data to
/// lose.
pub async fn put_data(aws: &Aws) {
    for bucket in aws.s3().list_buckets().send().await.unwrap().buckets() {
        let put = aws.s3().put_object().bucket(bucket.name().unwrap_or_default()).key(DATA);
        put.body(DATA.as_bytes().to_vec().into()).send().await.unwrap();
    }
    for secret in aws.secretsmanager().list_secrets().max_results(100).send().await.unwrap().secret_list() {
        let put = aws.secretsmanager().put_secret_value().secret_id(secret.name().unwrap_or_default());
        put.secret_string(DATA).send().await.unwrap();
    }
    for group in aws.cloudwatchlogs().describe_log_groups().send().await.unwrap().log_groups() {
        let create = aws.cloudwatchlogs().create_log_stream().log_stream_name(DATA);
        match create.log_group_name(group.log_group_name().unwrap_or_default()).send().await {
            Err(error) if !error.as_service_error().is_some_and(|e| e.is_resource_already_exists_exception()) => {
                panic!("{error:?}")
            }
            _ => {}
        }
    }
}
