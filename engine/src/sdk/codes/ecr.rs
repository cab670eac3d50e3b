//! ECR.

use crate::sdk::error::ErrorKind;

pub(super) fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "ServerException" => ErrorKind::Unavailable,
        "RepositoryNotFoundException" => ErrorKind::NotFound,
        // The registry behind a cache does not give the image.
        "InvalidParameterException" | "UnableToGetUpstreamImageException" => ErrorKind::Invalid,
        _ => return None,
    })
}
