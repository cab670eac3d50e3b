//! The path of a call from a client to the cloud and back, through the fault injector, which may delay, refuse, repeat
//! or cut it.

use std::sync::Arc;

use winterbaume_core::{MockRequest, MockResponse};

use crate::cloud::{Cloud, View};
use crate::connection_lost::ConnectionLost;
use crate::durations::milliseconds;
use crate::error_response;
use crate::faults::{Call, CallHook, FaultAction};
use crate::route::{Route, operation};

/// A response as it arrives.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The response.
    pub response: MockResponse,
    /// Whether all of its body arrives; if not, the connection breaks after half of it.
    pub whole: bool,
}

impl Cloud {
    /// Makes a call as a client does: through the [`FaultInjector`](crate::FaultInjector).
    pub async fn call(&self, request: MockRequest) -> Result<Reply, ConnectionLost> {
        let route = Route::of(&request).unwrap_or(Route { service: "unknown".into(), region: "unknown".into() });
        let name = operation(&route.service, &request);
        let (call, hook) = self.faults().enter(&route.service, &name, &route.region);
        let Some(hook) = hook else { return Ok(whole(self.handle(request).await)) };
        let delay = hook.delay(&call);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let action = hook.before(&call);
        let response = match &action {
            FaultAction::Refuse(fault) => {
                self.as_sent(&route.service, error_response::write(&route.service, &request, fault.clone()))
            }
            FaultAction::Drop => return Err(ConnectionLost),
            FaultAction::Hang => std::future::pending().await,
            FaultAction::ActTwice => {
                self.act(&request, &call, &hook, &action).await;
                self.act(&request, &call, &hook, &action).await
            }
            FaultAction::Act
            | FaultAction::ActAndDrop
            | FaultAction::ActAndTruncate
            | FaultAction::ActWithoutCapacity
            | FaultAction::ActAndFailLater(_) => self.act(&request, &call, &hook, &action).await,
        };
        // Without a body there is no middle to cut: nothing arrives.
        let cut = action == FaultAction::ActAndTruncate;
        if action == FaultAction::ActAndDrop || cut && response.body.is_empty() {
            return Err(ConnectionLost);
        }
        hook.answered(&call, response.status);
        Ok(Reply { response, whole: !cut })
    }

    /// Acts on a call, and informs the hook. The request of a caller that goes away has been sent, so this goes on
    /// without it.
    async fn act(
        &self,
        request: &MockRequest,
        call: &Call,
        hook: &Arc<dyn CallHook>,
        action: &FaultAction,
    ) -> MockResponse {
        let (lag_ms, memory_ms) = (milliseconds(hook.lag(call)), milliseconds(hook.longest_lag()));
        let handler_fault = match action {
            FaultAction::ActAndFailLater(fault) => Some(*fault),
            _ => None,
        };
        let no_capacity = *action == FaultAction::ActWithoutCapacity;
        let view = View { lag_ms, memory_ms, no_capacity, handler_fault, is_trusted: false };
        let (cloud, request, call, hook) = (self.clone(), request.clone(), call.clone(), Arc::clone(hook));
        let acting = tokio::spawn(async move {
            let response = cloud.handle_in(request, view).await;
            hook.acted(&call, response.status);
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

fn whole(response: MockResponse) -> Reply {
    Reply { response, whole: true }
}
