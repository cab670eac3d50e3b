//! AWS KMS: symmetric keys, their aliases and tags, and real encryption under them.
//!
//! Keys and aliases live in the region's document, the secret of a key too: whoever can read the folder can decrypt. There are
//! no asymmetric, multi-Region or imported keys, no grants, and no keys of AWS's own (`alias/aws/…`).

mod alias;
mod cipher;
mod crypto;
mod deletion;
mod key;
mod name;
mod operations;
mod tags;

use std::sync::LazyLock;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

pub(crate) use key::Key;
pub(crate) use name::find_seen;

use super::shape::Shapes;
use crate::documents::World;
use crate::service::{Fault, Service};
use crate::wire::json;

static SHAPES: LazyLock<Result<Shapes, Fault>> = LazyLock::new(|| Shapes::read(include_str!("shapes.json")));

/// The service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kms;

impl Service for Kms {
    fn name(&self) -> &'static str {
        "kms"
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        json::answer(run(request, world))
    }
}

fn run(request: &MockRequest, world: &mut World<'_>) -> Result<Value, Fault> {
    let operation = json::operation(request);
    let handler = operations::handler(&operation).ok_or_else(|| {
        let message = format!("The operation {operation} is not one that the embedded cloud has for KMS");
        Fault::new("UnknownOperationException", message)
    })?;
    let input = json::body(request)?;
    SHAPES.as_ref().map_err(Clone::clone)?.check(&operation, &input)?;
    deletion::forget_over(world)?;
    let answer = handler(&input, world)?;
    if input["DryRun"] == true {
        let message = "The request would have succeeded, but the DryRun option is set.";
        return Err(Fault { status: 412, ..Fault::new("DryRunOperationException", message) });
    }
    Ok(answer)
}

/// AWS's answer to what its input may not ask for.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

/// The text of a member, empty if it is not there.
fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}
