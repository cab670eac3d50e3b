//! The lease of a bucket: an object that names the writer, who renews it while at work.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::names::{DOCUMENT, LEASE};
use super::objects::{If, Object, Objects, Put};
use crate::state::backend::lease::Lease;
use crate::state::error::StateError;
use crate::state::lock::{GRACE, LockInfo, LockOwner};
use crate::state::refusal::UnlockRefusal;

/// The seconds after which a lease ends if it is not renewed, unless the backend was created with another number.
pub(super) const LEASE_SECONDS: u64 = 60;
/// The number of attempts of a write while other commands are faster.
const ATTEMPTS: usize = 8;

/// The content of the object.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Document {
    format: u32,
    #[serde(flatten)]
    owner: LockOwner,
    /// Random: distinguishes this lease from any other of the same owner.
    token: String,
    /// The number of times the stack was locked. A later owner's part of the journal comes later.
    #[serde(default)]
    taken: u64,
    /// The number of renewals, so that each makes another version of the object.
    renewal: u64,
    /// Seconds after which the lease ends if it is not renewed.
    ends_after: u64,
    /// Whether the lease was given back or taken away, so that it is free.
    #[serde(default)]
    released: bool,
}

/// A lease that this process has.
pub(super) struct OwnLease {
    objects: Objects,
    document: Document,
    etag: String,
    pub(super) lease: Lease,
}

/// Takes the lease. If another command has it, the error names that command.
pub(super) async fn take(objects: &Objects, owner: LockOwner, seconds: u64) -> Result<OwnLease, StateError> {
    let token = uuid::Uuid::new_v4().simple().to_string();
    let mut document = Document { format: 1, owner, token, taken: 1, renewal: 0, ends_after: seconds, released: false };
    // The time of the first write, at the earliest: the lease counts from there, also if the answer to that write was lost.
    let mut sent = None;
    for _ in 0..ATTEMPTS {
        let there = objects.get(LEASE).await?;
        let condition = match &there {
            None => If::Absent,
            Some(object) => {
                let other = decode(object, objects)?;
                if let Some(sent) = sent.filter(|_| other.token == document.token && !other.released) {
                    return Ok(OwnLease::new(objects, document, object.etag.clone(), sent));
                }
                if let Some(lock) = lock_of(object, &other) {
                    return Err(StateError::Locked { location: objects.url(DOCUMENT), lock: Box::new(lock) });
                }
                document.taken = other.taken + 1;
                If::Is(&object.etag)
            }
        };
        let bytes = encode(&document, objects)?;
        let sent = *sent.get_or_insert_with(Instant::now);
        let put = match objects.put(LEASE, &bytes, condition).await {
            Ok(put) => put,
            Err(error) => {
                // It may have been written all the same, and would block other commands although no process uses it.
                OwnLease::give_back(objects, &document.token).await;
                return Err(error);
            }
        };
        if let Put::Done(etag) = put {
            return Ok(OwnLease::new(objects, document, etag, sent));
        }
    }
    let reason = "other commands took it again and again".to_owned();
    Err(StateError::LeaseLost { location: objects.url(LEASE), reason })
}

/// Returns the lock on the stack; `None` if it was released, or ended without being renewed.
pub(super) async fn read(objects: &Objects) -> Result<Option<LockInfo>, StateError> {
    let Some(object) = objects.get(LEASE).await? else { return Ok(None) };
    let document = decode(&object, objects)?;
    Ok(lock_of(&object, &document))
}

/// Returns why the present lease is not the one with this token; `None` if it is.
pub(super) async fn lost(objects: &Objects, token: &str) -> Result<Option<String>, StateError> {
    match objects.get(LEASE).await? {
        None => Ok(Some("its lease was deleted".to_owned())),
        Some(object) => Ok(decode(&object, objects)?.lost(token)),
    }
}

/// Takes the lease away from its owner.
pub(super) async fn unlock(objects: &Objects, lock: &LockInfo) -> Result<(), StateError> {
    let refused = |source| StateError::NotUnlocked { location: objects.url(LEASE), source };
    let Some(object) = objects.get(LEASE).await? else { return Err(refused(UnlockRefusal::NotLocked)) };
    let document = decode(&object, objects)?;
    if document.token != lock.token || document.released {
        return Err(refused(UnlockRefusal::AnotherLease));
    }
    let bytes = encode(&Document { released: true, renewal: document.renewal + 1, ..document }, objects)?;
    match objects.put(LEASE, &bytes, If::Is(&object.etag)).await? {
        Put::Done(_) => Ok(()),
        Put::Refused => match objects.get(LEASE).await? {
            // The answer to this very write was lost.
            Some(object) if object.bytes == bytes => Ok(()),
            _ => Err(refused(UnlockRefusal::JustRenewed)),
        },
    }
}

impl Document {
    /// Returns why this is not the lease with a token; `None` if it is.
    fn lost(&self, token: &str) -> Option<String> {
        if self.token != token {
            return Some(format!("its lease was taken over by {}", self.owner));
        }
        self.released.then(|| "its lease was taken away with `ebb state unlock`".to_owned())
    }
}

impl OwnLease {
    /// Creates a lease that counts from the time when its write was sent.
    fn new(objects: &Objects, document: Document, etag: String, sent: Instant) -> Self {
        let lease = Lease::until(sent + Duration::from_secs(document.ends_after));
        Self { objects: objects.clone(), document, etag, lease }
    }

    /// Renews the lease until it is lost.
    pub(super) async fn keep_up(mut self, renew_every: Duration) {
        loop {
            tokio::time::sleep(renew_every).await;
            if self.lease.expired().is_some() {
                return;
            }
            // A call that hangs must not use up the time in which the next one could succeed.
            match tokio::time::timeout(renew_every, self.renew()).await {
                Ok(Ok(Some(reason))) => {
                    self.lease.revoke(reason);
                    return;
                }
                Ok(Ok(None)) => {}
                // The next renewal may succeed. If none does, the lease ends by itself.
                Ok(Err(error)) => self.lease.renewal_failed(error.to_string()),
                Err(_) => self.lease.renewal_failed("S3 did not answer in time"),
            }
        }
    }

    /// Renews the lease once. Returns the reason if it is lost.
    async fn renew(&mut self) -> Result<Option<String>, StateError> {
        let sent = Instant::now();
        for _ in 0..ATTEMPTS {
            self.document.renewal += 1;
            let bytes = encode(&self.document, &self.objects)?;
            match self.objects.put(LEASE, &bytes, If::Is(&self.etag)).await? {
                Put::Done(etag) => {
                    self.renewed(etag, sent);
                    return Ok(None);
                }
                // Because of an earlier write of this process whose answer was lost, or because of another command.
                Put::Refused => {
                    let Some(object) = self.objects.get(LEASE).await? else {
                        return Ok(Some("its lease was deleted".to_owned()));
                    };
                    let there = decode(&object, &self.objects)?;
                    if let Some(reason) = there.lost(&self.document.token) {
                        return Ok(Some(reason));
                    }
                    if object.bytes == bytes {
                        self.renewed(object.etag, sent);
                        return Ok(None);
                    }
                    self.etag = object.etag;
                    self.document.renewal = self.document.renewal.max(there.renewal);
                }
            }
        }
        Ok(None)
    }

    fn renewed(&mut self, etag: String, sent: Instant) {
        self.etag = etag;
        self.lease.renew(sent + Duration::from_secs(self.document.ends_after));
    }

    /// Gives the lease back, if this process still has it. If that fails, the lease ends by itself.
    pub(super) async fn give_back(objects: &Objects, token: &str) {
        // A renewal in progress may be faster once.
        for _ in 0..ATTEMPTS {
            let Ok(Some(object)) = objects.get(LEASE).await else { return };
            let Ok(document) = decode(&object, objects) else { return };
            if document.lost(token).is_some() {
                return;
            }
            let document = Document { released: true, renewal: document.renewal + 1, ..document };
            let Ok(bytes) = encode(&document, objects) else { return };
            if !matches!(objects.put(LEASE, &bytes, If::Is(&object.etag)).await, Ok(Put::Refused)) {
                return;
            }
        }
    }

    pub(super) fn token(&self) -> String {
        self.document.token.clone()
    }

    /// Returns the number of times the stack was locked, this time included.
    pub(super) fn taken(&self) -> u64 {
        self.document.taken
    }
}

fn encode(document: &Document, objects: &Objects) -> Result<Vec<u8>, StateError> {
    serde_json::to_vec(document).map_err(|error| StateError::inconsistent(objects.url(LEASE), error))
}

fn decode(object: &Object, objects: &Objects) -> Result<Document, StateError> {
    serde_json::from_slice(&object.bytes).map_err(|error| StateError::damaged(objects.url(LEASE), error))
}

/// Returns the lock of a lease that was read; `None` if it is over.
fn lock_of(object: &Object, document: &Document) -> Option<LockInfo> {
    // Without both times of S3 the age is unknown, and the lease must not count as over: no local clock replaces them.
    let age = object.now.zip(object.modified).map_or(0, |(now, at)| u64::try_from(now.secs() - at.secs()).unwrap_or(0));
    (!document.released && age <= document.ends_after + GRACE).then(|| LockInfo {
        owner: document.owner.clone(),
        renewed_ago: Some(age),
        ends_after: Some(document.ends_after),
        token: document.token.clone(),
    })
}
