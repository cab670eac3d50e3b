//! The names of a key: its id, its ARN, an alias, the ARN of an alias.

use super::{Key, alias};
use crate::documents::{Tables, World};
use crate::service::Fault;

/// The key of any name.
pub fn find(world: &World<'_>, name: &str) -> Result<Key, Fault> {
    find_seen(world, world.own, name)
}

/// The key of any name in the document of KMS that another service sees.
pub(crate) fn find_seen(world: &World<'_>, kms: &Tables, name: &str) -> Result<Key, Fault> {
    let local = local(world, name)?;
    if !local.starts_with("alias/") {
        return by_id(world, kms, local);
    }
    let missing = || missing(format!("Alias {} is not found.", alias::arn(world, local)));
    by_id(world, kms, &alias::target(kms, local).ok_or_else(missing)?)
}

/// The key of an id or ARN: calls that change a key do not take its aliases.
pub fn find_itself(world: &World<'_>, name: &str) -> Result<Key, Fault> {
    let local = local(world, name)?;
    if local.starts_with("alias/") {
        return Err(missing(format!("Invalid keyId '{name}'")));
    }
    by_id(world, world.own, local)
}

/// The ARN of a key.
pub fn key_arn(world: &World<'_>, id: &str) -> String {
    format!("{}key/{id}", prefix(world))
}

/// What stands before the name in each ARN of this region and account.
pub fn prefix(world: &World<'_>) -> String {
    format!("arn:aws:kms:{}:{}:", world.region, world.account)
}

/// An id or `alias/…`, whether it came by itself or in an ARN of this region and account.
fn local<'a>(world: &World<'_>, name: &'a str) -> Result<&'a str, Fault> {
    if !name.starts_with("arn:") {
        return Ok(name);
    }
    let elsewhere = || missing(format!("Invalid arn {name}"));
    let local = name.strip_prefix(&prefix(world)).ok_or_else(elsewhere)?;
    if local.starts_with("alias/") { Ok(local) } else { local.strip_prefix("key/").ok_or_else(elsewhere) }
}

fn by_id(world: &World<'_>, kms: &Tables, id: &str) -> Result<Key, Fault> {
    if uuid::Uuid::try_parse(id).is_err() {
        return Err(missing(format!("Invalid keyId '{id}'")));
    }
    Key::get(kms, id)?.ok_or_else(|| missing(format!("Key '{}' does not exist", key_arn(world, id))))
}

/// AWS's answer to a name that nothing bears.
pub fn missing(message: String) -> Fault {
    Fault::new("NotFoundException", message)
}
