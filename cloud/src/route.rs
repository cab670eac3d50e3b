//! Where a request goes: the service and region in its signature, or else in its host.

use percent_encoding::percent_decode_str;
use winterbaume_core::MockRequest;

use crate::partition;
use crate::wire::{json, query::Parameters, rest_json};

/// The service, region and trust of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The signing name of the service, e.g. `s3`, `monitoring`.
    pub service: String,
    /// The region, e.g. `us-east-1`.
    pub region: String,
}

impl Route {
    /// Returns the route in the request's signature, if it is signed.
    pub fn signed(request: &MockRequest) -> Option<Self> {
        let header = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let scope = header
            .split_once("Credential=")
            .map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or_default().to_owned())
            .or_else(|| {
                let (_, query) = request.uri.split_once('?')?;
                let value = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
                Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
            })?;
        // KEY/DATE/REGION/SERVICE/aws4_request
        let mut parts = scope.rsplit('/');
        let (_terminator, service, region) = (parts.next()?, parts.next()?, parts.next()?);
        Self::checked(service, region)
    }

    /// Returns the route of the request: by its signature, or else by an AWS host name.
    pub fn of(request: &MockRequest) -> Option<Self> {
        Self::signed(request).or_else(|| Self::of_host(host(&request.uri)))
    }

    fn of_host(host: &str) -> Option<Self> {
        let name = partition::without_dns_suffix(host)?;
        let mut labels: Vec<&str> = name.split('.').collect();
        // `api.sagemaker.us-east-1`, `runtime.sagemaker.us-east-1` and `bucket.s3.us-east-1`: the service is not the first label.
        if let Some(position) = labels.iter().rposition(|label| *label == "s3") {
            labels.drain(..position);
        } else if matches!(labels.first(), Some(&("api" | "runtime"))) {
            labels.remove(0);
        }
        Self::checked(labels.first()?, labels.get(1).copied().unwrap_or("us-east-1"))
    }

    /// Service and region become parts of file names, so nothing but a plain word is let through.
    fn checked(service: &str, region: &str) -> Option<Self> {
        let plain = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        (plain(service) && plain(region)).then(|| Self { service: service.to_owned(), region: region.to_owned() })
    }
}

/// Returns the host of an absolute URI, without port.
pub(crate) fn host(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default().split(':').next().unwrap_or_default()
}

/// Returns the path and query of an absolute URI, starting with `/`.
pub(crate) fn path_and_query(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('?') => format!("/{}", &rest[at..]),
        Some(at) => rest[at..].to_owned(),
        None => "/".to_owned(),
    }
}

/// The bucket and key of a request to S3, wherever the bucket's name is (host or path).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct S3Target {
    /// The bucket, empty for a call on the service itself.
    pub bucket: String,
    /// The key, still percent-encoded; empty for a call on the bucket.
    pub key: String,
    /// The query string without `?`.
    pub query: String,
}

impl S3Target {
    /// Reads the target from the URI, path-style or virtual-hosted.
    pub fn of(uri: &str) -> Self {
        let whole = path_and_query(uri);
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        let path = path.trim_start_matches('/');
        let (bucket, key) = match bucket_in_host(host(uri)) {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        Self { bucket: bucket.to_owned(), key: key.to_owned(), query: query.to_owned() }
    }

    /// Returns whether the query names a subresource, e.g. `policy`.
    pub fn has(&self, name: &str) -> bool {
        self.query.split('&').any(|pair| pair.split('=').next() == Some(name))
    }

    /// Returns the path-style URI at the region's host.
    pub fn uri(&self, region: &str) -> String {
        let mark = if self.query.is_empty() { "" } else { "?" };
        let key = if self.key.is_empty() { String::new() } else { format!("/{}", self.key) };
        format!("https://s3.{region}.amazonaws.com/{}{key}{mark}{}", self.bucket, self.query)
    }
}

fn bucket_in_host(host: &str) -> Option<&str> {
    if let Some(name) = host.strip_suffix(".amazonaws.com") {
        let at = name.rfind(".s3")?;
        return Some(&name[..at]);
    }
    let name = host.strip_suffix(".localhost")?;
    (name != "s3").then(|| name.strip_suffix(".s3").unwrap_or(name))
}

/// Returns the name of the operation, as AWS's documentation writes it.
pub(crate) fn operation(service: &str, request: &MockRequest) -> String {
    let target = json::operation(request);
    if !target.is_empty() {
        return target;
    }
    if service == "s3" {
        return s3_operation(&request.method, &S3Target::of(&request.uri), request);
    }
    if let Some((operation, _)) = rest_json::called(service, &request.method, &path_and_query(&request.uri)) {
        return operation.to_owned();
    }
    // Smithy RPC names it in the path: /service/NAME/operation/OPERATION.
    let path = path_and_query(&request.uri);
    if let Some((_, name)) = path.split_once("/operation/") {
        return name.split(['?', '/']).next().unwrap_or_default().to_owned();
    }
    Parameters::of(request).operation().to_owned()
}

const SUBRESOURCES: &[(&str, &str)] = &[
    ("versioning", "BucketVersioning"),
    ("encryption", "BucketEncryption"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("policyStatus", "BucketPolicyStatus"),
    ("policy", "BucketPolicy"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("location", "BucketLocation"),
    ("logging", "BucketLogging"),
    ("cors", "BucketCors"),
    ("notification", "BucketNotificationConfiguration"),
    ("object-lock", "ObjectLockConfiguration"),
    ("accelerate", "BucketAccelerateConfiguration"),
    ("requestPayment", "BucketRequestPayment"),
    ("replication", "BucketReplication"),
    ("website", "BucketWebsite"),
];

const OBJECT_SUBRESOURCES: &[(&str, &str)] = &[
    ("attributes", "ObjectAttributes"),
    ("legal-hold", "ObjectLegalHold"),
    ("retention", "ObjectRetention"),
    ("torrent", "ObjectTorrent"),
    ("restore", "ObjectRestore"),
    ("select", "ObjectContentSelection"),
];

fn s3_operation(method: &str, target: &S3Target, request: &MockRequest) -> String {
    let verb = match method {
        "PUT" | "POST" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        _ => "Get",
    };
    if target.bucket.is_empty() {
        return "ListBuckets".to_owned();
    }
    let on_object = !target.key.is_empty();
    let kind = if on_object { "Object" } else { "Bucket" };
    for shared in ["tagging", "acl"] {
        if target.has(shared) {
            return format!("{verb}{kind}{}", if shared == "acl" { "Acl" } else { "Tagging" });
        }
    }
    if on_object {
        if let Some((_, name)) = OBJECT_SUBRESOURCES.iter().find(|(parameter, _)| target.has(parameter)) {
            return format!("{verb}{name}");
        }
        return match method {
            "POST" if target.has("uploads") => "CreateMultipartUpload".to_owned(),
            "POST" if target.has("uploadId") => "CompleteMultipartUpload".to_owned(),
            "PUT" if target.has("uploadId") && request.headers.contains_key("x-amz-copy-source") => {
                "UploadPartCopy".to_owned()
            }
            "PUT" if target.has("uploadId") => "UploadPart".to_owned(),
            "GET" if target.has("uploadId") => "ListParts".to_owned(),
            "DELETE" if target.has("uploadId") => "AbortMultipartUpload".to_owned(),
            "PUT" if request.headers.contains_key("x-amz-copy-source") => "CopyObject".to_owned(),
            _ => format!("{verb}Object"),
        };
    }
    if let Some((_, name)) = SUBRESOURCES.iter().find(|(parameter, _)| target.has(parameter)) {
        return if *name == "BucketLifecycleConfiguration" && verb == "Delete" {
            "DeleteBucketLifecycle".to_owned()
        } else {
            format!("{verb}{name}")
        };
    }
    match method {
        "PUT" => "CreateBucket".to_owned(),
        "POST" if target.has("delete") => "DeleteObjects".to_owned(),
        "GET" if target.has("versions") => "ListObjectVersions".to_owned(),
        "GET" if target.has("uploads") => "ListMultipartUploads".to_owned(),
        "GET" if target.query.contains("list-type=2") => "ListObjectsV2".to_owned(),
        "GET" => "ListObjects".to_owned(),
        _ => format!("{verb}Bucket"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str, authorization: &str) -> MockRequest {
        let mut headers = http::HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert("authorization", authorization.parse().unwrap());
        }
        MockRequest { method: method.into(), uri: uri.into(), headers, body: bytes::Bytes::new() }
    }

    #[test]
    fn the_signature_decides_and_the_host_is_the_fallback() {
        let scope = "AWS4-HMAC-SHA256 Credential=AK/20260101/eu-west-1/monitoring/aws4_request, SignedHeaders=host";
        let cases = [
            ("http://127.0.0.1:4566/", scope, Some(("monitoring", "eu-west-1"))),
            (
                "http://h/b/k?X-Amz-Credential=AK%2F20260101%2Feu-west-1%2Fs3%2Faws4_request",
                "",
                Some(("s3", "eu-west-1")),
            ),
            ("https://api.sagemaker.us-west-2.amazonaws.com/", "", Some(("sagemaker", "us-west-2"))),
            (
                "https://runtime.sagemaker.us-west-2.amazonaws.com/endpoints/e/invocations",
                "",
                Some(("sagemaker", "us-west-2")),
            ),
            ("https://b.c.s3.us-west-2.amazonaws.com/k", "", Some(("s3", "us-west-2"))),
            ("https://iam.amazonaws.com/", "", Some(("iam", "us-east-1"))),
            ("http://localhost:4566/", "", None),
            ("http://localhost/", "AWS4-HMAC-SHA256 Credential=AK/20260101/../s3/aws4_request,", None),
        ];
        for (uri, authorization, expected) in cases {
            let route = Route::of(&request("GET", uri, authorization));
            let found = route.as_ref().map(|route| (route.service.as_str(), route.region.as_str()));
            assert_eq!(found, expected, "{uri}");
        }
    }

    #[test]
    fn s3_operations_are_named_in_both_styles() {
        let cases = [
            ("PUT", "https://b.s3.us-east-1.amazonaws.com/", "CreateBucket"),
            ("PUT", "http://localhost:1/b/k?x-id=PutObject", "PutObject"),
            ("GET", "http://b.localhost:1/?list-type=2&prefix=x", "ListObjectsV2"),
            ("PUT", "http://localhost/b?policy", "PutBucketPolicy"),
            ("GET", "http://localhost/", "ListBuckets"),
            ("POST", "http://localhost/b?delete", "DeleteObjects"),
        ];
        for (method, uri, expected) in cases {
            assert_eq!(operation("s3", &request(method, uri, "")), expected, "{method} {uri}");
        }
    }
}
