//! What was declared at an earlier serial, as a declaration to plan toward.

use crate::engine::state::StateError;
use crate::record::Snapshot;
use crate::resource::{Address, OnPause, references};
use crate::stack::{Declaration, Declarations};

/// The declaration that a document records: what was declared of each resource, references and all. Whoever applies it
/// brings back what was declared then; ids and other outputs are those of now.
///
/// Resources that were still there although they were no longer declared (since they hold data) are declared by it.
pub fn declared_at(snapshot: &Snapshot) -> Result<Declarations, StateError> {
    if snapshot.resources.is_empty() {
        let (place, serial) = (format!("the state of {}", snapshot.scope.stack), snapshot.serial);
        let why = format!("serial {serial} records no resources; `ebb destroy` leads there");
        return Err(StateError::NotMoved { place, why });
    }
    let recorded = |address: &Address| snapshot.resources.contains_key(address);
    let resources = snapshot.resources.iter().map(|(address, entry)| {
        let inputs = entry.declaration();
        let referred = references(&inputs).into_iter().map(|reference| reference.address);
        let depends_on = referred.chain(entry.depends_on.iter().cloned()).filter(recorded).collect();
        // It is asked only for what a running stack shall be; a pause asks the stack's own code.
        let declaration = Declaration { inputs, paused: OnPause::Keep, depends_on, protect: entry.protect };
        (address.clone(), declaration)
    });
    Ok(Declarations {
        scope: snapshot.scope.clone(),
        resources: resources.collect(),
        outputs: snapshot.outputs.clone(),
    })
}
