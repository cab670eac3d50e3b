//! The command line of `ebb schedule rehearse`.

use clap::Args;

use crate::cli::common::StackArg;

/// Rehearses the schedule: the real loop on a throw-away embedded cloud, in virtual time
///
/// The stack is applied at the beginning, with AWS's durations. Neither AWS nor state is touched.
#[derive(Debug, Args)]
pub(in crate::cli) struct RehearseArgs {
    #[command(flatten)]
    pub(super) stack: StackArg,
    /// The beginning: a day or a time in the schedule's time zone, or an instant with an offset; now if left out
    #[arg(long, value_name = "INSTANT")]
    pub(super) from: Option<String>,
    /// The number of days
    #[arg(long, value_name = "NUMBER", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    pub(super) days: u32,
    /// Faults of the cloud once the stack is up, as in EBB_CLOUD_FAULTS: `no-capacity=2`
    #[arg(long, value_name = "FAULTS")]
    pub(super) faults: Option<String>,
}
