//! Secrets Manager: what is mended, one file per gap.

mod kept;
mod listing;
mod tokens;
mod versions;

use winterbaume_core::MockResponse;

use super::{Asked, Mends};
use crate::documents::World;
use crate::service::Fault;
use crate::wire;

/// The mends of Secrets Manager.
pub(in super::super) struct SecretsManager;

impl Mends for SecretsManager {
    fn instead(&self, asked: &Asked<'_>, world: &mut World<'_>) -> Result<Option<MockResponse>, Fault> {
        let body = wire::json::body(asked.request)?;
        match asked.operation.as_str() {
            "CreateSecret" => tokens::before_create(&body, world),
            "PutSecretValue" | "UpdateSecret" => versions::answer(&asked.operation, &body, world),
            "ListSecrets" => Ok(Some(listing::answer(&body, world))),
            _ => Ok(None),
        }
    }

    fn after(&self, asked: &Asked<'_>, response: MockResponse, world: &mut World<'_>) -> Result<MockResponse, Fault> {
        if response.status >= 300 {
            return Ok(response);
        }
        let body = wire::json::body(asked.request)?;
        Ok(kept::after(&asked.operation, &body, response, world))
    }
}

/// The name of the secret that a call names by name or ARN.
fn name_of(world: &World<'_>, id: &str) -> Option<String> {
    if world.own.get("secrets", id).is_some() {
        return Some(id.to_owned());
    }
    world.own.all("secrets").find(|(_, secret)| secret["arn"] == id).map(|(name, _)| name.to_owned())
}
