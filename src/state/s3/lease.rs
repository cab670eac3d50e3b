//! The lease: who may write, renewed while they do.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::objects::{If, Object, Objects, Put};
use crate::state::{Held, Holder, Lease, StateError};

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
    holder: Holder,
    /// Random: tells this lease from any other of the same holder.
    token: String,
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
pub(super) async fn take(objects: &Objects, holder: Holder, stands: u64) -> Result<Own, StateError> {
    let token = uuid::Uuid::new_v4().simple().to_string();
    let document = Document { format: 1, holder, token, renewal: 0, ends_after: stands, released: false };
    let bytes = encode(&document, objects)?;
    for _ in 0..ATTEMPTS {
        let sent = Instant::now();
        let there = objects.get(NAME).await?;
        let condition = match &there {
            None => If::Absent,
            Some(object) => {
                let other = decode(object, objects)?;
                if other.token == document.token {
                    // The answer to our own write was lost.
                    let lease = Lease::until(sent + Duration::from_secs(stands));
                    return Ok(Own { objects: objects.clone(), document, etag: object.etag.clone(), lease });
                }
                if let Some(held) = held(object, &other) {
                    return Err(refuse(objects, &held));
                }
                If::Is(&object.etag)
            }
        };
        let sent = Instant::now();
        if let Put::Done(etag) = objects.put(NAME, &bytes, condition).await? {
            let lease = Lease::until(sent + Duration::from_secs(stands));
            return Ok(Own { objects: objects.clone(), document, etag, lease });
        }
    }
    let why = "others take it again and again; run the same command later".to_owned();
    Err(StateError::LeaseLost { place: objects.url(NAME), why })
}

/// Who has the lease now; `None` if it was given back, or ended without being renewed.
pub(super) async fn look(objects: &Objects) -> Result<Option<Held>, StateError> {
    let Some(object) = objects.get(NAME).await? else { return Ok(None) };
    let document = decode(&object, objects)?;
    Ok(held(&object, &document))
}

/// Takes the lease away from who has it.
pub(super) async fn unlock(objects: &Objects, held: &Held) -> Result<(), StateError> {
    let refused = |why: &str| StateError::NotUnlocked { place: objects.url(NAME), why: why.to_owned() };
    let Some(object) = objects.get(NAME).await? else { return Err(refused("nobody has it any more")) };
    let document = decode(&object, objects)?;
    if document.token != held.token || document.released {
        return Err(refused("it is not the lease any more that was shown; look again"));
    }
    let bytes = encode(&Document { released: true, renewal: document.renewal + 1, ..document }, objects)?;
    match objects.put(NAME, &bytes, If::Is(&object.etag)).await? {
        Put::Done(_) => Ok(()),
        Put::Refused => Err(refused("its holder renewed it this very moment, so they are alive; look again")),
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
            // What cannot be written now may be written the next time; the lease ends by itself if not.
            if let Err(why) = self.renew().await {
                self.lease.lose(why);
                return;
            }
        }
    }

    /// An error if somebody else has it.
    async fn renew(&mut self) -> Result<(), String> {
        self.document.renewal += 1;
        let Ok(bytes) = encode(&self.document, &self.objects) else { return Ok(()) };
        let sent = Instant::now();
        let stands = Duration::from_secs(self.document.ends_after);
        match self.objects.put(NAME, &bytes, If::Is(&self.etag)).await {
            Ok(Put::Done(etag)) => {
                self.etag = etag;
                self.lease.renew(sent + stands);
                Ok(())
            }
            Err(_) => Ok(()),
            Ok(Put::Refused) => self.look_again().await,
        }
    }

    /// The object is another one than we wrote: by our own write, whose answer was lost, or by somebody else.
    async fn look_again(&mut self) -> Result<(), String> {
        let Ok(Some(object)) = self.objects.get(NAME).await else { return Ok(()) };
        let Ok(document) = decode(&object, &self.objects) else { return Err("its lease was overwritten".to_owned()) };
        if document.token != self.document.token {
            return Err(format!("its lease was taken over by {}", document.holder));
        }
        if document.released {
            return Err("somebody took its lease away with `ebb state unlock`".to_owned());
        }
        self.etag = object.etag;
        self.document.renewal = document.renewal;
        Ok(())
    }

    /// Gives it back, if it still is ours.
    pub(super) async fn give_back(objects: &Objects, token: &str) {
        // What fails here ends by itself.
        let Ok(Some(object)) = objects.get(NAME).await else { return };
        let Ok(document) = decode(&object, objects) else { return };
        if document.token != token || document.released {
            return;
        }
        let document = Document { released: true, renewal: document.renewal + 1, ..document };
        if let Ok(bytes) = encode(&document, objects) {
            let _ = objects.put(NAME, &bytes, If::Is(&object.etag)).await;
        }
    }

    pub(super) fn token(&self) -> String {
        self.document.token.clone()
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
fn held(object: &Object, document: &Document) -> Option<Held> {
    let now = object.now.map_or_else(|| jiff::Timestamp::now().as_second(), |now| now.secs());
    let age = object.modified.map_or(0, |modified| u64::try_from(now - modified.secs()).unwrap_or(0));
    (!document.released && age <= document.ends_after + GRACE).then(|| Held {
        holder: document.holder.clone(),
        renewed_ago: Some(age),
        ends_after: Some(document.ends_after),
        token: document.token.clone(),
    })
}

fn refuse(objects: &Objects, held: &Held) -> StateError {
    let (ago, ends) = (held.renewed_ago.unwrap_or(0), held.ends_after.unwrap_or(STANDS));
    let left = (ends + GRACE).saturating_sub(ago);
    let lease = format!(
        ", whose lease was renewed {ago} s ago; wait until that is done. If that process is gone, its lease ends in {left} s; \
         `ebb state unlock` explains what else can be done"
    );
    StateError::Held { place: objects.url("state.json"), holder: Box::new(held.holder.clone()), lease }
}
