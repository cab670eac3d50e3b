//! The provider of `bedrock_invocation_logging`.
//!
//! AWS has one configuration for each account and region, without a name, tags or a client token. Ownership follows from these rules:
//! a creation refuses any configuration that is there before it; one that appears after the call of a creation, with just the declared
//! values, is its own, also for a later process that finds the creation cut off; and a recorded one is ours for as long as it leads to the
//! log group or the bucket that were declared.

use std::time::Duration;

use aws_sdk_bedrock::types::{CloudWatchConfig, LoggingConfig, S3Config};

use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Claim, Context, Error, ErrorKind, built};
use ebbtide::aws::bedrock::{InvocationLogging, InvocationLoggingOutputs};
use ebbtide::aws::{BucketName, LogGroupName, RoleArn};
use ebbtide::resource::Resolved;

/// How long a role or the policy of a bucket may be unknown to Bedrock, which tries both in the call (`propagationTimeout` of the AWS
/// provider of Terraform).
const PERMISSIONS_KNOWN_WITHIN: Duration = Duration::from_mins(2);

impl Provider for InvocationLogging {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "*",
        reads: "bedrock:GetModelInvocationLoggingConfiguration",
        creates: "bedrock:PutModelInvocationLoggingConfiguration",
        updates: "bedrock:PutModelInvocationLoggingConfiguration",
        deletes: "bedrock:DeleteModelInvocationLoggingConfiguration",
    });

    async fn find(context: &Context, inputs: &InvocationLogging<Resolved>) -> Result<Option<String>, Error> {
        if context.aws.claims().of(&context.identity.token()) == Some(Claim::Theirs) {
            return Ok(None);
        }
        let found = get(context).await?;
        Ok(found.filter(|found| found == inputs).map(|_| context.scope().region.clone()))
    }

    async fn create(context: &Context, inputs: &InvocationLogging<Resolved>) -> Result<String, Error> {
        let (claims, token) = (context.aws.claims(), context.identity.token());
        if let Some(found) = get(context).await? {
            if claims.of(&token) == Some(Claim::Ours) && found == *inputs {
                return Ok(context.scope().region.clone());
            }
            claims.note(token, Claim::Theirs);
            return Err(taken(context, &found));
        }
        claims.note(token, Claim::Ours);
        put(context, inputs).await?;
        Ok(context.scope().region.clone())
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &InvocationLogging<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let found = get(context).await?.filter(|found| leads_to_the_same(found, last));
        let outputs = InvocationLoggingOutputs::<Resolved> { region: id.to_owned() };
        Ok(found.map(|found| Reading::ready(found, outputs)))
    }

    async fn update(
        context: &Context,
        _id: &str,
        _from: &InvocationLogging<Resolved>,
        to: &InvocationLogging<Resolved>,
    ) -> Result<(), Error> {
        put(context, to).await
    }

    async fn delete(context: &Context, _id: &str, last: &InvocationLogging<Resolved>) -> Result<(), Error> {
        let Some(found) = get(context).await? else { return Ok(()) };
        if !leads_to_the_same(&found, last) {
            // Somebody put another one in its place.
            return Ok(());
        }
        let delete = context.aws.bedrock().delete_model_invocation_logging_configuration();
        delete.send().await.named("bedrock:DeleteModelInvocationLoggingConfiguration").map(drop)
    }
}

/// Returns whether a configuration writes to the log group or the bucket of a declaration.
fn leads_to_the_same(found: &InvocationLogging<Resolved>, last: &InvocationLogging<Resolved>) -> bool {
    (found.log_group.is_some() && found.log_group == last.log_group)
        || (found.bucket.is_some() && found.bucket == last.bucket)
}

fn taken(context: &Context, found: &InvocationLogging<Resolved>) -> Error {
    let region = &context.scope().region;
    let group = found.log_group.as_ref().map(|group| format!("the log group {group}"));
    let bucket = found.bucket.as_ref().map(|bucket| format!("the bucket {bucket}"));
    let places: Vec<_> = group.into_iter().chain(bucket).collect();
    let message = format!(
        "the invocations of models in {region} are logged already, to {}, and this stack did not set that up",
        places.join(" and ")
    );
    let hint = format!(
        "AWS has one such log in an account and region: remove this resource from the stack, or give the log to it with `aws bedrock \
         delete-model-invocation-logging-configuration --region {region}` and run the same command again"
    );
    Error::new(ErrorKind::AlreadyExists, message).hint(hint)
}

async fn get(context: &Context) -> Result<Option<InvocationLogging<Resolved>>, Error> {
    let get = context.aws.bedrock().get_model_invocation_logging_configuration();
    let found = get.send().await.named("bedrock:GetModelInvocationLoggingConfiguration")?;
    Ok(found.logging_config().map(as_inputs))
}

fn as_inputs(config: &LoggingConfig) -> InvocationLogging<Resolved> {
    let (logs, bucket) = (config.cloud_watch_config(), config.s3_config());
    let large = logs.and_then(CloudWatchConfig::large_data_delivery_s3_config);
    let name = |config: &S3Config| BucketName(config.bucket_name().to_owned());
    let prefix = |config: &S3Config| config.key_prefix().filter(|prefix| !prefix.is_empty()).map(str::to_owned);
    InvocationLogging {
        log_group: logs.map(|logs| LogGroupName(logs.log_group_name().to_owned())),
        role: logs.map(|logs| RoleArn(logs.role_arn().to_owned())),
        large_data_bucket: large.map(name),
        large_data_prefix: large.and_then(prefix),
        bucket: bucket.map(name),
        prefix: bucket.and_then(prefix),
        text: config.text_data_delivery_enabled().unwrap_or(false),
        images: config.image_data_delivery_enabled().unwrap_or(false),
        embeddings: config.embedding_data_delivery_enabled().unwrap_or(false),
        video: config.video_data_delivery_enabled().unwrap_or(false),
        audio: config.audio_data_delivery_enabled().unwrap_or(false),
    }
}

async fn put(context: &Context, inputs: &InvocationLogging<Resolved>) -> Result<(), Error> {
    let config = LoggingConfig::builder()
        .set_cloud_watch_config(logs_to_sdk(inputs)?)
        .set_s3_config(bucket_to_sdk(inputs.bucket.as_ref(), inputs.prefix.as_ref())?)
        .text_data_delivery_enabled(inputs.text)
        .image_data_delivery_enabled(inputs.images)
        .embedding_data_delivery_enabled(inputs.embeddings)
        .video_data_delivery_enabled(inputs.video)
        .audio_data_delivery_enabled(inputs.audio)
        .build();
    let put = context.aws.bedrock().put_model_invocation_logging_configuration().logging_config(config);
    put.send().await.named("bedrock:PutModelInvocationLoggingConfiguration").map(drop).map_err(explain)
}

fn logs_to_sdk(inputs: &InvocationLogging<Resolved>) -> Result<Option<CloudWatchConfig>, Error> {
    let Some(group) = &inputs.log_group else { return Ok(None) };
    let large = bucket_to_sdk(inputs.large_data_bucket.as_ref(), inputs.large_data_prefix.as_ref())?;
    let logs = CloudWatchConfig::builder()
        .log_group_name(group.as_str())
        .set_role_arn(inputs.role.as_ref().map(|role| role.0.clone()))
        .set_large_data_delivery_s3_config(large);
    built(logs.build()).map(Some)
}

fn bucket_to_sdk(bucket: Option<&BucketName>, prefix: Option<&String>) -> Result<Option<S3Config>, Error> {
    let Some(bucket) = bucket else { return Ok(None) };
    built(S3Config::builder().bucket_name(bucket.as_str()).set_key_prefix(prefix.cloned()).build()).map(Some)
}

/// Explains a refusal: the call tries whether it may write.
fn explain(error: Error) -> Error {
    if !error.message.contains("Failed to validate permissions") {
        return error;
    }
    let hint = "the role must trust bedrock.amazonaws.com and write to the log group, and the policy of a bucket must let \
                bedrock.amazonaws.com put objects: correct it, then run the same command";
    error.as_kind(ErrorKind::NotYet).retry_within(PERMISSIONS_KNOWN_WITHIN).hint(hint)
}
