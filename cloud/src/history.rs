//! Earlier versions of documents, for reads that lag behind.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::documents::Tables;

/// The earlier versions of all documents, as this process saw them, for a while.
#[derive(Debug, Default)]
pub(crate) struct History {
    memory_ms: i64,
    /// By document: when each version began, in milliseconds since the Unix epoch, and the version; from old to new.
    versions: HashMap<String, VecDeque<(i64, Arc<Tables>)>>,
}

impl History {
    /// Sets how long a version is remembered after the next one has come; zero: not at all.
    pub fn remember_for(&mut self, memory_ms: i64) {
        self.memory_ms = memory_ms;
        if memory_ms == 0 {
            self.versions.clear();
        }
    }

    /// Notes a document as it is now. The first version that is seen counts as the oldest.
    pub fn note(&mut self, name: &str, tables: &Arc<Tables>, now_ms: i64) {
        if self.memory_ms == 0 {
            return;
        }
        let versions = self.versions.entry(name.to_owned()).or_default();
        match versions.back() {
            None => versions.push_back((i64::MIN, Arc::clone(tables))),
            Some((_, last)) if Arc::ptr_eq(last, tables) || last == tables => {}
            Some(_) => versions.push_back((now_ms, Arc::clone(tables))),
        }
        // The first version is needed as long as the second is younger than the longest lag.
        while versions.get(1).is_some_and(|(began_ms, _)| *began_ms <= now_ms.saturating_sub(self.memory_ms)) {
            versions.pop_front();
        }
    }

    /// Returns a document as it was at an instant, or the oldest that is known.
    pub fn at(&self, name: &str, instant_ms: i64) -> Option<Arc<Tables>> {
        let versions = self.versions.get(name)?;
        let found = versions.iter().rev().find(|(began_ms, _)| *began_ms <= instant_ms).or(versions.front());
        found.map(|(_, tables)| Arc::clone(tables))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn version(number: i64) -> Arc<Tables> {
        let mut tables = Tables::default();
        tables.put("T", "k", json!(number));
        Arc::new(tables)
    }

    #[test]
    fn the_youngest_version_that_is_old_enough_is_found() {
        let mut history = History::default();
        history.note("d", &version(0), 1000);
        assert_eq!(history.at("d", 1000), None, "nothing is remembered before the first request for it");
        history.remember_for(300);
        for (number, now_ms) in [(0, 1000), (1, 1100), (2, 1250), (2, 1300)] {
            history.note("d", &version(number), now_ms);
        }
        for (instant_ms, number) in [(500, 0), (1099, 0), (1100, 1), (1249, 1), (1250, 2), (9000, 2)] {
            assert_eq!(history.at("d", instant_ms), Some(version(number)), "{instant_ms}");
        }
        history.note("d", &version(3), 1500);
        assert_eq!(history.at("d", 500), Some(version(1)), "versions beyond the longest lag are forgotten");
        history.remember_for(0);
        assert_eq!(history.at("d", 1500), None);
    }
}
