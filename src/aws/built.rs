//! From a request that the SDK could not put together to our error.

use aws_smithy_types::error::operation::BuildError;

use crate::resource::Error;

/// What the SDK's builder made.
pub(crate) fn built<T>(made: Result<T, BuildError>) -> Result<T, Error> {
    made.map_err(|error| Error::invalid(error.to_string()))
}
