//! The records that depend on a record, found without a walk over all of them.

use std::collections::{BTreeSet, HashMap};

use super::document::StateDocument;
use crate::resource::Address;

/// The addresses whose records name another address as a dependency. It may list more than the document has by now.
#[derive(Debug, Default)]
pub(super) struct Dependents(HashMap<Address, Vec<Address>>);

impl Dependents {
    /// Indexes all records of a document, earlier generations included.
    pub(super) fn of(document: &StateDocument) -> Self {
        let mut index = Self::default();
        for (address, record) in &document.resources {
            index.add(address, &record.depends_on);
            record.deposed.iter().for_each(|deposed| index.add(address, &deposed.depends_on));
        }
        index
    }

    /// Notes the dependencies of a record.
    pub(super) fn add(&mut self, address: &Address, dependencies: &BTreeSet<Address>) {
        for dependency in dependencies {
            self.0.entry(dependency.clone()).or_default().push(address.clone());
        }
    }

    /// Removes an address from the dependencies of all records: a resource that stays although it used this one (a route to
    /// nowhere now) does not depend on it any more, and keeps the values that it had.
    pub(super) fn forget(&mut self, document: &mut StateDocument, gone: &Address) {
        for dependent in self.0.remove(gone).unwrap_or_default() {
            let Some(record) = document.resources.get_mut(&dependent) else { continue };
            if record.depends_on.remove(gone) {
                record.declared.forget(gone);
            }
            for deposed in &mut record.deposed {
                deposed.depends_on.remove(gone);
            }
        }
    }
}
