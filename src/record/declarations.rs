//! The declarations that a document records, as a target for another plan.

use super::document::StateDocument;
use crate::resource::{Address, dependencies};
use crate::stack::{Declaration, Declarations};

impl StateDocument {
    /// Returns the declarations that this document records, references included. Applying them restores the resources as
    /// they were declared then; ids and other outputs are new.
    ///
    /// Resources that were no longer declared and still existed, because they hold data, are among them.
    pub fn declarations(&self) -> Declarations {
        let recorded = |address: &Address| self.resources.contains_key(address);
        let resources = self.resources.iter().map(|(address, record)| {
            let inputs = record.declaration();
            let depends_on = dependencies(&inputs).into_iter().chain(record.depends_on.iter().cloned());
            let depends_on = depends_on.filter(recorded).collect();
            (address.clone(), Declaration { inputs, depends_on, protect: record.protect })
        });
        Declarations {
            scope: self.scope.clone(),
            resources: resources.collect(),
            outputs: self.outputs.clone(),
            violations: Vec::new(),
        }
    }
}
