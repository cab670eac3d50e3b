//! What a process knows of its requests to Cloud Control. All of it can be found out again: nothing here has to survive.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::pace::Pace;
use crate::sdk::{Error, ErrorKind};

/// How old the list of running requests may be. A request of this process makes it outdated at once.
const FRESH: Duration = Duration::from_millis(200);

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The token of the request, which is not the client token.
    pub token: String,
    /// The type of the resource.
    pub type_name: String,
    /// The identifier of the resource, once it is known.
    pub identifier: Option<String>,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub operation: String,
    /// The time of its latest event, in milliseconds since the Unix epoch.
    pub at_ms: Option<i64>,
}

/// What the calls of a process to Cloud Control share.
#[derive(Debug)]
pub struct Memory {
    pace: Arc<Pace>,
    /// How many requests this process has made.
    made: AtomicU64,
    running: tokio::sync::Mutex<Option<Seen>>,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Seen {
    at: Instant,
    made: u64,
    requests: Arc<Vec<Request>>,
}

/// Requests by the type and the identifier of their resource.
type ByResource = HashMap<(String, String), String>;

#[derive(Debug, Default)]
struct Known {
    /// The attempts of creations that have failed, by the beginning of their chain of client tokens.
    failed: HashMap<String, u32>,
    /// The tokens of requests that take longer than their call waited.
    long: ByResource,
    /// The messages of updates that failed after that.
    undone: ByResource,
    /// The errors of creations that failed after that.
    uncreated: HashMap<(String, String), Error>,
    /// Types and identifiers of resources that were not there before this process asked for them.
    new: HashSet<(String, String)>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            pace: Arc::new(Pace::new()),
            made: AtomicU64::new(0),
            running: tokio::sync::Mutex::new(None),
            known: Mutex::default(),
        }
    }
}

impl Memory {
    /// Returns an empty memory whose calls share the pace of the region with all others of this process.
    pub fn of_region(region: &str) -> Self {
        Self { pace: Pace::shared(region), ..Self::default() }
    }

    /// Makes a call in its turn.
    pub async fn paced<T>(&self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        self.pace.turn().await;
        let result = call.await;
        self.pace.report(result.as_ref().is_err_and(|error| error.kind == ErrorKind::Throttled));
        result
    }

    /// Makes the list of running requests outdated, after a call that may have made one.
    pub fn requested(&self) {
        self.made.fetch_add(1, Ordering::SeqCst);
    }

    /// Returns the requests of the account that are under way. One list serves all that wait.
    pub async fn running<F, L>(&self, list: L) -> Result<Arc<Vec<Request>>, Error>
    where
        F: Future<Output = Result<Vec<Request>, Error>>,
        L: FnOnce() -> F,
    {
        let mut seen = self.running.lock().await;
        let (at, made) = (Instant::now(), self.made.load(Ordering::SeqCst));
        if let Some(seen) = seen.as_ref().filter(|seen| seen.made == made && at.duration_since(seen.at) < FRESH) {
            return Ok(Arc::clone(&seen.requests));
        }
        let requests = Arc::new(list().await?);
        *seen = Some(Seen { at, made, requests: Arc::clone(&requests) });
        Ok(requests)
    }

    /// Returns the first attempt of a chain that is not known to have failed.
    pub fn attempt(&self, chain: &str) -> u32 {
        self.known().failed.get(chain).copied().unwrap_or_default()
    }

    /// Remembers that an attempt of a chain has failed.
    pub fn attempt_failed(&self, chain: &str, attempt: u32) {
        self.known().failed.insert(chain.to_owned(), attempt + 1);
    }

    /// Remembers a request that takes long.
    pub fn takes_long(&self, type_name: &str, identifier: &str, token: &str) {
        self.known().long.insert((type_name.to_owned(), identifier.to_owned()), token.to_owned());
    }

    /// Returns the request on a resource that took long, and forgets it.
    pub fn took_long(&self, type_name: &str, identifier: &str) -> Option<String> {
        self.known().long.remove(&(type_name.to_owned(), identifier.to_owned()))
    }

    /// Remembers why an update that AWS had accepted failed.
    pub fn update_failed(&self, type_name: &str, identifier: &str, why: String) {
        self.known().undone.insert((type_name.to_owned(), identifier.to_owned()), why);
    }

    /// Returns why an update that AWS had accepted failed, and forgets it.
    pub fn why_undone(&self, type_name: &str, identifier: &str) -> Option<String> {
        self.known().undone.remove(&(type_name.to_owned(), identifier.to_owned()))
    }

    /// Remembers that a creation that AWS had accepted failed.
    pub fn creation_failed(&self, type_name: &str, identifier: &str, why: Error) {
        self.known().uncreated.insert((type_name.to_owned(), identifier.to_owned()), why);
    }

    /// Returns why a creation that AWS had accepted failed, and forgets it.
    pub fn why_uncreated(&self, type_name: &str, identifier: &str) -> Option<Error> {
        self.known().uncreated.remove(&(type_name.to_owned(), identifier.to_owned()))
    }

    /// Remembers that there was no such resource before this process asked for it.
    pub fn was_absent(&self, type_name: &str, identifier: &str) {
        self.known().new.insert((type_name.to_owned(), identifier.to_owned()));
    }

    /// Returns whether a resource was not there before this process asked for it.
    pub fn is_new(&self, type_name: &str, identifier: &str) -> bool {
        self.known().new.contains(&(type_name.to_owned(), identifier.to_owned()))
    }

    /// State stays usable after a panic elsewhere: every change of it is complete.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
