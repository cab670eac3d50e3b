//! The price book of a project: its own prices, in `prices/REGION.toml`, above those that are embedded.

use std::path::Path;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::{PricesError, Project, with_prices};
use ebbtide::cost::{Book, GLOBAL};

/// Returns the price book for a region.
pub(in crate::cli) fn book(context: &CommandContext, region: &str) -> Result<Book, CommandError> {
    let folder = context.project()?.root().join("prices");
    let book = with_file(Book::embedded(), &folder, GLOBAL)?;
    with_file(book, &folder, region)
}

/// Returns the price book for a region. Prices of the project that cannot be used are reported, and left out: a command that
/// changes a stack does not depend on them.
pub(in crate::cli) fn lenient_book(context: &CommandContext, region: &str) -> Book {
    book(context, region).unwrap_or_else(|error| {
        context.output.warn(&format!("warning: {error}\nThese prices are left out."));
        Book::embedded()
    })
}

/// Returns the price book with the project's prices of all regions. Without a project, it is the embedded one.
pub(in crate::cli) fn full_book(context: &CommandContext) -> Result<Book, CommandError> {
    let Ok(project) = context.project() else { return Ok(Book::embedded()) };
    let folder = project.root().join("prices");
    let files = fs_err::read_dir(&folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut regions: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    regions.sort();
    regions.iter().try_fold(Book::embedded(), |book, region| with_file(book, &folder, region))
}

fn with_file(book: Book, folder: &Path, region: &str) -> Result<Book, CommandError> {
    let path = folder.join(format!("{region}.toml"));
    with_prices(book, &path, &Project::shown(&path), region).map_err(|error| match error {
        PricesError::Faulty(error) => CommandError::new(CommandErrorKind::Environment, error.to_string())
            .hint("an entry has `unit`, `usd` or `tiers`, `source`, `date` and `confidence`"),
        PricesError::Unreadable(error) => CommandError::failed("read the project's prices", error),
    })
}
