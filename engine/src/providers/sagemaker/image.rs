//! Looking for the image of a container in ECR, which SageMaker pulls.

use aws_sdk_ecr::types::{ImageFailureCode, ImageIdentifier};

use crate::providers::{EcrImage, ImageVersion, Looked, Missing, StandIn};
use crate::sdk::{CallName, Context, Error, ErrorKind};

/// Looks for an image, if it is known and in a private registry of ECR. Those of other accounts, such as AWS's own, are found by those
/// that may pull them: "When an image is pulled, the BatchGetImage API is called once" (API reference).
pub(super) async fn look_for_image(context: &Context, image: Option<&String>) -> Result<Looked, Error> {
    let Some((uri, image)) = image.and_then(|uri| Some((uri.as_str(), EcrImage::of(uri)?))) else {
        return Ok(Looked::There);
    };
    // SageMaker pulls from the region of the endpoint, and the client asks there.
    if image.region != context.scope().region {
        return Ok(Looked::Unchecked(format!("{uri} was not looked for: it is in another region")));
    }
    let id = match &image.version {
        ImageVersion::Tag(tag) => ImageIdentifier::builder().image_tag(tag),
        ImageVersion::Digest(digest) => ImageIdentifier::builder().image_digest(digest),
    };
    let get = context.aws.ecr().batch_get_image().registry_id(&image.account).repository_name(&image.repository);
    match get.image_ids(id.build()).send().await.named("ecr:BatchGetImage") {
        Ok(found) if !found.images().is_empty() => Ok(Looked::There),
        Ok(found) => {
            let failure = found.failures().first();
            let code = failure.and_then(|failure| failure.failure_code());
            match code {
                Some(ImageFailureCode::ImageNotFound) | None => {
                    Ok(Looked::Missing(missing(format!("no image {uri}"), uri, None)))
                }
                Some(code) => {
                    let why = failure.and_then(|failure| failure.failure_reason()).unwrap_or(code.as_str());
                    Ok(Looked::Unchecked(format!("{uri} was not looked for: {why}")))
                }
            }
        }
        Err(error) if error.kind == ErrorKind::NotFound => {
            let is_own = image.account == context.scope().account;
            let repository = is_own.then_some(image.repository.as_str());
            Ok(Looked::Missing(missing(format!("no repository for the image {uri}"), uri, repository)))
        }
        Err(error) if error.kind.passes() || error.kind == ErrorKind::Credentials => Err(error),
        Err(error) => Ok(Looked::Unchecked(format!("{uri} was not looked for: {error}"))),
    }
}

/// Returns a missing image, with the commands that push it; `repository` is one that can be made first.
fn missing(problem: String, uri: &str, repository: Option<&str>) -> Missing {
    let first = repository.map(|name| format!("aws ecr create-repository --repository-name {name} && "));
    let remedy = format!("{}docker push {uri}", first.unwrap_or_default());
    Missing { problem, remedy, stand_in: StandIn::Image(uri.to_owned()) }
}
