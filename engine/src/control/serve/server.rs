//! The process: a loop for each environment, the pages, and a good end.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::access::Access;
use super::board::{BOARD_FORMAT, Board, EnvironmentBoard};
use super::catalog::BUILD;
use super::http::{self, Shown};
use super::metrics::Metrics;
use super::watch::Watch;
use crate::apply::Shutdown;
use crate::control::{Controller, Log};

/// How long requests in flight may take after the loops have ended.
const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// Looks after environments until it is asked to end, and shows what it does.
pub struct Server {
    /// What looks after each environment.
    pub controllers: Vec<Controller>,
    /// The listener of the pages.
    pub listener: TcpListener,
    /// The access to the pages.
    pub access: Access,
    /// Asks it to end.
    pub shutdown: Shutdown,
    /// Receives lines of the log.
    pub log: Log,
}

impl Server {
    /// Runs until it is asked to end. Operations in flight are finished and recorded.
    pub async fn run(self) -> std::io::Result<()> {
        let metrics = Arc::new(Metrics::default());
        let version = env!("CARGO_PKG_VERSION");
        metrics.set(&BUILD, &[("version", version)], 1.0);
        let environment = |controller: &Controller| EnvironmentBoard {
            name: controller.environment.name().to_owned(),
            leader: false,
            acting: None,
            looked: None,
            next_look: None,
            error: None,
            cost: None,
            budget: None,
            stacks: Vec::new(),
        };
        let environments = self.controllers.iter().map(environment).collect();
        let board = Board { format: BOARD_FORMAT, version, started: Timestamp::now(), environments };
        let shown = Arc::new(Shown::new(self.access, metrics, board));
        let mut loops = JoinSet::new();
        for (index, controller) in self.controllers.into_iter().enumerate() {
            let watch =
                Watch::new(Arc::new(controller), Arc::clone(&shown), index, self.shutdown.clone(), self.log.clone());
            loops.spawn(watch.run());
        }
        let ending = self.shutdown.clone();
        let mut pages = tokio::spawn(http::serve(shown, self.listener, async move { ending.draining().await }));
        tokio::select! {
            // The pages end first only if the listener fails. The stacks are looked after all the same.
            served = &mut pages => {
                if let Ok(Err(error)) = &served {
                    (self.log)(&format!("the pages are not served any more: {error}"));
                }
                while loops.join_next().await.is_some() {}
                return served.unwrap_or_else(|error| Err(std::io::Error::other(error)));
            }
            () = async { while loops.join_next().await.is_some() {} } => {}
        }
        // A browser may keep its connection open.
        let _ = tokio::time::timeout(LAST_REQUESTS, pages).await;
        Ok(())
    }
}
