//! Waiting for the end of a request.

use std::time::Duration;

use aws_sdk_cloudcontrol::types::ProgressEvent;
use tokio::time::{Instant, sleep};

use super::calls::{running, status};
use super::event::{Progress, progress};
use crate::sdk::{Aws, Backoff, Error};

/// How long a call waits for the end of its request. Most requests end in one to five seconds (benchmarks of cdkd), and refusals of
/// handlers come as early. The executor waits for the others, which it shows and which it can be interrupted in.
pub(super) const SHORT: Duration = Duration::from_secs(60);

/// Between looks at a request.
const LOOKS: Backoff = Backoff { first: Duration::from_millis(20), longest: Duration::from_secs(4), factor: 1.5 };

/// Waits until a request is over, or a time has passed. Returns its latest event.
pub(super) async fn wait(aws: &Aws, event: ProgressEvent, within: Duration) -> Result<ProgressEvent, Error> {
    let mut event = event;
    let start = Instant::now();
    let mut delays = LOOKS.delays();
    while progress(&event) == Progress::Running && start.elapsed() < within {
        sleep(delays.next().unwrap_or(LOOKS.longest)).await;
        let Some(token) = event.request_token() else { return Ok(event) };
        let is_running = running(aws).await?.iter().any(|request| request.token == token);
        if !is_running {
            event = status(aws, token).await?;
        }
    }
    if progress(&event) == Progress::Running
        && let Some(token) = event.request_token()
    {
        event = status(aws, token).await?;
    }
    Ok(event)
}
