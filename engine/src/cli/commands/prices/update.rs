//! `ebb prices update`: brings the project's price book up to date from AWS's price list.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use owo_colors::OwoColorize as _;
use serde::Serialize;

use super::file::{save, updated};
use crate::apply::products;
use crate::cli::context::CommandContext;
use crate::cli::dollars::{Align, full_book, table};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count};
use crate::cli::runtime;
use crate::environment::{Environment, Project, did_you_mean, is_region, nearest_region};
use crate::sdk::{Aws, Error};
use ebbtide::cost::price_list::{Found, Origin, Update, found, items, queries, update};
use ebbtide::cost::{Book, GLOBAL, Price, Tier};

/// Partitions whose credentials the Price List API does not take, by how their regions begin.
const OTHER_PARTITIONS: [&str; 5] = ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"];
/// The regions whose prices are in another currency.
const NOT_IN_DOLLARS: [&str; 2] = ["cn-", "eusc-"];

/// Fetches prices from AWS's price list into the project's book, `prices/REGION.toml`
///
/// Entries of your own, whose source is not the AWS Price List API, stay as they are.
#[derive(Debug, Args)]
pub(in crate::cli) struct UpdateArgs {
    /// A region, or `global` for prices that are the same everywhere; by default the environment's and `global`
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Shows the changes, and writes nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct UpdateView<'a> {
    format: u32,
    environment: &'a str,
    dry_run: bool,
    regions: &'a [RegionView],
}

#[derive(Serialize)]
struct RegionView {
    file: String,
    /// Whether the file was written.
    written: bool,
    #[serde(flatten)]
    update: Update,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &UpdateArgs) -> Result<u8, CommandError> {
    runtime::on_all_threads(refresh(context, arguments))
}

async fn refresh(context: &CommandContext, arguments: &UpdateArgs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let regions = regions(&environment, &arguments.regions)?;
    let book = full_book(context)?;
    if environment.aws().embedded {
        context.output.warn(&format!(
            "warning: environment {} is embedded: these are the prices that its cloud carries, not AWS's; pass `--env` for those",
            environment.name()
        ));
    }
    let clients = environment.clients().await?;
    let mut views = Vec::new();
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for region in regions {
        let update = fetch(context, &environment, &clients.aws, &book, &region).await?;
        let path = environment.prices(&region);
        let before = match fs_err::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(CommandError::failed("read the project's prices", error)),
        };
        let written = !update.prices.is_empty() && !arguments.dry_run;
        if written {
            files.push((path.clone(), updated(&path, before.as_deref(), &update)?));
        }
        views.push(RegionView { file: Project::shown(&path), written, update });
    }
    // All regions were fetched, and every text was checked.
    for (path, text) in &files {
        save(path, text)?;
    }
    let output = context.output;
    if output.is_json() {
        let (environment, dry_run) = (environment.name(), arguments.dry_run);
        output.json(&UpdateView { format: OUTPUT_FORMAT, environment, dry_run, regions: &views })?;
    } else {
        output.result(&views.iter().map(|view| render(view, arguments.dry_run)).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(DONE)
}

/// Returns the regions to fetch, checked before the first call.
fn regions(environment: &Environment, named: &[String]) -> Result<Vec<String>, CommandError> {
    let own = environment.aws().region.as_str();
    let begins = |region: &str, with: &[&str]| with.iter().any(|beginning| region.starts_with(beginning));
    if begins(own, &OTHER_PARTITIONS) {
        let message = format!("the Price List API takes no credentials of {own}: it belongs to the partition `aws`");
        return Err(CommandError::new(CommandErrorKind::Refused, message)
            .hint("use an environment in a commercial region with `--env`, or write prices/REGION.toml by hand"));
    }
    let mut regions: Vec<String> = match named {
        [] => vec![own.to_owned(), GLOBAL.to_owned()],
        named => named.to_vec(),
    };
    regions.sort();
    regions.dedup();
    for region in &regions {
        if region != GLOBAL && !is_region(region) {
            let near = did_you_mean(nearest_region(region));
            let message = format!("--region: `{region}` is not a region of AWS{near}");
            return Err(
                CommandError::new(CommandErrorKind::Usage, message).hint("write such as `eu-west-1`, or `global`")
            );
        }
        if begins(region, &NOT_IN_DOLLARS) {
            let message =
                format!("--region: AWS's prices of {region} are not in US dollars, and those of the book are");
            return Err(
                CommandError::new(CommandErrorKind::Usage, message).hint(format!("write prices/{region}.toml by hand"))
            );
        }
    }
    Ok(regions)
}

/// Fetches the prices of one region, and compares them with the book.
async fn fetch(
    context: &CommandContext,
    environment: &Environment,
    aws: &Aws,
    book: &Book,
    region: &str,
) -> Result<Update, CommandError> {
    let (queries, unlisted) = queries(region, items(book, region));
    let mut findings = BTreeMap::new();
    for (index, query) in queries.iter().enumerate() {
        let family = query.filters.iter().find(|filter| ["productFamily", "usagetype"].contains(&filter.field));
        let family = family.map_or("", |filter| filter.value.as_str());
        context.output.note(&format!("{region}: {} of {}, {} {family}", index + 1, queries.len(), query.service));
        let products = products(aws, &environment.aws().region, query).await.map_err(|error| refused(error, region))?;
        for wanted in &query.wanted {
            let before = findings.remove(&wanted.item).unwrap_or(Found::Missing);
            findings.insert(wanted.item.clone(), before.or(found(wanted, region, &products)));
        }
    }
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let origin = if environment.aws().embedded { Origin::Copy } else { Origin::Aws(today) };
    Ok(update(book, region, &findings, &unlisted, origin))
}

fn refused(error: Error, region: &str) -> CommandError {
    let hint = match &error.hint {
        Some(hint) => hint.replace(": what was done is recorded", ""),
        None => "run the same command again later".to_owned(),
    };
    CommandError::new(CommandErrorKind::Connection, format!("cannot fetch the prices of {region}: {error}"))
        .hint(format!("{hint}; no file was written"))
}

fn render(view: &RegionView, dry_run: bool) -> String {
    let update = &view.update;
    let mut text = format!("{}\n", format!("{}: {}", update.region, view.file).bold());
    if !update.changes.is_empty() {
        let mut rows = vec![["  item", "before", "now", "per"].map(str::to_owned)];
        rows.extend(update.changes.iter().map(|change| {
            let old = change.old.as_deref().map_or_else(|| "unknown".to_owned(), Price::tiers_shown);
            [format!("  {}", change.item), old, format!("→ {}", Price::tiers_shown(&change.new)), change.unit.clone()]
        }));
        text.push_str(&table([Align::Left; 4], &rows));
    }
    // Writing into text cannot fail.
    let changed = update.changes.len();
    let _ = writeln!(
        text,
        "{} changed, {} as before{}.",
        count(changed, "price"),
        update.unchanged.len(),
        match (view.written, dry_run) {
            (true, _) => "",
            (false, true) => "; nothing was written",
            (false, false) => "; there was nothing to write",
        }
    );
    for own in &update.own {
        let tiers = |tiers: &[Tier]| Price::tiers_shown(tiers);
        let offered = own.offered.as_deref().map_or_else(|| "none".to_owned(), tiers);
        let _ = writeln!(text, "yours, and stays: {}: {} (AWS: {offered})", own.item, tiers(&own.tiers));
    }
    for unclear in &update.unclear {
        let _ = writeln!(text, "not clear, and stays: {}: {}", unclear.item, unclear.because);
    }
    for (items, what) in [
        (&update.missing, "AWS returned no price, and the book's stays"),
        (&update.unlisted, "not looked up, and the book's stays"),
        (&update.not_offered, "no price here, neither of AWS nor in the book"),
    ] {
        if !items.is_empty() {
            let _ = writeln!(text, "{what}: {}", items.join(", "));
        }
    }
    text
}
