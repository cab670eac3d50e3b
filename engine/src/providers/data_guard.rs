//! The guard of data: a deletion that would lose data must be asked for by name.

use crate::sdk::{Context, Error, ErrorKind};

/// Refuses the deletion of a resource that holds data, unless the deletion includes its data.
///
/// `resource` is the resource in words (`the bucket models`). `data` reads its data in words (`3 objects`), `None` if it is
/// empty; it is not polled if the deletion includes data.
pub(crate) async fn guard_data<F>(context: &Context, resource: &str, data: F) -> Result<(), Error>
where
    F: Future<Output = Result<Option<String>, Error>>,
{
    if context.include_data {
        return Ok(());
    }
    data.await?.map_or(Ok(()), |data| Err(holds_data(resource, &data)))
}

fn holds_data(resource: &str, data: &str) -> Error {
    Error::new(ErrorKind::HoldsData, format!("{resource} holds {data}"))
        .hint("name it with --include-data to delete that as well")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_would_be_lost_and_how_to_delete_it() {
        let error = holds_data("the bucket models", "3 objects");
        assert_eq!(error.kind, ErrorKind::HoldsData);
        assert_eq!(error.message, "the bucket models holds 3 objects");
        assert!(error.hint.is_some_and(|hint| hint.contains("--include-data")));
    }
}
