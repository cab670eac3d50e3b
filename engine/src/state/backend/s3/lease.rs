//! The lease: who may write, renewed while they do.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::state::backend::s3::objects::{If, Object, Objects, Put};
use crate::state::{Lease, LockInfo, LockOwner, StateError};

/// The object.
pub(super) const NAME: &str = "lease.json";
/// How long a lease stands without being renewed, in seconds, unless the backend was told otherwise.
pub(super) const STANDS: u64 = 60;
/// S3 tells times in whole seconds: a lease that is this much older than it may be is over for certain.
const GRACE: u64 = 2;
/// Somebody else was faster so many times: then they have it.
const ATTEMPTS: usize = 8;

/// What is in the object.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Document {
    format: u32,
    #[serde(flatten)]
    holder: LockOwner,
    /// Random: tells this lease from any other of the same holder.
    token: String,
    /// Counts how often the stack was taken: what a later holder appends comes later.
    #[serde(default)]
    taken: u64,
    /// Counts renewals, so that each makes another version of the object.
    renewal: u64,
    /// Seconds that it stands without renewal.
    ends_after: u64,
    /// Given back, or taken away: anybody may have it.
    #[serde(default)]
    released: bool,
}

/// A lease that this process got.
pub(super) struct Own {
    objects: Objects,
    document: Document,
    etag: String,
    pub(super) lease: Lease,
}

/// Takes the lease, or names who has it.
pub(super) async fn take(objects: &Objects, holder: LockOwner, stands: u64) -> Result<Own, StateError> {
    let token = uuid::Uuid::new_v4().simple().to_string();
    let mut document = Document { format: 1, holder, token, taken: 1, renewal: 0, ends_after: stands, released: false };
    // When it was first written, at the earliest: it counts from there, also where the answer to that write was lost.
    let mut sent = None;
    for _ in 0..ATTEMPTS {
        let there = objects.get(NAME).await?;
        let condition = match &there {
            None => If::Absent,
            Some(object) => {
                let other = decode(object, objects)?;
                if let Some(sent) = sent.filter(|_| other.token == document.token && !other.released) {
                    let lease = Lease::until(sent + Duration::from_secs(stands));
                    return Ok(Own { objects: objects.clone(), document, etag: object.etag.clone(), lease });
                }
                if let Some(held) = held(object, &other) {
                    return Err(refuse(objects, &held));
                }
                document.taken = other.taken + 1;
                If::Is(&object.etag)
            }
        };
        let bytes = encode(&document, objects)?;
        let sent = *sent.get_or_insert_with(Instant::now);
        let put = match objects.put(NAME, &bytes, condition).await {
            Ok(put) => put,
            Err(error) => {
                // It may have been written all the same, and would keep others waiting for nobody.
                Own::give_back(objects, &document.token).await;
                return Err(error);
            }
        };
        if let Put::Done(etag) = put {
            let lease = Lease::until(sent + Duration::from_secs(stands));
            return Ok(Own { objects: objects.clone(), document, etag, lease });
        }
    }
    let why = "others take it again and again; run the same command later".to_owned();
    Err(StateError::LeaseLost { place: objects.url(NAME), why })
}

/// Who has the lease now; `None` if it was given back, or ended without being renewed.
pub(super) async fn look(objects: &Objects) -> Result<Option<LockInfo>, StateError> {
    let Some(object) = objects.get(NAME).await? else { return Ok(None) };
    let document = decode(&object, objects)?;
    Ok(held(&object, &document))
}

/// Why a lease is not the one with this token any more; `None` if it is.
pub(super) async fn lost(objects: &Objects, token: &str) -> Result<Option<String>, StateError> {
    match objects.get(NAME).await? {
        None => Ok(Some("its lease was deleted".to_owned())),
        Some(object) => Ok(decode(&object, objects)?.lost(token)),
    }
}

/// Takes the lease away from who has it.
pub(super) async fn unlock(objects: &Objects, held: &LockInfo) -> Result<(), StateError> {
    let refused = |why: &str| StateError::NotUnlocked { place: objects.url(NAME), why: why.to_owned() };
    let Some(object) = objects.get(NAME).await? else { return Err(refused("nobody has it any more")) };
    let document = decode(&object, objects)?;
    if document.token != held.token || document.released {
        return Err(refused("it is not the lease any more that was shown; look again"));
    }
    let bytes = encode(&Document { released: true, renewal: document.renewal + 1, ..document }, objects)?;
    match objects.put(NAME, &bytes, If::Is(&object.etag)).await? {
        Put::Done(_) => Ok(()),
        Put::Refused => match objects.get(NAME).await? {
            // The answer to our own write was lost.
            Some(object) if object.bytes == bytes => Ok(()),
            _ => Err(refused("its holder renewed it this very moment, so they are alive; look again")),
        },
    }
}

impl Document {
    /// Why it is not the lease with this token (any more); `None` if it is.
    fn lost(&self, token: &str) -> Option<String> {
        if self.token != token {
            return Some(format!("its lease was taken over by {}", self.holder));
        }
        self.released.then(|| "somebody took its lease away with `ebb state unlock`".to_owned())
    }
}

impl Own {
    /// Renews the lease as long as it stands; ends when it is lost.
    pub(super) async fn keep_up(mut self, renew_every: Duration) {
        loop {
            tokio::time::sleep(renew_every).await;
            if self.lease.lost().is_some() {
                return;
            }
            // A call that hangs must not use up the time in which the next one would do.
            match tokio::time::timeout(renew_every, self.renew()).await {
                Ok(Ok(Some(why))) => {
                    self.lease.lose(why);
                    return;
                }
                Ok(Ok(None)) => {}
                // What cannot be written now may be written the next time; the lease ends by itself if not.
                Ok(Err(error)) => self.lease.trouble(error.to_string()),
                Err(_) => self.lease.trouble("S3 did not answer in time"),
            }
        }
    }

    /// Renews it once; answers why it is lost if somebody else has it.
    async fn renew(&mut self) -> Result<Option<String>, StateError> {
        let sent = Instant::now();
        for _ in 0..ATTEMPTS {
            self.document.renewal += 1;
            let bytes = encode(&self.document, &self.objects)?;
            match self.objects.put(NAME, &bytes, If::Is(&self.etag)).await? {
                Put::Done(etag) => {
                    self.renewed(etag, sent);
                    return Ok(None);
                }
                // By our own write, whose answer was lost, or by somebody else.
                Put::Refused => {
                    let Some(object) = self.objects.get(NAME).await? else {
                        return Ok(Some("its lease was deleted".to_owned()));
                    };
                    let there = decode(&object, &self.objects)?;
                    if let Some(why) = there.lost(&self.document.token) {
                        return Ok(Some(why));
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

    /// Gives it back, if it still is ours.
    pub(super) async fn give_back(objects: &Objects, token: &str) {
        // What fails here ends by itself. A renewal that was under way may be faster once.
        for _ in 0..ATTEMPTS {
            let Ok(Some(object)) = objects.get(NAME).await else { return };
            let Ok(document) = decode(&object, objects) else { return };
            if document.lost(token).is_some() {
                return;
            }
            let document = Document { released: true, renewal: document.renewal + 1, ..document };
            let Ok(bytes) = encode(&document, objects) else { return };
            if !matches!(objects.put(NAME, &bytes, If::Is(&object.etag)).await, Ok(Put::Refused)) {
                return;
            }
        }
    }

    pub(super) fn token(&self) -> String {
        self.document.token.clone()
    }

    /// How often the stack was taken, this time included.
    pub(super) fn taken(&self) -> u64 {
        self.document.taken
    }
}

fn encode(document: &Document, objects: &Objects) -> Result<Vec<u8>, StateError> {
    serde_json::to_vec(document)
        .map_err(|error| StateError::Damaged { place: objects.url(NAME), message: error.to_string() })
}

fn decode(object: &Object, objects: &Objects) -> Result<Document, StateError> {
    serde_json::from_slice(&object.bytes)
        .map_err(|error| StateError::Damaged { place: objects.url(NAME), message: error.to_string() })
}

/// Who holds a lease that was read; `None` if it is over.
fn held(object: &Object, document: &Document) -> Option<LockInfo> {
    // Without both times of S3 nobody knows its age, and nobody may take it for over: no clock of ours stands in.
    let age = object.now.zip(object.modified).map_or(0, |(now, at)| u64::try_from(now.secs() - at.secs()).unwrap_or(0));
    (!document.released && age <= document.ends_after + GRACE).then(|| LockInfo {
        holder: document.holder.clone(),
        renewed_ago: Some(age),
        ends_after: Some(document.ends_after),
        token: document.token.clone(),
    })
}

fn refuse(objects: &Objects, held: &LockInfo) -> StateError {
    let (ago, ends) = (held.renewed_ago.unwrap_or(0), held.ends_after.unwrap_or(STANDS));
    let left = (ends + GRACE).saturating_sub(ago);
    let lease = format!(
        ", whose lease was renewed {ago} s ago; wait until that is done. If that process is gone, its lease ends in {left} s; \
         `ebb state unlock` explains what else can be done"
    );
    StateError::Locked { place: objects.url("state.json"), holder: Box::new(held.holder.clone()), lease }
}
