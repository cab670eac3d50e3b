//! KMS keys: they wrap data keys and never leave KMS.

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::Region;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use super::cipher::KEY_BYTES;
use super::envelope::{DataKey, WrappedKey};
use crate::sdk::{Aws, CallName as _, Error, ErrorKind};
use crate::state::error::StateError;
use crate::state::refusal::KeyMismatch;

/// A key of KMS.
#[derive(Debug)]
pub struct KmsKey {
    aws: Arc<Aws>,
    /// The id, ARN or alias (`alias/NAME`), as it was configured.
    id: String,
    /// The encryption context: KMS binds a wrapped key to it, and records it in CloudTrail.
    context: HashMap<String, String>,
    arn: OnceCell<String>,
}

impl KmsKey {
    /// Creates a key by its id, ARN or alias, for the state of one stack.
    pub fn new(aws: Arc<Aws>, id: &str, environment: &str, stack: &str) -> Self {
        let context =
            [("ebb:environment", environment), ("ebb:stack", stack)].map(|(name, value)| (name.into(), value.into()));
        Self { aws, id: id.to_owned(), context: HashMap::from(context), arn: OnceCell::new() }
    }

    /// Generates a data key; calls `kms:GenerateDataKey`.
    pub(super) async fn generate(&self, location: &str) -> Result<DataKey, StateError> {
        let request = self.aws.kms().generate_data_key().key_id(&self.id).key_spec(DataKeySpec::Aes256);
        let request = request.set_encryption_context(Some(self.context.clone())).customize();
        let generated = request.config_override(region_of(&self.id)).send().await.named("kms:GenerateDataKey");
        let generated = generated.map_err(|error| self.failed("encrypt", location, error))?;
        let plain = generated.plaintext.map(|blob| Zeroizing::new(blob.into_inner())).unwrap_or_default();
        let key = generated.ciphertext_blob.unwrap_or_else(|| Blob::new(Vec::new()));
        let wrapped = WrappedKey::Kms { arn: generated.key_id.unwrap_or_default(), key: BASE64.encode(key) };
        DataKey::new(&bytes(&plain, location)?, wrapped)
    }

    /// Unwraps a data key that any key of KMS wrapped; calls `kms:Decrypt`.
    pub(super) async fn unwrap(&self, wrapped: &WrappedKey, location: &str) -> Result<DataKey, StateError> {
        let damaged = || StateError::damaged(location, "its wrapped key is cut off");
        let WrappedKey::Kms { arn, key } = wrapped else { return Err(damaged()) };
        let blob = BASE64.decode(key).map_err(|_| damaged())?;
        let request = self.aws.kms().decrypt().key_id(arn).ciphertext_blob(Blob::new(blob));
        let request = request.set_encryption_context(Some(self.context.clone())).customize();
        let decrypted = request.config_override(region_of(arn)).send().await.named("kms:Decrypt");
        let decrypted = decrypted.map_err(|error| match error.kind {
            ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Invalid => StateError::WrongKey {
                location: location.to_owned(),
                with: format!("the KMS key {arn}"),
                source: KeyMismatch::Kms(Box::new(error)),
            },
            _ => self.failed("decrypt", location, error),
        })?;
        let plain = decrypted.plaintext.map(|blob| Zeroizing::new(blob.into_inner())).unwrap_or_default();
        DataKey::new(&bytes(&plain, location)?, wrapped.clone())
    }

    /// Returns whether the key has this ARN; calls `kms:DescribeKey` once if it was configured by an alias or id.
    pub(super) async fn has_arn(&self, arn: &str) -> Result<bool, StateError> {
        if self.id.contains(":key/") {
            return Ok(self.id == arn);
        }
        let own = self.arn.get_or_try_init(|| async {
            let request = self.aws.kms().describe_key().key_id(&self.id).customize();
            let described = request.config_override(region_of(&self.id)).send().await.named("kms:DescribeKey");
            let described = described.map_err(|error| self.failed("find", &self.id, error))?;
            Ok(described.key_metadata.and_then(|metadata| metadata.arn).unwrap_or_default())
        });
        Ok(own.await? == arn)
    }

    fn failed(&self, act: &'static str, location: &str, error: Error) -> StateError {
        let hint = format!("[state.encryption] names the KMS key {}; see that it exists and is enabled", self.id);
        let error = if error.hint.is_none() { error.hint(hint) } else { error };
        StateError::Aws { act, location: location.to_owned(), source: Box::new(error) }
    }
}

/// Returns a configuration with the region of a key that is given by its ARN.
fn region_of(id: &str) -> aws_sdk_kms::config::Builder {
    let region = id.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2)).filter(|region| !region.is_empty());
    let builder = aws_sdk_kms::config::Builder::new();
    // An empty region would replace the client's own.
    match region {
        Some(region) => builder.region(Region::new(region.to_owned())),
        None => builder,
    }
}

fn bytes(plain: &[u8], location: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, StateError> {
    let bytes =
        plain.try_into().map_err(|_| StateError::damaged(location, "its data key in KMS has another length"))?;
    Ok(Zeroizing::new(bytes))
}
