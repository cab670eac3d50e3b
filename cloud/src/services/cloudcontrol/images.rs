//! The images of ECR: enough of ECR itself that a repository can hold something, and that one can look for it.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use winterbaume_core::{MockRequest, MockResponse};

use super::resource::Resource;
use crate::documents::{CallContext, Tables};
use crate::service::{Fault, Service};
use crate::services::json::text;
use crate::wire::json;

/// The table of images in the document of ECR.
const TABLE: &str = "Image";

/// The table of images that were there before, by `NAME:TAG` or `NAME@DIGEST`.
const STAND_INS: &str = "StandIn";

/// The accounts of AWS's deep learning containers (aws/sagemaker-python-sdk, `src/sagemaker/image_uri_config/djl-lmi.json`).
const OF_AWS: [&str; 13] = [
    "204538143572",
    "217643126080",
    "364406365360",
    "442386744353",
    "446045086412",
    "626614931356",
    "692866216735",
    "727897471807",
    "763104351884",
    "780543022126",
    "871362719292",
    "907027046896",
    "914824155844",
];

/// The images of those accounts that this cloud knows: the tags of the same file, and of the releases after it
/// (aws/deep-learning-containers, `available_images.md`).
const IMAGES_OF_AWS: [(&str, &[&str]); 1] = [(
    "djl-inference",
    &[
        "0.28.0-lmi10.0.0-cu124",
        "0.29.0-lmi11.0.0-cu124",
        "0.30.0-lmi12.0.0-cu124",
        "0.31.0-lmi13.0.0-cu124",
        "0.32.0-lmi14.0.0-cu126",
        "0.33.0-lmi15.0.0-cu128",
    ],
)];

/// ECR, as far as it is not Cloud Control: PutImage and BatchGetImage.
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

/// An image, as models name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The account of its registry.
    pub account: String,
    /// The region of its registry.
    pub region: String,
    /// Its repository with its tag or digest.
    name: String,
}

impl Image {
    /// Reads `ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG`. An image without a tag is the one tagged `latest`.
    pub fn of(uri: &str) -> Option<Self> {
        let (registry, name) = uri.split_once('/')?;
        let (account, rest) = registry.split_once(".dkr.ecr.")?;
        let (region, _) = rest.split_once('.')?;
        let is_tagged = name.contains(['@', ':']);
        let name = if is_tagged { name.to_owned() } else { format!("{name}:latest") };
        Some(Self { account: account.to_owned(), region: region.to_owned(), name })
    }

    /// Notes the image as one that was there before; `tables` are those of ECR.
    pub fn stand_in(&self, tables: &mut Tables) {
        tables.put(STAND_INS, self.name.clone(), json!({}));
    }
}

fn answer(request: &MockRequest, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let (operation, input) = (json::operation(request), json::body(request)?);
    match operation.as_str() {
        "BatchGetImage" => batch_get(&input, context),
        "PutImage" => put(&input, context),
        _ => {
            let message = format!("The operation {operation} is not one that the embedded cloud has for ECR");
            Err(Fault::new("UnknownOperationException", message))
        }
    }
}

/// PutImage.
fn put(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "repositoryName");
    let repository = repository(name, context)?.ok_or_else(|| no_repository(name, context.account))?;
    let manifest = text(input, "imageManifest");
    let digest =
        Sha256::digest(manifest).iter().fold("sha256:".to_owned(), |digits, byte| digits + &format!("{byte:02x}"));
    let image = json!({
        "registryId": context.account, "repositoryName": name, "imageManifest": manifest,
        "imageId": { "imageDigest": digest, "imageTag": input["imageTag"] },
    });
    context.own.put(TABLE, key(&repository, &digest), image.clone());
    Ok(json!({ "image": image }))
}

/// BatchGetImage: "When an image is pulled, the BatchGetImage API is called once to retrieve the image manifest" (service model), so the
/// images of another account are there for those that may pull them. AWS lets everyone pull its own.
fn batch_get(input: &Value, context: &CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, "repositoryName");
    let registry = input["registryId"].as_str().unwrap_or(context.account);
    let known = known_in(registry, name, context)?;
    let (mut images, mut failures) = (Vec::new(), Vec::new());
    for id in input["imageIds"].as_array().into_iter().flatten() {
        match known.iter().find(|image| is_it(id, image)) {
            Some(image) => images.push(image.clone()),
            // The words of ECR for an unknown tag or digest.
            None => failures.push(json!({
                "imageId": id, "failureCode": "ImageNotFound", "failureReason": "Requested image not found",
            })),
        }
    }
    Ok(json!({ "images": images, "failures": failures }))
}

/// Returns whether an image has the tag or digest that a call names.
fn is_it(id: &Value, image: &Value) -> bool {
    let same = |member: &str| id[member].is_null() || id[member] == image["imageId"][member];
    same("imageTag") && same("imageDigest")
}

/// Returns the images of a repository.
fn known_in(registry: &str, name: &str, context: &CallContext<'_>) -> Result<Vec<Value>, Fault> {
    let image =
        |id: Value| json!({ "registryId": registry, "repositoryName": name, "imageId": id, "imageManifest": "{}" });
    if registry != context.account {
        let tags = IMAGES_OF_AWS.iter().find(|(repository, _)| *repository == name && OF_AWS.contains(&registry));
        let (_, tags) = tags.ok_or_else(|| no_policy(registry, name, context))?;
        return Ok(tags.iter().map(|tag| image(json!({ "imageTag": tag }))).collect());
    }
    let mut known: Vec<Value> = Vec::new();
    for (stand_in, _) in context.own.all(STAND_INS) {
        let id = match (stand_in.split_once('@'), stand_in.split_once(':')) {
            (Some((of, digest)), _) if of == name => json!({ "imageDigest": digest }),
            (None, Some((of, tag))) if of == name => json!({ "imageTag": tag }),
            _ => continue,
        };
        known.push(image(id));
    }
    match repository(name, context)? {
        Some(repository) => {
            let beginning = key(&repository, "");
            let pushed = context.own.all(TABLE).filter(|(key, _)| key.starts_with(&beginning));
            known.extend(pushed.map(|(_, image)| image.clone()));
        }
        None if known.is_empty() => return Err(no_repository(name, registry)),
        None => {}
    }
    Ok(known)
}

/// Returns the refusal for a repository of another account whose policy lets nobody in ("Troubleshoot access denied error messages" of
/// the IAM User Guide).
fn no_policy(registry: &str, name: &str, context: &CallContext<'_>) -> Fault {
    let (partition, region, account) = (context.partition(), context.region, context.account);
    let message = format!(
        "User: arn:{partition}:sts::{account}:assumed-role/ebb/session is not authorized to perform: ecr:BatchGetImage on \
         resource: arn:{partition}:ecr:{region}:{registry}:repository/{name} because no resource-based policy allows the \
         ecr:BatchGetImage action"
    );
    Fault::new("AccessDeniedException", message)
}

fn no_repository(name: &str, registry: &str) -> Fault {
    let message = format!("The repository with name '{name}' does not exist in the registry with id '{registry}'");
    Fault::new("RepositoryNotFoundException", message)
}

fn repository(name: &str, context: &CallContext<'_>) -> Result<Option<Resource>, Fault> {
    Resource::find(&context.other("cloudcontrolapi"), "AWS::ECR::Repository", name, context.now_ms)
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
