//! Encrypting, decrypting, and keys for data.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Key, cipher, name};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

const ALGORITHM: &str = "SYMMETRIC_DEFAULT";

/// Encrypt.
pub fn encrypt(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_algorithm(input)?;
    let key = usable(input, context)?;
    let plaintext = bytes(input, "Plaintext")?;
    let blob = cipher::seal(&key, &input["EncryptionContext"], &plaintext)?;
    Ok(json!({
        "CiphertextBlob": BASE64.encode(blob), "KeyId": key.arn(context), "EncryptionAlgorithm": ALGORITHM,
    }))
}

/// Decrypt: with the key that the ciphertext names, which must be the one the call names, if it names one.
pub fn decrypt(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_algorithm(input)?;
    if input["CiphertextBlob"].is_null() {
        // The model does not require the member, because a dry run can do without it.
        let constraint = "Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null";
        return Err(invalid(format!("1 validation error detected: {constraint}")));
    }
    let blob = bytes(input, "CiphertextBlob")?;
    let named = match input["KeyId"].as_str() {
        Some(name) => Some(name::find(context, name)?),
        None => None,
    };
    let id = cipher::key_of(&blob)?;
    if named.is_some_and(|named| named.id != id) {
        let message = "The key ID in the request does not identify a CMK that can perform this operation.";
        return Err(Fault::new("IncorrectKeyException", message));
    }
    let key = Key::get(context.own, &id)?.ok_or_else(|| {
        let message = "The ciphertext refers to a customer master key that does not exist, does not exist in this \
                       region, or you are not allowed to access.";
        Fault::new("AccessDeniedException", message)
    })?;
    key.check_usable(context)?;
    let plaintext = cipher::open(&key, &input["EncryptionContext"], &blob)?;
    Ok(json!({
        "Plaintext": BASE64.encode(plaintext), "KeyId": key.arn(context), "EncryptionAlgorithm": ALGORITHM,
    }))
}

/// GenerateDataKey.
pub fn generate_data_key(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let length = match (input["KeySpec"].as_str(), input["NumberOfBytes"].as_u64()) {
        (Some("AES_256"), None) => 32,
        (Some("AES_128"), None) => 16,
        (None, Some(bytes)) => usize::try_from(bytes).unwrap_or_default(),
        _ => return Err(invalid("Please specify either number of bytes or key spec.")),
    };
    let key = usable(input, context)?;
    let plaintext = cipher::random(length)?;
    let blob = cipher::seal(&key, &input["EncryptionContext"], &plaintext)?;
    Ok(json!({
        "CiphertextBlob": BASE64.encode(blob), "Plaintext": BASE64.encode(plaintext), "KeyId": key.arn(context),
    }))
}

/// GenerateDataKeyWithoutPlaintext.
pub fn generate_data_key_without_plaintext(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut answer = generate_data_key(input, context)?;
    if let Some(fields) = answer.as_object_mut() {
        fields.remove("Plaintext");
    }
    Ok(answer)
}

fn usable(input: &Value, context: &CallContext<'_>) -> Result<Key, Fault> {
    let key = name::find(context, text(input, "KeyId"))?;
    key.check_usable(context)?;
    Ok(key)
}

fn check_algorithm(input: &Value) -> Result<(), Fault> {
    match input["EncryptionAlgorithm"].as_str() {
        None | Some(ALGORITHM) => Ok(()),
        Some(other) => {
            let message = format!("{other} is no algorithm for keys of the specification {ALGORITHM}.");
            Err(Fault::new("InvalidKeyUsageException", message))
        }
    }
}

fn bytes(input: &Value, member: &str) -> Result<Vec<u8>, Fault> {
    BASE64
        .decode(text(input, member))
        .map_err(|error| Fault::new("SerializationException", format!("{member} is not base64: {error}")))
}
