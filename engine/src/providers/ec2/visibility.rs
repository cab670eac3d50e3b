//! Calls on a resource that was just created: parts of EC2 may not know it yet.

use std::future::Future;

use crate::sdk::{Backoff, Error, ErrorKind};

/// The number of times a call is repeated before "not found" is believed.
const RETRIES: usize = 5;

/// Makes a call on a resource that was just created, and repeats it while AWS reports "not found". If AWS never stops, the
/// error is one that passes with time, so that the executor tries again later.
pub(super) async fn once_visible<T, F>(mut call: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for delay in Backoff::RETRY.delays().take(RETRIES) {
        match call().await {
            Err(error) if error.kind == ErrorKind::NotFound => tokio::time::sleep(delay).await,
            result => return result,
        }
    }
    call().await.map_err(|error| match error.kind {
        ErrorKind::NotFound => error.as_kind(ErrorKind::NotYet),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn a_call_is_repeated_until_the_resource_is_seen() {
        let calls = Cell::new(0);
        let result = once_visible(|| {
            calls.set(calls.get() + 1);
            let is_seen = calls.get() == 3;
            async move { if is_seen { Ok(7) } else { Err(Error::new(ErrorKind::NotFound, "no such subnet")) } }
        });
        assert_eq!((result.await, calls.get()), (Ok(7), 3));
    }

    #[tokio::test]
    async fn another_failure_is_not_repeated() {
        let calls = Cell::new(0);
        let result: Result<(), Error> = once_visible(|| {
            calls.set(calls.get() + 1);
            async { Err(Error::invalid("no")) }
        })
        .await;
        assert_eq!((result.unwrap_err().kind, calls.get()), (ErrorKind::Invalid, 1));
    }
}
