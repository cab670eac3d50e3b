//! `ebb state init`: the bucket that state is kept in.

use serde_json::json;

use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE};
use crate::cli::state::confirm;
use crate::state::{S3Backend, StateLocation};

pub(super) async fn run(context: &Context, named: Option<&str>) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let place = match named {
        Some(named) => environment.other_place(named, &environment.clients().await?),
        None => environment.state_place().await?,
    };
    let done = match &place {
        StateLocation::Directory(root) => {
            fs_err::create_dir_all(root).map_err(|error| CommandError::io("make the state directory", &error))?;
            Vec::new()
        }
        StateLocation::Bucket(bucket) => {
            let question =
                format!("Make or check the bucket {}, with versions and encryption? Only `yes` goes on:", bucket.name);
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
