//! The price book of a project: its own prices, in `prices/REGION.toml`, above those that are embedded.

use std::path::Path;

use serde::Serialize;

use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::{PricesError, Project, did_you_mean, nearest, with_prices};
use ebbtide::cost::{Book, GLOBAL, StrangeItem};

/// Returns the price book for a region.
pub(in crate::cli) fn book(context: &CommandContext, region: &str) -> Result<Book, CommandError> {
    let folder = context.project()?.root().join("prices");
    let book = with_file(Book::embedded(), &folder, GLOBAL)?;
    let book = with_file(book, &folder, region)?;
    for warning in price_warnings(context, &book) {
        context.warn_once(&format!("warning: {}: {}", warning.place, warning.message));
    }
    Ok(book)
}

/// A price of the project that probably counts nowhere.
#[derive(Clone, Debug, Serialize)]
pub(in crate::cli) struct PriceWarning {
    /// The file, the line and the column.
    pub(in crate::cli) place: String,
    pub(in crate::cli) message: String,
}

/// Returns warnings about the project's prices of items that nothing bills. With kinds of its own, a binary may bill other items
/// than those of AWS: then only items are meant that are spelt nearly like one of AWS.
pub(in crate::cli) fn price_warnings(context: &CommandContext, book: &Book) -> Vec<PriceWarning> {
    let known = Book::known_items();
    let aws = ebbtide::aws::kinds();
    let has_own_kinds = context.providers.kinds().iter().any(|kind| aws.get(&kind.info().name).is_none());
    let warning = |strange: StrangeItem| {
        let StrangeItem { file, line, column, item } = strange;
        let near = nearest(&item, known.iter().copied());
        let message = format!("no kind bills `{item}`, so this price counts nowhere{}", did_you_mean(near));
        let warning = PriceWarning { place: format!("{file}:{line}:{column}"), message };
        (near.is_some() || !has_own_kinds).then_some(warning)
    };
    book.strange_items().into_iter().filter_map(warning).collect()
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
