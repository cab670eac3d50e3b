//! The threads that a command runs on.

use tokio::runtime::Builder;

use crate::cli::error::CommandError;

/// Runs a command that mostly reads files. One thread starts and ends faster than many.
pub(super) fn on_this_thread(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    run_on(&mut Builder::new_current_thread(), work)
}

/// Runs a command that makes many calls to AWS: signing, hashing and parsing use all processors.
pub(super) fn on_all_threads(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    run_on(&mut Builder::new_multi_thread(), work)
}

/// Runs a command that waits for most of its time, and does several things at once.
pub(super) fn on_few_threads(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    run_on(Builder::new_multi_thread().worker_threads(2), work)
}

/// Runs a command in virtual time: whenever nothing is left to do, tokio's clock jumps to the next timer.
#[cfg(feature = "embedded")]
pub(super) fn in_virtual_time(work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    let mut builder = Builder::new_current_thread();
    let built = builder.start_paused(true).enable_all().build();
    let runtime = built.map_err(|error| CommandError::failed("start threads", error))?;
    let result = runtime.block_on(work);
    // Waits for calls that the cloud has begun.
    drop(runtime);
    result
}

fn run_on(builder: &mut Builder, work: impl Future<Output = Result<u8, CommandError>>) -> Result<u8, CommandError> {
    let runtime = builder.enable_all().build().map_err(|error| CommandError::failed("start threads", error))?;
    let result = runtime.block_on(work);
    // A thread that still waits for input from the terminal must not delay the end of the process.
    runtime.shutdown_background();
    result
}
