//! Following up on a create call: EC2 may not know everywhere yet what it has just made.

use std::future::Future;
use std::time::Duration;

use crate::engine::sdk::{Error, ErrorKind};

/// How often a call is made before its «not found» is believed, and the first pause between two; each is twice the last.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Makes a call on something just created, again while AWS does not see it yet.
pub(super) async fn once_visible<T, F>(mut call: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match call().await {
            Err(error) if error.kind == ErrorKind::NotFound => tokio::time::sleep(pause).await,
            answer => return answer,
        }
        pause *= 2;
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
    async fn a_call_is_repeated_until_what_was_created_is_seen() {
        let calls = Cell::new(0);
        let answer = once_visible(|| {
            calls.set(calls.get() + 1);
            let seen = calls.get() == 3;
            async move { if seen { Ok(7) } else { Err(Error::new(ErrorKind::NotFound, "no such subnet")) } }
        });
        assert_eq!((answer.await, calls.get()), (Ok(7), 3));
    }

    #[tokio::test]
    async fn another_failure_is_not_repeated() {
        let calls = Cell::new(0);
        let answer: Result<(), Error> = once_visible(|| {
            calls.set(calls.get() + 1);
            async { Err(Error::invalid("no")) }
        })
        .await;
        assert_eq!((answer.unwrap_err().kind, calls.get()), (ErrorKind::Invalid, 1));
    }
}
