//! The patches of Secrets Manager, in the order in which a call meets them.

use winterbaume_core::MockResponse;

use super::{kept, listing, tokens, uses, versions};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::usage::{Place, Use};
use crate::winterbaume::patches::{Asked, Patches};
use crate::wire;

/// The patches of Secrets Manager.
pub(in crate::winterbaume) struct SecretsManager;

impl Patches for SecretsManager {
    fn intercept(&self, asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        let body = wire::json::body(asked.request)?;
        match asked.operation.as_str() {
            "CreateSecret" => tokens::before_create(&body, context),
            "PutSecretValue" | "UpdateSecret" => versions::respond(&asked.operation, &body, context),
            "ListSecrets" => Ok(Some(listing::respond(&body, context))),
            _ => Ok(None),
        }
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn amend(
        &self,
        asked: &Asked<'_>,
        response: MockResponse,
        context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        let body = wire::json::body(asked.request)?;
        Ok(kept::amend(&asked.operation, &body, response, context))
    }
}
