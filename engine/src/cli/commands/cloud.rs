//! `ebb cloud`: serves the embedded cloud of the environment over HTTP.

use clap::Args;

use crate::cli::context::CommandContext;
use crate::cli::error::CommandError;

/// Serves the environment's embedded cloud over HTTP, for the AWS CLI, boto3 or another ebb
#[derive(Debug, Args)]
pub(in crate::cli) struct CloudArgs {
    /// The address to listen on
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:4566")]
    listen: String,
}

#[cfg(not(feature = "embedded"))]
pub(in crate::cli) fn run(context: &CommandContext, _arguments: &CloudArgs) -> Result<u8, CommandError> {
    Err(crate::environment::ConnectError::NotBuiltIn(context.common.environment()).into())
}

#[cfg(feature = "embedded")]
pub(in crate::cli) fn run(context: &CommandContext, arguments: &CloudArgs) -> Result<u8, CommandError> {
    crate::cli::runtime::on_all_threads(serve(context, arguments))
}

#[cfg(feature = "embedded")]
async fn serve(context: &CommandContext, arguments: &CloudArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let cloud = environment.open_cloud()?;
    let failed = |error| CommandError::failed(&format!("listen on {}", arguments.listen), error);
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    context.output.result(&format!(
        "The embedded cloud of environment {} listens on http://{address} (Ctrl-C stops it).\n\
         For example: aws --endpoint-url http://{address} --region {} sts get-caller-identity\n",
        environment.name(),
        environment.aws().region,
    ))?;
    ebbtide_cloud::serve(cloud, listener, crate::cli::interrupts::wait())
        .await
        .map_err(|error| CommandError::failed("serve the embedded cloud", error))?;
    Ok(crate::cli::error::DONE)
}
