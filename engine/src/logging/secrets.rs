//! The secrets that this process knows, and their replacement in text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use super::forms::{Hidden, forms};

/// Stands in a log line in place of a secret.
const MASK: &[u8] = b"[redacted]";

/// The secrets of this process.
pub(super) static SECRETS: Secrets = Secrets::new();

/// Whether secrets are collected. Without a log there is no reason to keep copies of them.
static REDACTING: AtomicBool = AtomicBool::new(false);

/// Keeps a secret out of the log: its value is replaced in every line from now on, also where it is encoded or escaped.
/// Values of fewer than four bytes are not replaced. Does nothing unless logging is on.
pub fn register_secret(secret: &str) {
    register_secret_bytes(secret.as_bytes());
}

/// Keeps secret bytes out of the log, as [`register_secret`] does for text.
pub fn register_secret_bytes(secret: &[u8]) {
    if is_redacting() {
        SECRETS.add(secret);
    }
}

/// Whether secrets have to be registered.
pub(crate) fn is_redacting() -> bool {
    REDACTING.load(Ordering::Relaxed)
}

/// Starts collecting secrets.
pub(super) fn start_redacting() {
    REDACTING.store(true, Ordering::Relaxed);
}

/// Stops collecting secrets and forgets them. Nothing is logged from now on.
pub(super) fn stop_redacting() {
    REDACTING.store(false, Ordering::Relaxed);
    SECRETS.forget();
}

/// Secrets in all their forms, by the first byte, the longest first.
type Forms = BTreeMap<u8, Vec<Hidden>>;

/// A set of secrets. Their memory is overwritten when they are forgotten.
pub(super) struct Secrets {
    /// `None` once they are forgotten.
    forms: RwLock<Option<Forms>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    pub(super) const fn new() -> Self {
        Self { forms: RwLock::new(Some(BTreeMap::new())) }
    }

    pub(super) fn add(&self, secret: &[u8]) {
        let forms = forms(secret);
        let mut known = self.forms.write().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.as_mut() else { return };
        for form in forms {
            let Some(first) = form.first() else { continue };
            let others = known.entry(*first).or_default();
            if !others.contains(&form) {
                let place = others.partition_point(|other| other.len() >= form.len());
                others.insert(place, form);
            }
        }
    }

    fn forget(&self) {
        *self.forms.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Returns a text with every secret replaced; no text once the secrets are forgotten. Secrets that overlap are replaced
    /// as one.
    pub(super) fn redact<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let known = self.forms.read().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = known.as_ref() else { return Cow::Borrowed(&[]) };
        let longest = |rest: &[u8]| {
            let candidates = known.get(rest.first()?)?;
            candidates.iter().find(|secret| rest.starts_with(secret)).map(|secret| secret.len())
        };
        let mut clean: Option<Vec<u8>> = None;
        let mut hidden_until = 0;
        for (at, byte) in text.iter().enumerate() {
            let end = longest(&text[at..]).map_or(0, |length| at + length);
            if end > hidden_until {
                let clean = clean.get_or_insert_with(|| text[..at].to_vec());
                if at >= hidden_until {
                    clean.extend_from_slice(MASK);
                }
                hidden_until = end;
            }
            if at >= hidden_until
                && let Some(clean) = &mut clean
            {
                clean.push(*byte);
            }
        }
        clean.map_or(Cow::Borrowed(text), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(secrets: &[&str], text: &str) -> String {
        let known = Secrets::new();
        secrets.iter().for_each(|secret| known.add(secret.as_bytes()));
        String::from_utf8(known.redact(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn secrets_are_replaced_wherever_they_stand() {
        assert_eq!(redacted(&["hunter2"], "a=hunter2 b=hunter22 hunter"), "a=[redacted] b=[redacted]2 hunter");
        assert_eq!(redacted(&["hunter2"], "hunter2"), "[redacted]");
        assert_eq!(redacted(&["hunter2"], "nothing"), "nothing");
        assert_eq!(redacted(&[], "hunter2"), "hunter2");
    }

    #[test]
    fn the_longest_of_several_secrets_is_replaced_and_overlapping_ones_as_one() {
        assert_eq!(redacted(&["pass", "passphrase"], "a passphrase"), "a [redacted]");
        assert_eq!(redacted(&["abcdef", "defghi"], "-abcdefghi-"), "-[redacted]-");
        assert_eq!(redacted(&["abcdefgh", "cdef"], "-abcdefgh-"), "-[redacted]-");
    }

    #[test]
    fn no_text_is_returned_once_the_secrets_are_forgotten() {
        let known = Secrets::new();
        known.add(b"hunter2");
        known.forget();
        known.add(b"hunter2");
        assert_eq!(&*known.redact(b"a=hunter2"), b"");
    }

    #[test]
    fn nothing_is_collected_without_a_log() {
        register_secret("hunter2");
        assert_eq!(&*SECRETS.redact(b"hunter2"), b"hunter2");
    }
}
