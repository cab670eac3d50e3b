//! Virtual time: a program and its cloud in one process, in which a day of waiting takes no time.
//!
//! Tokio's clock is paused, and whenever nothing is left to do it jumps to the next timer. The cloud takes the time from
//! [`TokioClock`], an instant of the caller's choice plus the time that has passed on tokio's clock. A transition of ten
//! minutes is over when the client that waits for it has slept for ten minutes, and those are over at once.
//!
//! ```
//! # async fn example(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//! use ebbtide_cloud::virtual_time::TokioClock;
//! use ebbtide_cloud::{Cloud, Settings};
//!
//! // In a runtime of `tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true)`:
//! let clock = TokioClock::starting_at("2026-12-01T00:00:00Z".parse()?);
//! let cloud = Cloud::open_with_clock(folder, Settings::default(), clock)?;
//! # let _ = cloud;
//! # Ok(())
//! # }
//! ```
//!
//! The clock jumps only while every task waits for a timer. For a client of the cloud this means:
//!
//! - The runtime is of one thread (`new_current_thread`) and begins paused (`start_paused`); tokio refuses anything else.
//! - A call to the cloud runs in `spawn_blocking`, which holds the clock until the call is over: no time passes during a
//!   call, and no time-out ends one. The same holds for a client's own blocking work (files, child processes that are
//!   waited for) if it is in `spawn_blocking`.
//! - Work on other threads, sockets and child processes that are awaited do not hold the clock. While a task waits for
//!   them, time jumps from timer to timer, and time-outs fire at once. Use [`Cloud::http_client`](crate::Cloud::http_client),
//!   not [`serve`](crate::serve), and put such work into `spawn_blocking`.
//! - Blocking sleeps and the clocks of `std` know nothing of it. Waits are `tokio::time::sleep`, durations are measured with
//!   `tokio::time::Instant`, and the present comes from the same clock as the cloud's.
//! - A loop that waits without a timer (`yield_now`) never lets the clock move. One that polls with a timer of zero does
//!   not either.
//!
//! The configuration of an SDK gets [`Cloud::http_client`](crate::Cloud::http_client) and
//! [`Cloud::time_source`](crate::Cloud::time_source), so that signatures, the skew that it computes from the header `Date`,
//! and the refilling of its retry quota follow the cloud's clock. Its feature `rt-tokio` makes its delays and time-outs
//! tokio's; that is its default. Retries need no setting: their delays pass at once.
//!
//! The hosted services of winterbaume read the system's clock. Instants of theirs are moved to the cloud's clock, in their
//! documents and their responses, when the two differ.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::durations::milliseconds;

/// A clock that starts at an instant of the caller's choice and runs with tokio's.
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    base_ms: i64,
    started: Instant,
}

impl TokioClock {
    /// Makes a clock that shows `start` now. It must be made in the runtime whose time it follows.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { base_ms: start.as_millisecond(), started: Instant::now() }
    }

    /// Returns the present.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::MAX)
    }
}

impl Clock for TokioClock {
    fn now_ms(&self) -> i64 {
        self.base_ms.saturating_add(milliseconds(self.started.elapsed()))
    }
}

impl Cloud {
    /// Returns the time source for the configuration of an SDK: the clock of this cloud.
    pub fn time_source(&self) -> SharedTimeSource {
        SharedTimeSource::new(CloudTime(self.clone()))
    }
}

#[derive(Debug)]
struct CloudTime(Cloud);

impl TimeSource for CloudTime {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(self.0.now_ms()).unwrap_or_default())
    }
}
