//! The effects of requests when they are over.

use super::known;
use super::request::{Operation, Request};
use super::resource::Resource;
use crate::documents::Tables;
use crate::service::Fault;

/// Requests are kept for 7 days ("Managing resource operation requests", Cloud Control API User Guide).
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Applies the requests that are over at an instant, in the order in which they ended, and forgets those that are no longer kept.
pub fn settle(tables: &mut Tables, now_ms: i64) -> Result<(), Fault> {
    let mut over: Vec<Request> =
        Request::unsettled(tables)?.into_iter().filter(|request| !request.is_running(now_ms)).collect();
    over.sort_by_key(|request| request.ends_ms);
    for mut request in over {
        apply(&request, tables, now_ms)?;
        request.settled = true;
        request.desired = None;
        request.save(tables)?;
    }
    Request::forget_old(tables, now_ms - KEPT_MS);
    Ok(())
}

fn apply(request: &Request, tables: &mut Tables, now_ms: i64) -> Result<(), Fault> {
    let Some(mut resource) = Resource::find(tables, &request.type_name, &request.identifier, i64::MAX)? else {
        return Ok(());
    };
    let canceled = request.canceled_ms.is_some();
    match request.operation {
        // A creation that was canceled before its handler began makes nothing. Later the resource stays: "canceling does not
        // guarantee that the operation is undone".
        Operation::Create if canceled && resource.from_ms > request.canceled_ms.unwrap_or(i64::MAX) => {
            resource.remove(tables);
            Ok(())
        }
        Operation::Create => Ok(()),
        Operation::Update => match &request.desired {
            Some(desired) if !canceled && request.failure.is_none() => {
                resource.model = desired.clone();
                resource.updates += 1;
                resource.save(tables)
            }
            _ => Ok(()),
        },
        Operation::Delete if canceled || request.failure.is_some() => {
            resource.deleting_ms = None;
            resource.save(tables)
        }
        Operation::Delete => remove_with_owned(&resource, tables, now_ms, 0),
    }
}

/// Removes a resource and those that go with it.
fn remove_with_owned(resource: &Resource, tables: &mut Tables, now_ms: i64, depth: usize) -> Result<(), Fault> {
    resource.remove(tables);
    if depth > 8 {
        return Ok(());
    }
    for link in known::of(&resource.type_name).owned {
        for owned in Resource::with(tables, link.of, link.path, &resource.model[link.own], now_ms)? {
            remove_with_owned(&owned, tables, now_ms, depth + 1)?;
        }
    }
    Ok(())
}
