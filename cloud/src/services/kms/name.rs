//! The names of a key: its id, its ARN, an alias, the ARN of an alias.

use super::Key;
use super::records::{self, key_arn, prefix};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;

/// Returns the key of any name.
pub fn find(context: &CallContext<'_>, name: &str) -> Result<Key, Fault> {
    find_seen(context, context.own, name)
}

/// Returns the key of any name in the document of KMS that another service sees.
pub(crate) fn find_seen(context: &CallContext<'_>, kms: &Tables, name: &str) -> Result<Key, Fault> {
    let local = local(context, name)?;
    if !local.starts_with("alias/") {
        return by_id(context, kms, local);
    }
    let missing = || missing(format!("Alias {} is not found.", records::alias_arn(context, local)));
    by_id(context, kms, &records::alias_target(kms, local).ok_or_else(missing)?)
}

/// Returns the key of an id or ARN: calls that change a key do not take its aliases.
pub fn find_itself(context: &CallContext<'_>, name: &str) -> Result<Key, Fault> {
    let local = local(context, name)?;
    if local.starts_with("alias/") {
        return Err(missing(format!("Invalid keyId '{name}'")));
    }
    by_id(context, context.own, local)
}

/// Returns an id or `alias/…`, whether it came by itself or in an ARN of this region and account.
fn local<'a>(context: &CallContext<'_>, name: &'a str) -> Result<&'a str, Fault> {
    if !name.starts_with("arn:") {
        return Ok(name);
    }
    let elsewhere = || missing(format!("Invalid arn {name}"));
    let local = name.strip_prefix(&prefix(context)).ok_or_else(elsewhere)?;
    if local.starts_with("alias/") { Ok(local) } else { local.strip_prefix("key/").ok_or_else(elsewhere) }
}

fn by_id(context: &CallContext<'_>, kms: &Tables, id: &str) -> Result<Key, Fault> {
    if uuid::Uuid::try_parse(id).is_err() {
        return Err(missing(format!("Invalid keyId '{id}'")));
    }
    Key::get(kms, id)?.ok_or_else(|| missing(format!("Key '{}' does not exist", key_arn(context, id))))
}

/// Returns AWS's error for a name that does not exist.
pub fn missing(message: String) -> Fault {
    Fault::new("NotFoundException", message)
}
