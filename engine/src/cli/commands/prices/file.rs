//! The project's file of prices: new prices written into it, with everything else left as it is.

use std::io::Write as _;
use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use crate::cli::error::{CommandError, CommandErrorKind};
use crate::environment::Project;
use ebbtide::cost::price_list::Update;
use ebbtide::cost::{Price, Prices, Tier};

const HEAD: &str = "# Prices on demand, in US dollars. They win over those that ebb carries.\n\
                    # `ebb prices update` writes the entries whose source is the AWS Price List API, and leaves others as they are.\n";

/// Returns the text of a file with new prices in it. Comments, other entries and their order stay.
pub(super) fn updated(path: &Path, text: Option<&str>, update: &Update) -> Result<String, CommandError> {
    let fault = |reason: String| {
        CommandError::new(CommandErrorKind::Environment, format!("{}: {reason}", Project::shown(path)))
            .hint("correct the file, then run the same command: nothing was written")
    };
    let new = format!("{HEAD}region = \"{}\"\n", update.region);
    let mut document: DocumentMut = text.unwrap_or(&new).parse().map_err(|error| fault(format!("{error}")))?;
    let items = document.entry("items").or_insert_with(|| {
        let mut items = Table::new();
        items.set_implicit(true);
        Item::Table(items)
    });
    let items =
        items.as_table_mut().ok_or_else(|| fault("write each item as a table: [items.\"vpc.nat.hour\"]".into()))?;
    for price in &update.prices {
        let entry = items.entry(&price.item).or_insert_with(|| Item::Table(Table::new()));
        let entry = entry
            .as_table_like_mut()
            .ok_or_else(|| fault(format!("{} is no table: write [items.\"{}\"]", price.item, price.item)))?;
        write(entry, price);
    }
    let written = document.to_string();
    // The file is read as any command will read it, before it is one.
    let parsed =
        Prices::parse(&Project::shown(path), &update.region, &written).map_err(|error| fault(error.to_string()))?;
    match update.prices.iter().find(|price| parsed.items.get(&price.item) != Some(price)) {
        Some(price) => Err(fault(format!("the price of {} cannot be written into it", price.item))),
        None => Ok(written),
    }
}

fn write(entry: &mut dyn toml_edit::TableLike, price: &Price) {
    set(entry, "unit", price.unit.as_str().into());
    match price.tiers.as_slice() {
        [Tier { up_to: None, usd }] => {
            entry.remove("tiers");
            set(entry, "usd", number(*usd));
        }
        tiers => {
            entry.remove("usd");
            set(entry, "tiers", Value::Array(tiers.iter().map(tier).collect::<Array>()));
        }
    }
    set(entry, "source", price.source.as_str().into());
    set(entry, "date", price.date.to_string().into());
    set(entry, "confidence", price.confidence.to_string().into());
}

/// Sets a value, and keeps the comment behind the one before.
fn set(entry: &mut dyn toml_edit::TableLike, key: &str, mut value: Value) {
    if let Some(before) = entry.get(key).and_then(Item::as_value) {
        *value.decor_mut() = before.decor().clone();
    }
    match entry.get_mut(key) {
        Some(item) => *item = Item::Value(value),
        None => drop(entry.insert(key, Item::Value(value))),
    }
}

fn tier(tier: &Tier) -> Value {
    let mut table = InlineTable::new();
    if let Some(up_to) = tier.up_to {
        table.insert("up_to", number(up_to));
    }
    table.insert("usd", number(tier.usd));
    Value::InlineTable(table)
}

/// Returns a number as a person would write it: without an exponent, and without a point where it is whole.
fn number(number: f64) -> Value {
    let text = format!("{number}");
    let value = text.parse::<Value>();
    value.unwrap_or_else(|_| Value::from(number))
}

/// Writes a file as a whole or not at all.
pub(super) fn save(path: &Path, text: &str) -> Result<(), CommandError> {
    let shown = Project::shown(path);
    let failed = |error: std::io::Error| CommandError::failed(&format!("write {shown}"), error);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    allow_reading(&file, path).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Gives a file the permissions of the one that it replaces. A temporary file is for its owner alone; prices are no secret.
#[cfg(unix)]
fn allow_reading(file: &tempfile::NamedTempFile, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = match path.metadata() {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::fs::Permissions::from_mode(0o644),
    };
    file.as_file().set_permissions(permissions)
}

#[cfg(not(unix))]
fn allow_reading(_file: &tempfile::NamedTempFile, _path: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::cost::{Confidence, PriceDate};

    fn price(item: &str, tiers: &[(Option<f64>, f64)]) -> Price {
        Price {
            region: "eu-west-1".into(),
            item: item.into(),
            unit: "hour".into(),
            tiers: tiers.iter().map(|(up_to, usd)| Tier { up_to: *up_to, usd: *usd }).collect(),
            source: "AWS Price List API, SKU A of version 1".into(),
            date: PriceDate::parse("2026-11-22").unwrap(),
            confidence: Confidence::Official,
        }
    }

    fn update(prices: Vec<Price>) -> Update {
        Update { region: "eu-west-1".into(), prices, ..Update::default() }
    }

    #[test]
    fn comments_and_entries_of_ones_own_stay() {
        let text = "# our book\nregion = \"eu-west-1\"\n\n# a contract\n[items.\"own\"]\nunit = \"hour\" # by the hour\nusd = 1.50\n\
                    source = \"our contract\"\ndate = \"2026-11-01\"\nconfidence = \"official\"\n\n# nat\n[items.\"vpc.nat.hour\"]\n\
                    unit = \"hour\"\nusd = 0.04 # too low\nsource = \"AWS Price List API, SKU B\"\ndate = \"2026-01-01\"\n\
                    confidence = \"official\"\n";
        let new = vec![
            price("vpc.nat.hour", &[(None, 0.048)]),
            price("apigateway.http.request", &[(Some(3e8), 0.000_001_11), (None, 0.000_001)]),
        ];
        let written = updated(Path::new("prices/eu-west-1.toml"), Some(text), &update(new)).unwrap();
        let kept = text.split("# nat").next().unwrap();
        assert!(written.starts_with(kept), "{written}");
        assert!(
            written.contains("# nat\n[items.\"vpc.nat.hour\"]\nunit = \"hour\"\nusd = 0.048 # too low\n"),
            "{written}"
        );
        assert!(written.contains("tiers = [{ up_to = 300000000, usd = 0.00000111 }, { usd = 0.000001 }]"), "{written}");
        let again = updated(Path::new("x"), Some(&written), &update(vec![price("vpc.nat.hour", &[(None, 0.048)])]));
        assert_eq!(again.unwrap(), written, "a second time changes nothing");
    }

    #[test]
    fn a_file_that_is_none_of_prices_is_refused_and_left() {
        for text in ["region = ", "region = \"us-east-1\"\n", "region = \"eu-west-1\"\nitems = 5\n"] {
            let error =
                updated(Path::new("prices/eu-west-1.toml"), Some(text), &update(vec![price("a", &[(None, 1.0)])]));
            let error = error.unwrap_err();
            assert!(error.to_string().contains("prices/eu-west-1.toml"), "{error}");
        }
    }
}
