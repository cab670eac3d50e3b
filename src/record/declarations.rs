//! The declarations that a document records, as a target for another plan.

use super::document::StateDocument;
use crate::resource::{Address, references};
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
            let referred = references(&inputs).into_iter().map(|reference| reference.address);
            let depends_on = referred.chain(record.depends_on.iter().cloned()).filter(recorded).collect();
            (address.clone(), Declaration { inputs, depends_on, protect: record.protect })
        });
        Declarations { scope: self.scope.clone(), resources: resources.collect(), outputs: self.outputs.clone() }
    }
}
