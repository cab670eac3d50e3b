//! A key of KMS as the key to state: it wraps data keys and never leaves KMS.

use std::collections::HashMap;
use std::sync::Arc;

use aws_config::Region;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use crate::sdk::{Aws, CallName as _, ErrorKind};
use crate::state::StateError;
use crate::state::encryption::envelope::{DataKey, KEY_BYTES, Wrapped};

/// A key of KMS.
#[derive(Debug)]
pub struct KmsKey {
    aws: Arc<Aws>,
    /// Its id, ARN or alias (`alias/NAME`), as it was configured.
    id: String,
    /// What KMS binds a wrapped key to, and notes in CloudTrail.
    context: HashMap<String, String>,
    arn: OnceCell<String>,
}

impl KmsKey {
    /// A key by its id, ARN or alias, for the state of one stack.
    pub fn new(aws: Arc<Aws>, id: &str, environment: &str, stack: &str) -> Self {
        let context =
            [("ebb:environment", environment), ("ebb:stack", stack)].map(|(name, value)| (name.into(), value.into()));
        Self { aws, id: id.to_owned(), context: HashMap::from(context), arn: OnceCell::new() }
    }

    /// A new data key; calls `kms:GenerateDataKey`.
    pub(in crate::state) async fn make(&self, place: &str) -> Result<DataKey, StateError> {
        let request = self.aws.kms().generate_data_key().key_id(&self.id).key_spec(DataKeySpec::Aes256);
        let request = request.set_encryption_context(Some(self.context.clone())).customize();
        let made = request.config_override(region_of(&self.id)).send().await.named("kms:GenerateDataKey");
        let made = made.map_err(|error| self.refused("encrypt", place, error))?;
        let plain = made.plaintext.map(|blob| Zeroizing::new(blob.into_inner())).unwrap_or_default();
        let key = made.ciphertext_blob.unwrap_or_else(|| Blob::new(Vec::new()));
        let wrapped = Wrapped::Kms { arn: made.key_id.unwrap_or_default(), key: BASE64.encode(key) };
        DataKey::new(&bytes(&plain, place)?, wrapped)
    }

    /// Unwraps a data key, whichever key of KMS wrapped it; calls `kms:Decrypt`.
    pub(in crate::state) async fn unwrap(&self, wrapped: &Wrapped, place: &str) -> Result<DataKey, StateError> {
        let damaged = || StateError::Damaged { place: place.to_owned(), message: "its wrapped key is cut off".into() };
        let Wrapped::Kms { arn, key } = wrapped else { return Err(damaged()) };
        let blob = BASE64.decode(key).map_err(|_| damaged())?;
        let request = self.aws.kms().decrypt().key_id(arn).ciphertext_blob(Blob::new(blob));
        let request = request.set_encryption_context(Some(self.context.clone())).customize();
        let opened = request.config_override(region_of(arn)).send().await.named("kms:Decrypt");
        let opened = opened.map_err(|error| match error.kind {
            ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Invalid => StateError::WrongKey {
                place: place.to_owned(),
                with: format!("the KMS key {arn}"),
                why: format!("{error}; see that the key exists, is enabled and may be used by these credentials"),
            },
            _ => self.refused("decrypt", place, error),
        })?;
        let plain = opened.plaintext.map(|blob| Zeroizing::new(blob.into_inner())).unwrap_or_default();
        DataKey::new(&bytes(&plain, place)?, wrapped.clone())
    }

    /// Whether this is the key with an ARN; calls `kms:DescribeKey` once where it was named by an alias or id.
    pub(in crate::state) async fn is(&self, arn: &str) -> Result<bool, StateError> {
        if self.id.contains(":key/") {
            return Ok(self.id == arn);
        }
        let own = self.arn.get_or_try_init(|| async {
            let request = self.aws.kms().describe_key().key_id(&self.id).customize();
            let described = request.config_override(region_of(&self.id)).send().await.named("kms:DescribeKey");
            let described = described.map_err(|error| self.refused("find", &self.id, error))?;
            Ok(described.key_metadata.and_then(|metadata| metadata.arn).unwrap_or_default())
        });
        Ok(own.await? == arn)
    }

    fn refused(&self, act: &'static str, place: &str, error: crate::sdk::Error) -> StateError {
        let hint = format!("[state.encryption] names the KMS key {}; see that it exists and is enabled", self.id);
        let error = if error.hint.is_none() { error.hint(hint) } else { error };
        StateError::Aws { act, place: place.to_owned(), error: Box::new(error) }
    }
}

/// A key that is named by its ARN is asked for in its own region.
fn region_of(id: &str) -> aws_sdk_kms::config::Builder {
    let region = id.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2)).filter(|region| !region.is_empty());
    let builder = aws_sdk_kms::config::Builder::new();
    // A region that is none would take the place of the client's own.
    match region {
        Some(region) => builder.region(Region::new(region.to_owned())),
        None => builder,
    }
}

fn bytes(plain: &[u8], place: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, StateError> {
    let bytes: [u8; KEY_BYTES] = plain.try_into().map_err(|_| StateError::Damaged {
        place: place.to_owned(),
        message: "KMS answered a data key of another length".to_owned(),
    })?;
    Ok(Zeroizing::new(bytes))
}
