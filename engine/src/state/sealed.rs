//! Files beside the state that are encrypted as it is, such as saved plans.

use super::error::StateError;
use super::store::StateStore;

impl StateStore {
    /// Encrypts bytes that are kept outside of the state, as the state is; `None` if it is not encrypted. `purpose` binds the
    /// result to its use, so that nothing else that is encrypted can take its place.
    pub async fn seal(&self, bytes: Vec<u8>, purpose: &str, location: &str) -> Result<Option<Vec<u8>>, StateError> {
        if !self.keys().encrypt_anything() {
            return Ok(None);
        }
        self.keys().encrypt(bytes, &self.sealed_context(purpose), location, &mut None).await.map(Some)
    }

    /// Decrypts what [`seal`](Self::seal) encrypted for this purpose; `None` if it was changed since, or is of another stack.
    pub async fn unseal(&self, bytes: &[u8], purpose: &str, location: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.keys().open(bytes, &self.sealed_context(purpose), location).await
    }

    fn sealed_context(&self, purpose: &str) -> String {
        format!("{}/{purpose}", self.context())
    }
}
