//! Deletions that SageMaker refuses while a resource is in a transition.

use crate::sdk::{Error, ErrorKind};
use ebbtide::resource::Readiness;

/// Interprets a refused deletion by the readiness of the resource, `None` for one that is gone. Whatever the words of the refusal,
/// a resource in a transition can be deleted after it, and one that is being deleted needs no second call.
pub(super) fn refused_deletion(error: Error, readiness: Option<Readiness>) -> Result<(), Error> {
    match readiness {
        None | Some(Readiness::Deleting(_)) => Ok(()),
        Some(Readiness::Pending(_)) => Err(error.as_kind(ErrorKind::Busy)),
        Some(Readiness::Ready | Readiness::Failed(_)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_deletion_is_retried_while_the_resource_is_in_a_transition() {
        let refused = |readiness: Option<Readiness>| {
            refused_deletion(Error::invalid("Cannot do this"), readiness).map_err(|error| error.kind)
        };
        let text = || "Updating".to_owned();
        assert_eq!(refused(Some(Readiness::Pending(text()))), Err(ErrorKind::Busy));
        assert_eq!(refused(Some(Readiness::Ready)), Err(ErrorKind::Invalid));
        assert_eq!(refused(Some(Readiness::Failed(text()))), Err(ErrorKind::Invalid));
        assert_eq!((refused(Some(Readiness::Deleting(text()))), refused(None)), (Ok(()), Ok(())));
    }
}
