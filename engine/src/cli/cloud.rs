//! `ebb cloud`: the embedded cloud of the environment, over HTTP.

use crate::cli::arguments::Cloud;
use crate::cli::context::Context;
use crate::cli::error::CommandError;

#[cfg(not(feature = "embedded"))]
pub(super) async fn run(context: &Context, _arguments: &Cloud) -> Result<u8, CommandError> {
    Err(crate::environment::ConnectError::NotBuiltIn(context.common.env.clone()).into())
}

#[cfg(feature = "embedded")]
pub(super) async fn run(context: &Context, arguments: &Cloud) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let cloud = environment.open_cloud()?;
    let listener = tokio::net::TcpListener::bind(&arguments.listen)
        .await
        .map_err(|error| CommandError::io(&format!("listen on {}", arguments.listen), &error))?;
    let place = listener.local_addr().map_err(|error| CommandError::io("listen", &error))?;
    context.output.result(&format!(
        "The embedded cloud of environment {} listens on http://{place} (Ctrl-C ends it).\n\
         For example: aws --endpoint-url http://{place} --region {} sts get-caller-identity\n",
        environment.name(),
        environment.aws().region,
    ))?;
    ebbtide_cloud::serve(cloud, listener, super::interrupts::any())
        .await
        .map_err(|error| CommandError::io("serve", &error))?;
    Ok(super::error::DONE)
}
