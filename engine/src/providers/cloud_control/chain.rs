//! The chain of client tokens of a creation, which an identity begins.
//!
//! A failure stays AWS's response to its token for 36 hours. So a repeated creation begins with the first token, is given the
//! failures again, and arrives at the request that is under way, or at the next token.

use aws_sdk_cloudcontrol::types::ProgressEvent;

use super::calls;
use super::event::{Progress, progress};
use super::wait::{SHORT, wait};
use super::wanted::Wanted;
use crate::sdk::Error;

/// The longest chain of client tokens. The executor gives up long before.
pub(super) const LONGEST: u32 = 1000;

/// An attempt to create a resource, once it is over or has taken long.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) event: ProgressEvent,
    /// Whether AWS had the end of the request already: it was made before.
    pub(super) was_over: bool,
}

/// Makes an attempt, or has AWS repeat the one that was made with its token. `None` if that one asked for another desired state, as an
/// earlier version of this program may have.
pub(super) async fn attempt(wanted: Wanted<'_>, desired: &str, number: u32) -> Result<Option<Attempt>, Error> {
    let event = match calls::create(wanted.aws(), &wanted.shape.type_name, desired, &wanted.token(number)).await {
        Ok(event) => event,
        Err(error) if error.is_code("ClientTokenConflictException") => return Ok(None),
        Err(error) => return Err(error),
    };
    // A request that was just made is not over yet.
    let was_over = progress(&event) != Progress::Running;
    let event = wait(wanted.aws(), event, SHORT).await?;
    if progress(&event) == Progress::Failed {
        wanted.aws().cloud_control_memory().attempt_failed(&wanted.context.identity.token(), number);
    }
    Ok(Some(Attempt { event, was_over }))
}

/// Returns the first attempt that this process does not know to have failed.
pub(super) fn first(wanted: Wanted<'_>) -> u32 {
    wanted.aws().cloud_control_memory().attempt(&wanted.context.identity.token())
}

/// Notes that an attempt is of no more use.
pub(super) fn skip(wanted: Wanted<'_>, number: u32) {
    wanted.aws().cloud_control_memory().attempt_failed(&wanted.context.identity.token(), number);
}
