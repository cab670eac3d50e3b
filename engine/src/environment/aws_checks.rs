//! Checks of the settings of AWS and of the tags.

use std::collections::BTreeMap;

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::file::AwsSettings;
use crate::environment::regions::REGIONS;
use crate::environment::suggest::{did_you_mean, nearest};
use ebbtide::resource::{Problems, validate_tags};

/// Returns the faults of the settings of AWS.
pub(super) fn aws_faults(document: &Document, aws: &AwsSettings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |key: &str, message: String| {
        faults.push(Fault { location: document.of_value(&path_to(&["aws", key])), message });
    };
    if !REGIONS.contains(&aws.region.as_str()) {
        let near = did_you_mean(nearest(&aws.region, REGIONS.iter().copied()));
        refuse("region", format!("`{}` is not a region of AWS{near} (known: {})", aws.region, REGIONS.join(", ")));
    }
    if let Some(account) = aws.account.as_deref().filter(|a| a.len() != 12 || !a.bytes().all(|b| b.is_ascii_digit())) {
        refuse("account", format!("`{account}` is not an account: write its 12 digits as text, \"123456789012\""));
    }
    if let Some(url) = aws.endpoint_url.as_deref() {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            refuse("endpoint_url", format!("`{url}` is not a URL: write http://HOST:PORT or https://HOST"));
        }
        if aws.embedded {
            refuse("endpoint_url", "`endpoint_url` and `embedded = true` exclude each other: keep one".to_owned());
        }
    }
    if let Some(role) = aws.assume_role.as_deref().filter(|role| !role.starts_with("arn:") || !role.contains(":role/"))
    {
        refuse("assume_role", format!("`{role}` is not a role's ARN: write arn:aws:iam::123456789012:role/NAME"));
    }
    if aws.embedded {
        for (key, value) in [("profile", &aws.profile), ("assume_role", &aws.assume_role)] {
            if value.is_some() {
                refuse(key, format!("the embedded cloud takes no credentials: remove `{key}` or `embedded`"));
            }
        }
    } else if aws.transition_ms.is_some() {
        refuse("transition_ms", "only the embedded cloud has it: remove it or set `embedded = true`".to_owned());
    }
    if !aws.embedded && !aws.objects.is_empty() {
        refuse("objects", "only the embedded cloud has them: remove them or set `embedded = true`".to_owned());
    }
    for (key, is_given) in [("images", !aws.images.is_empty()), ("quotas", !aws.quotas.is_empty())] {
        if !aws.embedded && is_given {
            refuse(key, "only the embedded cloud has them: remove them or set `embedded = true`".to_owned());
        }
    }
    let is_object = |uri: &str| {
        let location = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        location.is_some_and(|(bucket, key)| !bucket.is_empty() && !key.is_empty() && !key.ends_with('/'))
    };
    if let Some(uri) = aws.objects.iter().find(|uri| !is_object(uri)) {
        refuse("objects", format!("`{uri}` is not the location of an object: write s3://BUCKET/KEY"));
    }
    faults
}

/// The number of tags that an environment may have: AWS takes 50 on a resource, among them those of Ebbtide and the
/// resource's own.
const MAX_TAGS: usize = 40;

/// Returns the faults of the tags.
pub(super) fn tag_faults(document: &Document, tags: &BTreeMap<String, String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (key, value) in tags {
        let mut refuse =
            |message: String| faults.push(Fault { location: document.of_key(&path_to(&["tags", key])), message });
        if key.starts_with("ebb:") || key.to_lowercase().starts_with("aws:") {
            refuse(format!("the tag `{key}` is reserved: tags of one's own do not start with `ebb:` or `aws:`"));
            continue;
        }
        let mut problems = Problems::new();
        validate_tags(&BTreeMap::from([(key.clone(), value.clone())]), &mut problems);
        problems.iter().for_each(|(_, message)| refuse(format!("the tag {message}")));
    }
    if tags.len() > MAX_TAGS {
        let message = format!("there are {} tags: an environment has at most {MAX_TAGS}", tags.len());
        faults.push(Fault { location: document.of_key(&path_to(&["tags"])), message });
    }
    faults
}
