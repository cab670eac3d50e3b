//! The way of a call from a client to the cloud and back: through the seam, which may delay, refuse, repeat or cut it.

use std::sync::Arc;

use winterbaume_core::{MockRequest, MockResponse};

use crate::cloud::{Cloud, View, dated, milliseconds};
use crate::refusal;
use crate::route::{Route, operation};
use crate::seam::{Call, Observer, Verdict};

/// The connection broke: the call may or may not have acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection to the embedded cloud broke")]
pub struct ConnectionLost;

/// An answer as it arrives.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answer.
    pub response: MockResponse,
    /// Whether all of its body arrives; if not, the connection breaks after half of it.
    pub whole: bool,
}

impl Cloud {
    /// One call as a client makes it: through the [`Seam`](crate::Seam).
    pub async fn exchange(&self, request: MockRequest) -> Result<Answered, ConnectionLost> {
        let route = Route::of(&request).unwrap_or(Route { service: "unknown".into(), region: "unknown".into() });
        let name = operation(&route.service, &request);
        let (call, observer) = self.seam().enter(&route.service, &name, &route.region);
        let Some(observer) = observer else { return Ok(whole(self.answer(request).await)) };
        let delay = observer.delay(&call);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let verdict = observer.before(&call);
        let response = match &verdict {
            Verdict::Refuse(fault) => dated(refusal::answer(&route.service, &request, fault.clone())),
            Verdict::Drop => return Err(ConnectionLost),
            Verdict::Hang => std::future::pending().await,
            Verdict::ActTwice => {
                self.act(&request, &call, &observer).await;
                self.act(&request, &call, &observer).await
            }
            Verdict::Act | Verdict::ActAndDrop | Verdict::ActAndTruncate => self.act(&request, &call, &observer).await,
        };
        // Without a body there is no middle to cut: nothing arrives.
        let cut = verdict == Verdict::ActAndTruncate;
        if verdict == Verdict::ActAndDrop || cut && response.body.is_empty() {
            return Err(ConnectionLost);
        }
        observer.answered(&call, response.status);
        Ok(Answered { response, whole: !cut })
    }

    /// Acts on a call, and tells the observer. A caller that goes away has sent its request all the same, so this goes on
    /// without it.
    async fn act(&self, request: &MockRequest, call: &Call, observer: &Arc<dyn Observer>) -> MockResponse {
        let view = View { lag_ms: milliseconds(observer.lag(call)), memory_ms: milliseconds(observer.longest_lag()) };
        let (cloud, request, call, observer) = (self.clone(), request.clone(), call.clone(), Arc::clone(observer));
        let acting = tokio::spawn(async move {
            let response = cloud.answer_in(request, view).await;
            observer.acted(&call, response.status);
            response
        });
        match acting.await {
            Ok(response) => response,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // The runtime is shutting down, and its caller with it.
            Err(_) => std::future::pending().await,
        }
    }
}

fn whole(response: MockResponse) -> Answered {
    Answered { response, whole: true }
}
