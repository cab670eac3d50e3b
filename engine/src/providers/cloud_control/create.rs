//! Creating a resource, and finding the one that an earlier attempt created.

use std::time::Duration;

use aws_sdk_cloudcontrol::types::ProgressEvent;
use serde_json::{Map, Value};
use tokio::time::{Instant, sleep};

use super::calls::{self, CREATE};
use super::event::{Progress, failure, progress};
use super::shape::Shape;
use super::wait::{SHORT, wait};
use crate::sdk::{Context, Error, ErrorKind};
use ebbtide::resource::cloud_control::{Placed, canonical, given};
use ebbtide::resource::{Tags, digest};

/// The longest chain of client tokens. The executor gives up long before.
const LONGEST_CHAIN: u32 = 1000;

/// How long a creation that has begun may have no identifier: "Resource timed out waiting for creation of physical resource" is what
/// becomes of handlers that take longer than 60 seconds.
const IDENTIFIED_WITHIN: Duration = Duration::from_secs(90);

/// Looks for the resource of an identity by its identifier and its ownership tags. A creation that has begun is waited for until
/// there is something to look at.
pub(super) async fn find(context: &Context, shape: &Shape, placed: &Placed) -> Result<Option<String>, Error> {
    let start = Instant::now();
    loop {
        let running = calls::running(&context.aws).await?;
        // A request shows the identifier that AWS assigns only once the handler is at work.
        let is_it = |identifier: Option<&String>| identifier.is_none_or(|identifier| *identifier == placed.identifier);
        let begins = running.iter().any(|request| {
            request.operation == "CREATE" && request.type_name == shape.type_name && is_it(request.identifier.as_ref())
        });
        let live = calls::get(&context.aws, shape.type_name, &placed.identifier).await?;
        if live.is_some_and(|live| owns(context, shape, &live)) {
            return Ok(Some(placed.identifier.clone()));
        }
        if !begins {
            return Ok(None);
        }
        if start.elapsed() > IDENTIFIED_WITHIN {
            let message = format!("a creation of a resource of type {} is still under way", shape.type_name);
            return Err(Error::new(ErrorKind::Busy, message).hint("run the same command again: it goes on waiting"));
        }
        sleep(Duration::from_millis(250)).await;
    }
}

/// Returns whether live properties have the ownership tags of the identity.
fn owns(context: &Context, shape: &Shape, live: &Value) -> bool {
    let list = shape.tags().and_then(|tags| live[tags.top()].as_array());
    let pair = |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].as_str()?.to_owned()));
    let tags: Tags = list.into_iter().flatten().filter_map(pair).collect();
    context.identity.owns(&tags)
}

/// Returns the desired state of a creation, the same text for the same inputs and identity: AWS recognizes a repeated request by it.
fn desired(context: &Context, shape: &Shape, placed: &Placed, inputs: &Value) -> Result<String, Error> {
    let mut inputs = inputs.clone();
    if shape.tags().is_some() {
        let own: Tags = serde_json::from_value(inputs["tags"].take())?;
        inputs["tags"] = serde_json::to_value(context.tags(&own))?;
    }
    let mut properties: Map<String, Value> = given(shape.properties, &inputs);
    properties.extend(placed.properties.clone());
    Ok(canonical(&Value::Object(properties)))
}

/// Creates the resource, with the first client token of the chain of its identity that has not failed.
///
/// A failure stays AWS's response to its token for 36 hours. So a repeated creation begins with the first token, is given the
/// failures again, and arrives at the request that is under way, or at the next token.
pub(super) async fn create(context: &Context, shape: &Shape, placed: &Placed, inputs: &Value) -> Result<String, Error> {
    let desired = desired(context, shape, placed, inputs)?;
    let (memory, chain) = (context.aws.cloud_control_memory(), context.identity.token());
    for attempt in memory.attempt(&chain)..LONGEST_CHAIN {
        let token = digest(&format!("{chain}\n{attempt}"), 32);
        let event = match calls::create(&context.aws, shape.type_name, &desired, &token).await {
            Ok(event) => event,
            // An earlier version of this program asked for another desired state.
            Err(error) if error.is_code("ClientTokenConflictException") => match find(context, shape, placed).await? {
                Some(_) => return Err(error.as_kind(ErrorKind::AlreadyExists)),
                None => continue,
            },
            Err(error) => return Err(error),
        };
        // A request that was just made is not over yet.
        let is_repeated = progress(&event) != Progress::Running;
        let event = wait(&context.aws, event, SHORT).await?;
        match progress(&event) {
            Progress::Failed if is_repeated => memory.attempt_failed(&chain, attempt),
            Progress::Failed => {
                memory.attempt_failed(&chain, attempt);
                return Err(explained(context, shape, placed, &event).await?);
            }
            Progress::Succeeded => {
                let id = event.identifier().unwrap_or(&placed.identifier).to_owned();
                match calls::get(&context.aws, shape.type_name, &id).await? {
                    // The resource of a request that was over before may have been deleted since.
                    None if is_repeated => {
                        memory.attempt_failed(&chain, attempt);
                        continue;
                    }
                    // Services such as SQS return a resource that is there already, if it has the same attributes.
                    Some(live) if !owns(context, shape, &live) => return Err(taken(&id)),
                    _ => {}
                }
                return Ok(id);
            }
            Progress::Running => return accepted(context, shape, placed, &event).await,
        }
    }
    let message = format!("{LONGEST_CHAIN} attempts to create {} have failed", placed.identifier);
    Err(Error::new(ErrorKind::Busy, message)
        .hint("run the same command again in 36 hours: AWS knows each attempt so long"))
}

/// Returns the id of a resource whose creation takes long, once it is there and is ours. Until then the name may turn out to be
/// another's.
async fn accepted(context: &Context, shape: &Shape, placed: &Placed, event: &ProgressEvent) -> Result<String, Error> {
    let id = event.identifier().unwrap_or(&placed.identifier).to_owned();
    let live = calls::get(&context.aws, shape.type_name, &id).await?;
    if live.is_some_and(|live| owns(context, shape, &live)) {
        if let Some(token) = event.request_token() {
            context.aws.cloud_control_memory().takes_long(shape.type_name, &id, token);
        }
        return Ok(id);
    }
    Err(Error::new(ErrorKind::Busy, format!("the creation of {id} is still under way")))
}

/// Returns the error of a creation that failed. `AlreadyExists` has three meanings: the resource is ours, because the handler tried
/// again (terraform-provider-awscc#338); it is another's; or there is none, and a quota is used up
/// (cloudformation-coverage-roadmap#2515). The executor finds those that are ours.
async fn explained(context: &Context, shape: &Shape, placed: &Placed, event: &ProgressEvent) -> Result<Error, Error> {
    let error = failure(CREATE, event);
    if error.kind != ErrorKind::AlreadyExists {
        return Ok(error);
    }
    let id = event.identifier().unwrap_or(&placed.identifier);
    let Some(live) = calls::get(&context.aws, shape.type_name, id).await? else {
        let hint = format!(
            "there is no {id}, so a quota of {} is used up: delete one that is not needed, or ask Service Quotas for more",
            shape.type_name
        );
        return Ok(error.as_kind(ErrorKind::Quota).hint(hint));
    };
    Ok(if owns(context, shape, &live) { error } else { Error { hint: taken(id).hint, ..error } })
}

/// Returns the error for an identifier that another owner's resource has.
fn taken(id: &str) -> Error {
    let hint = format!(
        "{id} is there and does not have this stack's ownership tags, so it is left alone: give yours another name, or delete \
         the other one"
    );
    Error::new(ErrorKind::AlreadyExists, format!("{id} exists already")).hint(hint)
}
