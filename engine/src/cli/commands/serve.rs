//! `ebb serve`: looks after environments all the time, and shows what it does.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use zeroize::Zeroizing;

use crate::apply::Shutdown;
use crate::cli::commands::tick::controller;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::interrupts::Interrupts;
use crate::cli::runtime;
use crate::control::Log;
use crate::control::serve::{Access, AccessError, SHORTEST_TOKEN, Server};
use crate::environment::Environment;
use crate::logging::register_secret;

/// The variable with the token.
const TOKEN: &str = "EBB_SERVE_TOKEN";

/// Looks after environments all the time, as `ebb tick` does once, and shows what it does
///
/// `-e prod,staging` names several environments. Of several processes for one environment, one acts and the others stand by.
/// The pages only read: /, /api/status, /metrics, /healthz, /readyz.
#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    /// The address of the pages. One that other machines reach needs a token: EBB_SERVE_TOKEN, or --token-file
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A file with the token that the pages ask for
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ServeArgs) -> Result<u8, CommandError> {
    runtime::on_few_threads(serve(context, arguments))
}

async fn serve(context: &CommandContext, arguments: &ServeArgs) -> Result<u8, CommandError> {
    let access = Access::new(arguments.listen, token(arguments)?).map_err(|error| {
        let hint = match error {
            AccessError::NoToken(_) => format!("set {TOKEN}, pass --token-file FILE, or listen on 127.0.0.1"),
            AccessError::ShortToken => {
                format!("take {SHORTEST_TOKEN} bytes or more, such as those of `openssl rand -hex 24`")
            }
        };
        CommandError::new(CommandErrorKind::Refused, error.to_string()).hint(hint)
    })?;
    let environments = environments(context)?;
    context.enter_project()?;
    let shutdown = Shutdown::default();
    let interrupts = Interrupts::listen(shutdown.clone());
    // From the beginning, the first signal asks the loops to end and the second stops at once.
    interrupts.executing();
    let mut controllers = Vec::new();
    for environment in environments {
        context.look_for_unknown_stacks(&environment).await;
        controllers.push(controller(context, environment, shutdown.clone())?);
    }
    let failed = |error| CommandError::failed(&format!("listen on {}", arguments.listen), error);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let names: Vec<_> = controllers.iter().map(|controller| controller.environment.name().to_owned()).collect();
    let output = context.output;
    output.note(&format!("ebb looks after {} and shows it on http://{address}/ (Ctrl-C ends it)", names.join(", ")));
    let log: Log = Arc::new(move |line| output.note(&format!("{:.0} {line}", jiff::Timestamp::now())));
    let server = Server { controllers, listener, access, shutdown, log };
    server.run().await.map_err(|error| CommandError::failed("serve the pages", error))?;
    Ok(DONE)
}

/// Reads the environments that `--env` names.
fn environments(context: &CommandContext) -> Result<Vec<Environment>, CommandError> {
    let names = context.common.environment();
    let mut seen: Vec<&str> = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    if seen.is_empty() {
        return Err(CommandError::new(CommandErrorKind::Usage, "--env names no environment".to_owned()));
    }
    seen.into_iter().map(|name| context.recorded_environment_named(name)).collect()
}

/// Returns the token: that of the file, or of the variable.
fn token(arguments: &ServeArgs) -> Result<Option<Zeroizing<String>>, CommandError> {
    let token = match &arguments.token_file {
        Some(path) => {
            let text = fs_err::read_to_string(path).map(Zeroizing::new);
            let text = text.map_err(|error| CommandError::failed("read the token", error))?;
            Some(Zeroizing::new(text.trim().to_owned()))
        }
        None => std::env::var(TOKEN).ok().filter(|token| !token.is_empty()).map(Zeroizing::new),
    };
    token.iter().for_each(|token| register_secret(token));
    Ok(token)
}
