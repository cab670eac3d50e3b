//! `ebb schedule rehearse`: the schedule at work, in a throw-away cloud and in virtual time.

mod arguments;
#[cfg(feature = "embedded")]
mod play;
#[cfg(feature = "embedded")]
mod render;
#[cfg(feature = "embedded")]
mod signs;

pub(super) use arguments::RehearseArgs;
#[cfg(feature = "embedded")]
pub(super) use play::run;

#[cfg(not(feature = "embedded"))]
pub(super) fn run(
    context: &crate::cli::context::CommandContext,
    _arguments: &RehearseArgs,
) -> Result<u8, crate::cli::error::CommandError> {
    Err(crate::environment::ConnectError::NotBuiltIn(context.common.environment()).into())
}
