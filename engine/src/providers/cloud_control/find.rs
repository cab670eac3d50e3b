//! Finding the resource that an earlier attempt created.
//!
//! Ownership tags tell. A type whose tags no read shows has a name that follows from the identity, which a look for its identifier or
//! among all resources of the type finds, or else the client tokens of the creation tell: AWS repeats the response to each for 36 hours.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};

use super::calls;
use super::chain::{self, LONGEST};
use super::event::{Progress, failure, progress};
use super::wanted::{Owner, Wanted};
use crate::sdk::cloud_control::Request;
use crate::sdk::{Error, ErrorKind};
use ebbtide::resource::cloud_control::facts;

/// How long a creation that has begun may have no identifier: "Resource timed out waiting for creation of physical resource" is what
/// becomes of handlers that take longer than 60 seconds.
const IDENTIFIED_WITHIN: Duration = Duration::from_secs(90);

/// How long AWS recognizes a client token, in milliseconds: 36 hours, less than the time that a look may take.
const TOKENS_ARE_KNOWN_MS: i64 = 35 * 60 * 60 * 1000;

/// The result of a look.
enum Look {
    Found(String),
    /// A creation is under way whose resource cannot be read yet.
    NotYet,
    Nothing,
}

/// Looks for the resource of an identity. A creation that has begun is waited for until there is something to look at.
pub(super) async fn find(wanted: Wanted<'_>) -> Result<Option<String>, Error> {
    let start = Instant::now();
    loop {
        let running = calls::running(wanted.aws()).await?;
        // A request shows the identifier that AWS assigns only once the handler is at work.
        let begins = |request: &&Request| {
            request.operation == "CREATE"
                && request.type_name == wanted.shape.type_name
                && (request.identifier.is_none() || request.identifier == wanted.placed.identifier)
        };
        let begins = running.iter().find(begins).is_some();
        match look(wanted, &running).await? {
            Look::Found(id) => return Ok(Some(id)),
            Look::Nothing if !begins => return Ok(None),
            Look::Nothing | Look::NotYet => {}
        }
        if start.elapsed() > IDENTIFIED_WITHIN {
            let message = format!("a creation of a resource of type {} is still under way", wanted.shape.type_name);
            return Err(Error::new(ErrorKind::Busy, message).hint("run the same command again: it goes on waiting"));
        }
        sleep(Duration::from_millis(250)).await;
    }
}

async fn look(wanted: Wanted<'_>, running: &[Request]) -> Result<Look, Error> {
    let (shape, placed) = (wanted.shape, wanted.placed);
    let Some(id) = &placed.identifier else {
        return match (shape.shows_no_tags(), placed.has_own_name) {
            (false, _) => among_all(wanted, running, |live| wanted.owner(live) == Owner::Us).await,
            (true, true) => among_all(wanted, running, |live| wanted.has_name(live)).await,
            (true, false) => by_content(wanted).await,
        };
    };
    let Some(live) = calls::get(wanted.aws(), &shape.type_name, id).await? else { return Ok(Look::Nothing) };
    match wanted.owner(&live) {
        Owner::Us => Ok(Look::Found(id.clone())),
        Owner::Another => Ok(Look::Nothing),
        Owner::Unknown if placed.has_own_name || wanted.aws().cloud_control_memory().is_new(&shape.type_name, id) => {
            Ok(Look::Found(id.clone()))
        }
        // A creation of what is there already makes nothing, so the tokens may be tried: the response to one that was used tells
        // the owner, and a new one is refused.
        Owner::Unknown => by_tokens(wanted).await,
    }
}

/// Looks for a resource whose identifier AWS assigns by its ownership tags or its name: first among the creations that AWS remembers
/// for seven days, then among all resources of the type.
async fn among_all(wanted: Wanted<'_>, running: &[Request], is_ours: impl Fn(&Value) -> bool) -> Result<Look, Error> {
    let (aws, type_name) = (wanted.aws(), &*wanted.shape.type_name);
    let (mut seen, mut look) = (BTreeSet::new(), Look::Nothing);
    for request in calls::creations(aws, type_name).await? {
        let Some(id) = request.identifier.filter(|id| seen.insert(id.clone())) else { continue };
        match calls::get(aws, type_name, &id).await? {
            Some(live) if is_ours(&live) => return Ok(Look::Found(id)),
            None if running.iter().any(|one| one.token == request.token) => look = Look::NotYet,
            _ => {}
        }
    }
    if facts(type_name).is_some_and(|facts| !facts.handlers.iter().any(|handler| handler == "list")) {
        return Ok(look);
    }
    for id in calls::list(aws, type_name, parent(wanted)?).await? {
        if !seen.insert(id.clone()) {
            continue;
        }
        let live = calls::get(aws, type_name, &id).await?;
        if live.is_some_and(|live| is_ours(&live)) {
            return Ok(Look::Found(id));
        }
    }
    Ok(look)
}

/// Returns the properties without which AWS makes no list of a type, such as those of the parent.
fn parent(wanted: Wanted<'_>) -> Result<Option<String>, Error> {
    let needed = facts(&wanted.shape.type_name).map(|facts| facts.list_needs.as_slice()).unwrap_or_default();
    if needed.is_empty() {
        return Ok(None);
    }
    let desired: Map<String, Value> = serde_json::from_str(&wanted.desired()?)?;
    let model: Map<String, Value> = desired.into_iter().filter(|(name, _)| needed.contains(name)).collect();
    Ok(Some(Value::Object(model).to_string()))
}

/// Looks for a resource that has neither a known identifier nor tags: something that a creation of the last days made and that has
/// the declared properties. There may be twins, so the client tokens decide.
async fn by_content(wanted: Wanted<'_>) -> Result<Look, Error> {
    let (aws, type_name) = (wanted.aws(), &*wanted.shape.type_name);
    let now_ms = aws.now().as_millisecond();
    let mut old = None;
    for request in calls::creations(aws, type_name).await? {
        let Some(id) = request.identifier else { continue };
        let live = calls::get(aws, type_name, &id).await?;
        if !live.is_some_and(|live| wanted.shows(&live)) {
            continue;
        }
        if request.at_ms.is_none_or(|at_ms| at_ms > now_ms - TOKENS_ARE_KNOWN_MS) {
            return by_tokens(wanted).await;
        }
        old = Some(id);
    }
    let Some(id) = old else { return Ok(Look::Nothing) };
    let message = format!("{id} has the declared properties, and AWS no longer tells whether this stack created it");
    let hint = format!(
        "look at {id} of type {type_name}: delete it if nothing uses it, and run the same command again, which creates another"
    );
    Err(Error::invalid(message).hint(hint))
}

/// Has AWS repeat its responses to the client tokens of the creation, and returns the resource that one of them made.
async fn by_tokens(wanted: Wanted<'_>) -> Result<Look, Error> {
    let (aws, type_name) = (wanted.aws(), &*wanted.shape.type_name);
    let desired = wanted.desired()?;
    for number in 0..LONGEST {
        let Some(attempt) = chain::attempt(wanted, &desired, number).await? else { continue };
        let id = attempt.event.identifier();
        let live = match id {
            Some(id) => calls::get(aws, type_name, id).await?,
            None => None,
        };
        let failed = progress(&attempt.event) == Progress::Failed;
        let exists = failed && failure(calls::CREATE, &attempt.event).kind == ErrorKind::AlreadyExists;
        match (id, live) {
            (Some(id), Some(_)) if !failed => return Ok(Look::Found(id.to_owned())),
            // The handler broke off after it had made the resource.
            (Some(id), Some(live)) if !exists && (wanted.placed.identifier.is_none() || wanted.shows(&live)) => {
                return Ok(Look::Found(id.to_owned()));
            }
            _ if progress(&attempt.event) == Progress::Running => return Ok(Look::NotYet),
            // It was deleted since, or failed: the next token may have been used.
            _ if attempt.was_over => {}
            // This attempt was the first with its token, so none made the resource.
            _ => return Ok(Look::Nothing),
        }
    }
    Ok(Look::Nothing)
}
