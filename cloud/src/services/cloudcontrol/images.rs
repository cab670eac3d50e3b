//! The images of ECR: enough of ECR itself that a repository can hold something.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use winterbaume_core::{MockRequest, MockResponse};

use super::resource::Resource;
use crate::documents::CallContext;
use crate::service::{Fault, Service};
use crate::services::json::text;
use crate::wire::json;

/// The table of images in the document of ECR.
const TABLE: &str = "Image";

/// ECR, as far as it is not Cloud Control: PutImage.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ecr;

impl Service for Ecr {
    fn name(&self) -> &'static str {
        "ecr"
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        json::response(answer(request, context))
    }
}

fn answer(request: &MockRequest, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let operation = json::operation(request);
    if operation != "PutImage" {
        let message = format!("The operation {operation} is not one that the embedded cloud has for ECR");
        return Err(Fault::new("UnknownOperationException", message));
    }
    let input = json::body(request)?;
    let name = text(&input, "repositoryName");
    let cloud_control = context.other("cloudcontrolapi");
    let repository = Resource::find(&cloud_control, "AWS::ECR::Repository", name, context.now_ms)?;
    let message =
        format!("The repository with name '{name}' does not exist in the registry with id '{}'", context.account);
    let repository = repository.ok_or_else(|| Fault::new("RepositoryNotFoundException", message))?;
    let manifest = text(&input, "imageManifest");
    let digest =
        Sha256::digest(manifest).iter().fold("sha256:".to_owned(), |digits, byte| digits + &format!("{byte:02x}"));
    let image = json!({
        "registryId": context.account, "repositoryName": name, "imageManifest": manifest,
        "imageId": { "imageDigest": digest, "imageTag": input["imageTag"] },
    });
    context.own.put(TABLE, key(&repository, &digest), image.clone());
    Ok(json!({ "image": image }))
}

/// Returns whether a repository has images.
pub fn has_any(repository: &Resource, context: &CallContext<'_>) -> bool {
    let beginning = key(repository, "");
    let ecr = context.other("ecr");
    ecr.all(TABLE).any(|(key, _)| key.starts_with(&beginning))
}

/// Images go with their repository: one that is made again has none.
fn key(repository: &Resource, digest: &str) -> String {
    format!("{} {} {digest}", repository.identifier, repository.from_ms)
}
