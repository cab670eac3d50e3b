//! The record of a document: its open uses, compared with the document after each change.

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::documents::Tables;
use crate::error_response::failure;
use crate::service::Fault;
use crate::usage::{Entry, Use};

/// Id → open use, in the document that it comes from. The hosted services neither see nor remove tables of this prefix.
const OPEN: &str = "ebb:meter";
/// The instant of the last comparison, in milliseconds since the Unix epoch.
const COMPARED: &str = "ebb:metered";

/// Returns the open uses of a document.
pub(crate) fn open(document: &Tables) -> Result<Vec<Entry>, Fault> {
    document.all(OPEN).map(|(_, record)| Entry::deserialize(record).map_err(damaged)).collect()
}

/// Compares the open uses of a document with those that it has now. Returns the uses that ended.
pub(crate) fn compare(document: &mut Tables, uses: Vec<Use>, now_ms: i64) -> Result<Vec<Entry>, Fault> {
    let mut open = open(document)?;
    if open.is_empty() && uses.is_empty() {
        return Ok(Vec::new());
    }
    let mut going_on = Vec::new();
    let mut new = Vec::new();
    for used in uses {
        match going_on_at(&open, &used, now_ms) {
            Some(at) => {
                let mut entry = open.swap_remove(at);
                if entry.began_ms > now_ms
                    && let Some(from_ms) = used.from_ms
                {
                    (entry.began_ms, entry.chain_ms) = (from_ms, from_ms);
                }
                entry.used.until_ms = used.until_ms;
                going_on.push(entry);
            }
            None => new.push(used),
        }
    }
    // The rest is no longer in the document. What would have begun later, never did.
    let mut ended = Vec::new();
    for mut entry in open {
        let end_ms = entry.used.until_ms.map_or(now_ms, |until_ms| until_ms.min(now_ms));
        document.remove(OPEN, &entry.id);
        if end_ms > entry.began_ms {
            entry.used.until_ms = Some(end_ms);
            ended.push(entry);
        }
    }
    let compared_ms = document.get(COMPARED, "ms").and_then(Value::as_i64);
    for used in new {
        going_on.extend(begun(used, &ended, compared_ms, now_ms));
    }
    for entry in going_on {
        let record = serde_json::to_value(&entry).map_err(damaged)?;
        if document.get(OPEN, &entry.id) != Some(&record) {
            document.put(OPEN, entry.id, record);
        }
    }
    document.put(COMPARED, "ms", json!(now_ms));
    Ok(ended)
}

/// Returns the place of the open use that goes on as `used`: one without a known end rather than one with it.
fn going_on_at(open: &[Entry], used: &Use, now_ms: i64) -> Option<usize> {
    let goes_on = |entry: &Entry| {
        let from_ms = used.from_ms.unwrap_or(now_ms);
        entry.used.is_of(used)
            && entry.used.tags == used.tags
            && entry.used.count.total_cmp(&used.count).is_eq()
            && entry.used.until_ms.is_none_or(|until_ms| from_ms <= until_ms)
    };
    let places = open.iter().enumerate().filter(|(_, entry)| goes_on(entry));
    places.min_by_key(|(_, entry)| entry.used.until_ms.is_some()).map(|(at, _)| at)
}

/// Returns a use that begins. It does not reach back behind the end of the one before it, nor behind the last comparison,
/// which would have seen it.
fn begun(used: Use, ended: &[Entry], compared_ms: Option<i64>, now_ms: i64) -> Option<Entry> {
    let before = ended.iter().filter(|entry| entry.used.is_of(&used)).max_by_key(|entry| entry.used.until_ms);
    let end_before_ms = before.and_then(|entry| entry.used.until_ms);
    let earliest_ms = end_before_ms.or(compared_ms).unwrap_or(i64::MIN);
    let began_ms = used.from_ms.unwrap_or(now_ms).max(earliest_ms);
    if used.until_ms.is_some_and(|until_ms| until_ms <= began_ms) {
        return None;
    }
    let chain_ms = before.filter(|_| end_before_ms == Some(began_ms)).map_or(began_ms, |entry| entry.chain_ms);
    Some(Entry { id: uuid::Uuid::new_v4().simple().to_string(), used, began_ms, chain_ms })
}

fn damaged(error: serde_json::Error) -> Fault {
    failure(format!("the meter of a document is damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durations::Durations;
    use crate::usage::{Item, Place};

    fn used(count: f64, from_ms: Option<i64>, until_ms: Option<i64>) -> Use {
        let durations = Durations::of_aws();
        let place = Place { region: "eu-west-1", account: "123456789012", now_ms: 0, durations };
        Use { count, from_ms, until_ms, ..Use::new(Item::NatGateway, "arn".to_owned(), &json!({}), &place) }
    }

    fn spans(entries: &[Entry]) -> Vec<(f64, i64, Option<i64>, i64)> {
        let mut spans: Vec<_> = entries
            .iter()
            .map(|entry| (entry.used.count, entry.began_ms, entry.used.until_ms, entry.chain_ms))
            .collect();
        spans.sort_by_key(|span| span.1);
        spans
    }

    #[test]
    fn a_use_begins_with_its_record_and_ends_with_the_change_that_removes_it() {
        let mut document = Tables::default();
        assert!(compare(&mut document, vec![used(1.0, None, None)], 100).unwrap().is_empty());
        assert!(compare(&mut document, vec![used(1.0, None, None)], 200).unwrap().is_empty());
        assert_eq!(spans(&compare(&mut document, vec![], 300).unwrap()), [(1.0, 100, Some(300), 100)]);
        assert!(open(&document).unwrap().is_empty());
    }

    #[test]
    fn another_count_follows_without_a_gap_and_keeps_the_beginning_of_the_chain() {
        let mut document = Tables::default();
        compare(&mut document, vec![used(1.0, Some(50), None)], 100).unwrap();
        let ended = compare(&mut document, vec![used(2.0, Some(50), None)], 300).unwrap();
        assert_eq!(spans(&ended), [(1.0, 50, Some(300), 50)]);
        assert_eq!(spans(&open(&document).unwrap()), [(2.0, 300, None, 50)]);
    }

    #[test]
    fn an_end_that_is_known_is_kept_although_it_is_noticed_later() {
        let mut document = Tables::default();
        compare(&mut document, vec![used(4.0, Some(0), None)], 0).unwrap();
        // A scale-in that ends at 500, seen again at 900.
        compare(&mut document, vec![used(4.0, Some(0), Some(500)), used(2.0, Some(500), None)], 400).unwrap();
        assert_eq!(spans(&open(&document).unwrap()), [(4.0, 0, Some(500), 0), (2.0, 500, None, 500)]);
        let ended = compare(&mut document, vec![used(2.0, Some(0), None)], 900).unwrap();
        assert_eq!(spans(&ended), [(4.0, 0, Some(500), 0)]);
        assert_eq!(spans(&open(&document).unwrap()), [(2.0, 500, None, 500)]);
    }

    #[test]
    fn a_resource_made_again_under_its_name_has_a_gap() {
        let mut document = Tables::default();
        compare(&mut document, vec![used(1.0, Some(0), Some(500))], 400).unwrap();
        let ended = compare(&mut document, vec![used(1.0, Some(900), None)], 900).unwrap();
        assert_eq!(spans(&ended), [(1.0, 0, Some(500), 0)]);
        assert_eq!(spans(&open(&document).unwrap()), [(1.0, 900, None, 900)]);
    }

    #[test]
    fn a_use_that_was_called_off_before_it_began_is_not_billed() {
        let mut document = Tables::default();
        compare(&mut document, vec![used(1.0, Some(500), None)], 400).unwrap();
        assert!(compare(&mut document, vec![], 450).unwrap().is_empty());
    }

    #[test]
    fn a_clock_that_jumps_back_bills_nothing_twice() {
        let mut document = Tables::default();
        compare(&mut document, vec![used(1.0, Some(1000), None)], 1000).unwrap();
        assert!(compare(&mut document, vec![], 400).unwrap().is_empty());
        compare(&mut document, vec![used(1.0, Some(500), None)], 500).unwrap();
        assert_eq!(spans(&compare(&mut document, vec![], 600).unwrap()), [(1.0, 500, Some(600), 500)]);
    }
}
