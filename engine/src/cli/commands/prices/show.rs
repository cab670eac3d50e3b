//! `ebb prices show`: looks items up in the price book.

use clap::Args;
use serde::Serialize;

use crate::cli::context::CommandContext;
use crate::cli::dollars::{Align, full_book, table};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::cost::{Book, Price};

/// Shows the prices of an item, with unit, source, date and confidence
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The item, such as `vpc.nat.hour`, or how items begin or end: `vpc.nat`, `ml.g5.xlarge`
    #[arg(value_name = "ITEM")]
    item: String,
    /// Shows the prices of one region only
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

#[derive(Serialize)]
struct PricesView<'a> {
    format: u32,
    prices: &'a [&'a Price],
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &ShowArgs) -> Result<u8, CommandError> {
    let book = full_book(context)?;
    let prices: Vec<&Price> = book
        .find(&arguments.item)
        .into_iter()
        .filter(|price| arguments.region.as_ref().is_none_or(|region| price.region == *region))
        .collect();
    if prices.is_empty() {
        return Err(unknown(&book, arguments));
    }
    if context.output.is_json() {
        context.output.json(&PricesView { format: OUTPUT_FORMAT, prices: &prices })?;
        return Ok(DONE);
    }
    let mut text = String::new();
    for item in items(&prices) {
        let of_item: Vec<&&Price> = prices.iter().filter(|price| price.item == item).collect();
        text.push_str(&format!("{item}, USD per {}\n", of_item[0].unit));
        let row = |price: &&&Price| {
            let Price { region, date, confidence, source, .. } = price;
            [format!("  {region}"), price.shown(), date.to_string(), confidence.to_string(), source.clone()]
        };
        text.push_str(&table([Align::Left; 5], &of_item.iter().map(row).collect::<Vec<_>>()));
    }
    context.output.result(&text)?;
    Ok(DONE)
}

fn items<'a>(prices: &[&'a Price]) -> Vec<&'a str> {
    let mut items: Vec<_> = prices.iter().map(|price| price.item.as_str()).collect();
    items.dedup();
    items
}

fn unknown(book: &Book, arguments: &ShowArgs) -> CommandError {
    let regions = book.regions();
    let mut all: Vec<String> =
        regions.iter().flat_map(|region| book.prices(region).into_keys()).map(str::to_owned).collect();
    if !book.find(&arguments.item).is_empty() {
        let region = arguments.region.as_deref().unwrap_or_default();
        let message = format!("the price book has no price of {} in {region}", arguments.item);
        return CommandError::new(CommandErrorKind::UnknownName, message)
            .hint(format!("leave out --region to see where it has one, or write it to prices/{region}.toml"));
    }
    all.sort_unstable();
    all.dedup();
    CommandError::unknown("price", &arguments.item, &all)
}
