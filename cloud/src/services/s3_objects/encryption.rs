//! How an object is encrypted: as the call says, or else as its bucket's default says.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::call::Call;
use super::refused::{Refused, invalid_argument};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::kms;
use crate::wire::xml;

const HEADER: &str = "x-amz-server-side-encryption";
const KEY_HEADER: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY_HEADER: &str = "x-amz-server-side-encryption-bucket-key-enabled";

/// The encryption of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Encryption {
    algorithm: String,
    /// The ARN of the key of KMS, empty for S3's own.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bucket_key: bool,
}

impl Encryption {
    /// Returns the encryption that a call asks for, or the default of its bucket. A key of KMS must exist.
    pub fn of(call: &Call<'_>, context: &CallContext<'_>) -> Result<Self, Refused> {
        if call.header("x-amz-server-side-encryption-customer-algorithm").is_some() {
            let message = "the embedded s3 service has no encryption with keys of the customer (SSE-C)";
            return Err(Refused::new(400, "EmbeddedCloudNotImplemented", message));
        }
        let configured = context.own.get("buckets", call.bucket).map(|bucket| &bucket["encryption_configuration"]);
        let default = configured.and_then(|configured| configured.as_str()).unwrap_or_default();
        let (algorithm, key, bucket_key) = match call.header(HEADER) {
            Some(asked) => {
                let bucket_key = call.header(BUCKET_KEY_HEADER) == Some("true");
                (asked.to_owned(), call.header(KEY_HEADER).map(str::to_owned), bucket_key)
            }
            None if call.header(KEY_HEADER).is_some() => {
                let message = "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
                return Err(invalid_argument(message, HEADER, "null"));
            }
            None => (
                xml::text(default, "SSEAlgorithm").unwrap_or_else(|| "AES256".to_owned()),
                xml::text(default, "KMSMasterKeyID"),
                xml::text(default, "BucketKeyEnabled").as_deref() == Some("true"),
            ),
        };
        match algorithm.as_str() {
            "AES256" => Ok(Self { algorithm, key: String::new(), bucket_key: false }),
            "aws:kms" | "aws:kms:dsse" => Ok(Self { algorithm, key: resolved(key.as_deref(), context)?, bucket_key }),
            other => Err(invalid_argument("The encryption method specified is not supported", HEADER, other)),
        }
    }

    /// Returns whether the entity tag is the digest of the body; under a key of KMS it is something else each time.
    pub fn tells_digest(&self) -> bool {
        self.key.is_empty()
    }

    /// Refuses to read a version whose key cannot be used.
    pub fn check_readable(&self, context: &CallContext<'_>) -> Result<(), Refused> {
        if self.key.is_empty() { Ok(()) } else { resolved(Some(&self.key), context).map(|_| ()) }
    }

    /// Returns the headers of a response.
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![(HEADER, self.algorithm.clone())];
        if !self.key.is_empty() {
            headers.push((KEY_HEADER, self.key.clone()));
        }
        if self.bucket_key {
            headers.push((BUCKET_KEY_HEADER, "true".to_owned()));
        }
        headers
    }
}

/// Returns the ARN of a key that can be used; without a name, the key that AWS keeps for S3 in each account and region.
fn resolved(name: Option<&str>, context: &CallContext<'_>) -> Result<String, Refused> {
    let own = own_key(context);
    let name = match name {
        None | Some("alias/aws/s3") => return Ok(own),
        Some(name) if name == own => return Ok(own),
        Some(name) => name,
    };
    let usable = kms::find_seen(context, &context.other("kms"), name).and_then(|key| {
        key.check_usable(context)?;
        Ok(key.arn(context))
    });
    usable.map_err(|fault| Fault { status: 400, code: format!("KMS.{}", fault.code), ..fault }.into())
}

fn own_key(context: &CallContext<'_>) -> String {
    let digest = Sha256::digest(format!("{}:{}:aws/s3", context.account, context.region));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    format!("arn:{}:kms:{}:{}:key/{id}", context.partition(), context.region, context.account)
}
