//! What a process knows about the owner of a resource that AWS has without a name and without tags.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The owner of such a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It was not there before a call of this process that creates it.
    Ours,
    /// It was there before.
    Theirs,
}

/// Claims by the token of an identity.
#[derive(Debug, Default)]
pub struct Claims(Mutex<HashMap<String, Claim>>);

impl Claims {
    /// Returns the claim that was noted last.
    pub fn of(&self, token: &str) -> Option<Claim> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token).copied()
    }

    /// Notes a claim.
    pub fn note(&self, token: String, claim: Claim) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, claim);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_claim_counts() {
        let claims = Claims::default();
        assert_eq!(claims.of("a"), None);
        claims.note("a".to_owned(), Claim::Theirs);
        claims.note("a".to_owned(), Claim::Ours);
        assert_eq!((claims.of("a"), claims.of("b")), (Some(Claim::Ours), None));
    }
}
