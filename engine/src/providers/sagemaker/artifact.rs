//! Looking for the artifact of a model in S3, which `CreateModel` refuses to do without.

use crate::providers::{Looked, Missing, StandIn};
use crate::sdk::{CallName, Context, Error, ErrorKind};
use ebbtide::aws::sagemaker::{Container, ContainerMode, ModelForm};

/// Looks for the artifact of a container, if it is known where it should be.
pub(super) async fn look_for_artifact(context: &Context, container: &Container) -> Result<Looked, Error> {
    let Some(model) = &container.model else { return Ok(Looked::There) };
    let Some((uri, (bucket, key))) = model.uri.known().and_then(|uri| Some((uri, location(uri)?))) else {
        return Ok(Looked::There);
    };
    let is_prefix = model.form == ModelForm::Prefix || container.mode == ContainerMode::MultiModel;
    let found = if is_prefix { any_under(context, bucket, key).await } else { exists(context, bucket, key).await };
    match found {
        Ok(true) => Ok(Looked::There),
        Ok(false) => Ok(Looked::Missing(missing(uri, key, is_prefix))),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Looked::Missing(missing(uri, key, is_prefix))),
        Err(error) if error.kind.passes() || error.kind == ErrorKind::Credentials => Err(error),
        // Another account's bucket, or credentials that may not list: SageMaker looks with the role of the model.
        Err(error) => Ok(Looked::Unchecked(format!("{uri} was not looked for: {error}"))),
    }
}

fn location(uri: &str) -> Option<(&str, &str)> {
    uri.strip_prefix("s3://")?.split_once('/')
}

/// Returns whether there is an object under a prefix, other than the empty one by which consoles show a folder.
async fn any_under(context: &Context, bucket: &str, prefix: &str) -> Result<bool, Error> {
    let list = context.aws.s3().list_objects_v2().bucket(bucket).prefix(prefix).max_keys(2);
    let listed = list.send().await.named("s3:ListObjectsV2")?;
    Ok(listed.contents().iter().any(|object| object.key() != Some(prefix)))
}

async fn exists(context: &Context, bucket: &str, key: &str) -> Result<bool, Error> {
    let head = context.aws.s3().head_object().bucket(bucket).key(key);
    head.send().await.named("s3:HeadObject").map(|_| true)
}

fn missing(uri: &str, key: &str, is_prefix: bool) -> Missing {
    let name = key.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if is_prefix {
        let stand_in = StandIn::Object(format!("{}/stand-in", uri.trim_end_matches('/')));
        Missing { problem: format!("no object under {uri}"), remedy: format!("aws s3 sync ./{name} {uri}"), stand_in }
    } else {
        let stand_in = StandIn::Object(uri.to_owned());
        Missing { problem: format!("no object {uri}"), remedy: format!("aws s3 cp {name} {uri}"), stand_in }
    }
}
