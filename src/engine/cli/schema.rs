//! `ebb environment schema`.

use crate::engine::cli::context::Context;
use crate::engine::cli::error::{CommandError, DONE};
use crate::engine::environment::schema;

pub(super) fn run(context: &Context) -> Result<u8, CommandError> {
    let schema = schema(&context.definitions);
    // The alternate form of a JSON value is the indented one.
    context.output.result(&format!("{schema:#}\n"))?;
    Ok(DONE)
}
