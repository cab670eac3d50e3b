//! The meter of a folder: the journal and the open uses of all documents.

use super::{journal, record};
use crate::documents::Tables;
use crate::error_response::failure;
use crate::service::{Fault, Service};
use crate::store::Exclusive;
use crate::usage::{Entry, Place};

/// Notes a change of a document that is about to be written.
pub(crate) fn note(
    folder: &Exclusive<'_>,
    service: &dyn Service,
    document: &mut Tables,
    place: &Place<'_>,
) -> Result<(), Fault> {
    let uses = service.uses(document, place);
    let ended = record::compare(document, uses, place.now_ms)?;
    journal::append(folder.path(), &ended).map_err(|error| trouble(folder, &error))
}

/// Returns all uses, those that have ended and those that go on. `is_service` says whether a name is that of a service.
pub(crate) fn entries(
    folder: &mut Exclusive<'_>,
    is_service: impl Fn(&str) -> bool,
    now_ms: i64,
) -> Result<Vec<Entry>, Fault> {
    let mut open = Vec::new();
    for name in folder.names().map_err(failure)? {
        if is_service(name.split('.').next().unwrap_or_default()) {
            open.extend(record::open(&*folder.read(&name, now_ms, None).map_err(failure)?)?);
        }
    }
    let mut entries = journal::ended(folder.path(), &open).map_err(|error| trouble(folder, &error))?;
    entries.extend(open);
    Ok(entries)
}

fn trouble(folder: &Exclusive<'_>, error: &std::io::Error) -> Fault {
    failure(format!("cannot use {}: {error}", folder.path().join(journal::NAME).display()))
}
