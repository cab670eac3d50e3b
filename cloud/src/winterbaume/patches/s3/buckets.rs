//! Buckets: their regions, their defaults, and the rules for their names. Winterbaume takes the caller's
//! region as the bucket's, any name, and knows neither the default encryption nor the default access block.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use crate::documents::CallContext;
use crate::error_response;
use crate::route::S3Target;
use crate::service::Fault;
use crate::services::s3_objects;
use crate::winterbaume::patches::interface::Asked;

/// The encryption that every bucket has by default since 2023.
const DEFAULT_ENCRYPTION: &str = "<ServerSideEncryptionConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
    <Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault>\
    <BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";

/// Regions that an account must enable, the newer ones.
const OPT_IN: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// Returns the refusal for a bucket in another region: a bucket can be used only in its own.
pub(super) fn elsewhere(asked: &Asked<'_>, target: &S3Target, context: &CallContext<'_>) -> Option<MockResponse> {
    let region = context.own.get("buckets", &target.bucket)?["region"].as_str()?;
    if region == context.region || ["CreateBucket", "GetBucketLocation"].contains(&asked.operation.as_str()) {
        return None;
    }
    let fault = if [region, context.region].iter().any(|region| OPT_IN.contains(region)) {
        // DNS leads to a bucket's own region only between the regions that were there in March 2019; the others refuse, as
        // GetBucketTagging does in cloud-custodian's issue 8005.
        let text = "location constraint is incompatible for the region specific endpoint this request was sent to.";
        Fault::new("IllegalLocationConstraintException", format!("The {region} {text}"))
    } else {
        Fault {
            status: 301,
            code: "PermanentRedirect".into(),
            message: format!("The bucket {} is in the region {region}, not in {}", target.bucket, context.region),
        }
    };
    let mut response = error_response::s3(fault);
    if asked.request.method == "HEAD" {
        response.body = bytes::Bytes::new();
    }
    response.headers.insert("x-amz-bucket-region", region.parse().ok()?);
    Some(response)
}

/// Where the bucket is. Winterbaume puts the element into another of the same name, which no SDK can read.
pub(super) fn location(asked: &Asked<'_>, target: &S3Target, context: &CallContext<'_>) -> Option<MockResponse> {
    let region = context.own.get("buckets", &target.bucket)?["region"].as_str()?;
    // An empty element stands for AWS's first region.
    let constraint = if region == "us-east-1" { "" } else { region };
    (asked.operation == "GetBucketLocation").then(|| {
        MockResponse::xml(
            200,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
                 <LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{constraint}</LocationConstraint>"
            ),
        )
    })
}

/// Checks a new bucket's name and place, responds for an existing one, and keeps one that is not empty.
pub(super) fn intercept(
    asked: &Asked<'_>,
    target: &S3Target,
    context: &mut CallContext<'_>,
) -> Result<Option<MockResponse>, Fault> {
    if asked.operation == "DeleteBucket" && !s3_objects::is_empty(&target.bucket, context) {
        let versioned = context.own.get("buckets", &target.bucket).is_some_and(|it| !it["versioning_status"].is_null());
        let how = if versioned { ". You must delete all versions in the bucket." } else { "" };
        let message = format!("The bucket you tried to delete is not empty{how}");
        return Err(Fault { status: 409, ..Fault::new("BucketNotEmpty", message) });
    }
    if asked.operation == "GetBucketOwnershipControls" {
        // A bucket has them from its creation on, until they are deleted. Source: terraform-provider-aws,
        // internal/service/s3/bucket_ownership_controls.go, which waits for this error after a deletion.
        return match context.own.get("buckets", &target.bucket) {
            Some(bucket) if bucket["ownership_controls"].is_null() => {
                let message = "The bucket ownership controls were not found";
                Err(Fault { status: 404, ..Fault::new("OwnershipControlsNotFoundError", message) })
            }
            _ => Ok(None),
        };
    }
    if asked.operation != "CreateBucket" {
        return Ok(None);
    }
    if !valid_name(&target.bucket) {
        return Err(Fault::new("InvalidBucketName", "The specified bucket is not valid."));
    }
    let place = place(asked, context)?;
    let Some(existing) = context.own.get("buckets", &target.bucket) else { return Ok(None) };
    if place == "us-east-1" && existing["region"] == "us-east-1" {
        // Only there a second creation by the owner succeeds.
        let mut answer = MockResponse::xml(200, "");
        answer.headers.insert(
            "location",
            format!("/{}", target.bucket)
                .parse()
                .map_err(|_| Fault::new("InvalidBucketName", "The specified bucket is not valid."))?,
        );
        return Ok(Some(answer));
    }
    Err(Fault {
        status: 409,
        code: "BucketAlreadyOwnedByYou".into(),
        message: "Your previous request to create the named bucket succeeded and you already own it.".into(),
    })
}

/// Gives a bucket AWS's defaults: the requested region, encryption, blocked public access, no ACLs.
pub(super) fn amend(asked: &Asked<'_>, target: &S3Target, context: &mut CallContext<'_>) {
    let place = match asked.operation.as_str() {
        "CreateBucket" => place(asked, context).ok(),
        "DeleteBucketEncryption" => None,
        _ => return,
    };
    let Some(bucket) = context.own.get_mut("buckets", &target.bucket) else { return };
    bucket["encryption_configuration"] = json!(DEFAULT_ENCRYPTION);
    if let Some(place) = place {
        bucket["region"] = json!(place);
        bucket["public_access_block"] = json!({
            "block_public_acls": true,
            "ignore_public_acls": true,
            "block_public_policy": true,
            "restrict_public_buckets": true,
        });
        if bucket["ownership_controls"].is_null() {
            let asked = asked.request.headers.get("x-amz-object-ownership").and_then(|value| value.to_str().ok());
            bucket["ownership_controls"] = Value::from(asked.unwrap_or("BucketOwnerEnforced"));
        }
    }
}

/// Returns the region in which a new bucket is asked for.
fn place(asked: &Asked<'_>, context: &CallContext<'_>) -> Result<String, Fault> {
    let body = String::from_utf8_lossy(&asked.request.body).into_owned();
    let constraint = body
        .split_once("<LocationConstraint>")
        .and_then(|(_, rest)| rest.split_once("</LocationConstraint>"))
        .map(|(constraint, _)| constraint.trim());
    match constraint {
        Some("us-east-1") => {
            Err(Fault::new("InvalidLocationConstraint", "The specified location-constraint is not valid"))
        }
        None if context.region == "us-east-1" => Ok("us-east-1".to_owned()),
        Some(constraint) if context.region == "us-east-1" || context.region == constraint => Ok(constraint.to_owned()),
        constraint => Err(Fault::new(
            "IllegalLocationConstraintException",
            format!(
                "The {} location constraint is incompatible for the region specific endpoint this request was sent to.",
                constraint.unwrap_or("unspecified")
            ),
        )),
    }
}

/// Returns whether a name follows the rules for general purpose buckets.
fn valid_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name.bytes().all(|b| plain(b) || b == b'-' || b == b'.')
        && name.bytes().next().is_some_and(plain)
        && name.bytes().last().is_some_and(plain)
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !name.starts_with("xn--")
        && !name.ends_with("-s3alias")
}

#[cfg(test)]
mod tests {
    use super::valid_name;

    #[test]
    fn names_follow_awss_rules() {
        for good in ["abc", "my-bucket.v1", "0ab"] {
            assert!(valid_name(good), "{good}");
        }
        for bad in ["ab", "My-bucket", "a_b_c", "-abc", "abc-", "a..b", "10.0.0.1", "xn--abc"] {
            assert!(!valid_name(bad), "{bad}");
        }
    }
}
