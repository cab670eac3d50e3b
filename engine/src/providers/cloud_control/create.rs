//! Creating a resource.

use aws_sdk_cloudcontrol::types::ProgressEvent;

use super::calls::{self, CREATE};
use super::chain::{self, LONGEST};
use super::event::{Progress, failure, progress};
use super::find::find;
use super::wanted::{Owner, Wanted};
use crate::sdk::{Error, ErrorKind};

/// Creates the resource, with the first client token of the chain of its identity that has not failed.
pub(super) async fn create(wanted: Wanted<'_>) -> Result<String, Error> {
    let desired = wanted.desired()?;
    note_absence(wanted).await?;
    for number in chain::first(wanted)..LONGEST {
        let Some(attempt) = chain::attempt(wanted, &desired, number).await? else {
            if find(wanted).await?.is_some() {
                let message = format!("{} was created with other properties", wanted.words());
                return Err(Error::new(ErrorKind::AlreadyExists, message));
            }
            continue;
        };
        match progress(&attempt.event) {
            Progress::Failed if attempt.was_over => {}
            Progress::Failed => return Err(explained(wanted, &attempt.event).await?),
            Progress::Running => return accepted(wanted, &attempt.event).await,
            Progress::Succeeded => {
                let id = identifier(wanted, &attempt.event)?;
                match calls::get(wanted.aws(), &wanted.shape.type_name, &id).await? {
                    // The resource of a request that was over before may have been deleted since.
                    None if attempt.was_over => chain::skip(wanted, number),
                    // Services such as SQS return a resource that is there already, if it has the same attributes.
                    Some(live) if wanted.owner(&live) == Owner::Another => return Err(taken(&id)),
                    _ => return Ok(id),
                }
            }
        }
    }
    let message = format!("{LONGEST} attempts to create {} have failed", wanted.words());
    Err(Error::new(ErrorKind::Busy, message)
        .hint("run the same command again in 36 hours: AWS knows each attempt so long"))
}

/// Notes whether a resource whose owner no tag tells is absent before it is asked for: then one that is there afterwards is ours.
async fn note_absence(wanted: Wanted<'_>) -> Result<(), Error> {
    let (shape, memory) = (wanted.shape, wanted.aws().cloud_control_memory());
    match &wanted.placed.identifier {
        Some(id) if shape.shows_no_tags() && !wanted.placed.has_own_name => {
            if calls::get(wanted.aws(), &shape.type_name, id).await?.is_none() {
                memory.was_absent(&shape.type_name, id);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Returns the identifier of an event, which an event of a request in progress or later has.
fn identifier(wanted: Wanted<'_>, event: &ProgressEvent) -> Result<String, Error> {
    let id = event.identifier().or(wanted.placed.identifier.as_deref());
    id.map(str::to_owned).ok_or_else(|| {
        let message = format!("the creation of {} is under way, and it has no identifier yet", wanted.words());
        Error::new(ErrorKind::Busy, message).hint("run the same command again: it goes on waiting")
    })
}

/// Returns the id of a resource whose creation takes long, once it is there and is ours. Until then the name may turn out to be
/// another's.
async fn accepted(wanted: Wanted<'_>, event: &ProgressEvent) -> Result<String, Error> {
    let id = identifier(wanted, event)?;
    let live = calls::get(wanted.aws(), &wanted.shape.type_name, &id).await?;
    if live.is_some_and(|live| wanted.owner(&live) != Owner::Another) {
        if let Some(token) = event.request_token() {
            wanted.aws().cloud_control_memory().takes_long(&wanted.shape.type_name, &id, token);
        }
        return Ok(id);
    }
    Err(Error::new(ErrorKind::Busy, format!("the creation of {id} is still under way")))
}

/// Returns the error of a creation that failed. `AlreadyExists` has three meanings: the resource is ours, because the handler tried
/// again (terraform-provider-awscc#338); it is another's; or there is none, and a quota is used up
/// (cloudformation-coverage-roadmap#2515). The executor finds those that are ours.
async fn explained(wanted: Wanted<'_>, event: &ProgressEvent) -> Result<Error, Error> {
    let (error, shape) = (failure(CREATE, event), wanted.shape);
    if error.kind != ErrorKind::AlreadyExists {
        return Ok(error);
    }
    let Some(id) = event.identifier().or(wanted.placed.identifier.as_deref()) else {
        let hint = format!(
            "a resource of type {0} that has the same name or key exists and is not this stack's: give yours another one, or \
             delete the other one; if there is none, a quota of {0} is used up",
            shape.type_name
        );
        return Ok(error.hint(hint));
    };
    let Some(live) = calls::get(wanted.aws(), &shape.type_name, id).await? else {
        let hint = format!(
            "there is no {id}, so a quota of {} is used up: delete one that is not needed, or ask Service Quotas for more",
            shape.type_name
        );
        return Ok(error.as_kind(ErrorKind::Quota).hint(hint));
    };
    let is_ours = match wanted.owner(&live) {
        Owner::Us => true,
        Owner::Another => false,
        Owner::Unknown => {
            wanted.placed.has_own_name || wanted.aws().cloud_control_memory().is_new(&shape.type_name, id)
        }
    };
    Ok(if is_ours { error } else { Error { hint: taken(id).hint, ..error } })
}

/// Returns the error for an identifier that another owner's resource has.
fn taken(id: &str) -> Error {
    let hint = format!(
        "{id} is there, and nothing shows that this stack made it, so it is left alone: give yours another name, or delete the \
         other one"
    );
    Error::new(ErrorKind::AlreadyExists, format!("{id} exists already")).hint(hint)
}
