//! The prices of a project, in `prices/REGION.toml`.

use std::path::Path;

use ebbtide::cost::{Book, BookError};

/// The reason why prices of a project cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// An entry is wrong.
    #[error(transparent)]
    Faulty(BookError),
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(std::io::Error),
}

/// Adds the prices of a file to a book, if the file exists. `shown` is its name in messages.
pub fn with_prices(book: Book, path: &Path, shown: &str, region: &str) -> Result<Book, PricesError> {
    match fs_err::read_to_string(path) {
        Ok(text) => book.with(shown, region, &text).map_err(PricesError::Faulty),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(book),
        Err(error) => Err(PricesError::Unreadable(error)),
    }
}
