//! `ebb state init`: prepares the bucket that state is kept in.

use clap::Args;
use serde_json::json;

use crate::cli::confirm::confirm;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::runtime;
use crate::state::{S3Backend, StateLocation};

/// Creates the bucket that [state] names, with versions and encryption, or corrects an existing one
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Another bucket, before the state is moved there: s3://BUCKET
    place: Option<String>,
}

pub(super) fn run(context: &CommandContext, arguments: &InitArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(init(context, arguments.place.as_deref()))
}

async fn init(context: &CommandContext, named: Option<&str>) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let place = match named {
        Some(named) => environment.other_place(named, &environment.clients().await?)?,
        None => environment.state_place().await?,
    };
    let done = match &place {
        StateLocation::Directory(root) => {
            fs_err::create_dir_all(root).map_err(|error| CommandError::failed("create the state directory", error))?;
            Vec::new()
        }
        StateLocation::Bucket(bucket) => {
            let question = format!("Create or correct the bucket {}, with versions and encryption?", bucket.name);
            confirm(context, "state init", &question).await?;
            S3Backend::init(bucket).await?
        }
    };
    if context.output.is_json() {
        context.output.json(&json!({ "place": place.to_string(), "done": done }))?;
    } else {
        let lines: String = done.iter().map(|line| format!("  {line}\n")).collect();
        context.output.result(&format!("{place} is ready for state.\n{lines}"))?;
    }
    Ok(DONE)
}
