//! `ebb environment schema`.

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::environment::schema;

pub(super) fn run(context: &Context) -> Result<u8, CommandError> {
    let schema = schema(context.described_environment()?.1.as_ref());
    // The alternate form of a JSON value is the indented one.
    context.output.result(&format!("{schema:#}\n"))?;
    Ok(DONE)
}
