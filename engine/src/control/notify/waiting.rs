//! Signs of life while a receiver of notifications lets wait.

use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, timeout};

use super::notice::{Notice, NoticeKind};

/// The time without a response after which a sign is given, and the time between two signs.
const SILENCE: Duration = Duration::from_secs(2);

/// A receiver that has not accepted a notification yet. It is given up after some attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting<'a> {
    /// The environment.
    pub environment: &'a str,
    /// The stack.
    pub stack: &'a str,
    /// The sort of the notification.
    pub kind: NoticeKind,
    /// The receiver: `webhook` or `SNS topic`.
    pub receiver: &'static str,
    /// The time since the first attempt, in milliseconds.
    pub waited_ms: u64,
}

/// What happens to a notification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoticeEvent<'a> {
    /// It is said. It is printed on standard output if the settings ask for that.
    Said(&'a Notice),
    /// A receiver lets wait.
    Waiting(Waiting<'a>),
}

/// Sends a notification to a receiver, with a sign after each silence.
pub(super) async fn with_signs<T>(
    receiver: &'static str,
    sending: impl Future<Output = T>,
    on_wait: &(dyn Fn(&'static str, Duration) + Sync),
) -> T {
    let (start, mut sending) = (Instant::now(), pin!(sending));
    loop {
        match timeout(SILENCE, &mut sending).await {
            Ok(sent) => return sent,
            Err(_) => on_wait(receiver, start.elapsed()),
        }
    }
}
