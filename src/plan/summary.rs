//! Counts of operations.

use serde::{Deserialize, Serialize};

use super::{Operation, OperationKind};

/// How many resources a plan creates, updates, …; a replacement counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Created.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Put to sleep: deleted, to be brought back by a resume.
    #[serde(default)]
    pub sleep: usize,
    /// Dropped from the record.
    #[serde(default)]
    pub forget: usize,
    /// Jobs that are run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub run: usize,
    /// Jobs whose end is waited for.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub watch: usize,
    /// Left as they are.
    pub unchanged: usize,
}

impl Summary {
    /// Counts one more operation.
    pub fn count(&mut self, operation: &Operation) {
        match operation.kind() {
            OperationKind::Create => self.create += 1,
            OperationKind::Update => self.update += 1,
            OperationKind::Replace => self.replace += 1,
            OperationKind::Delete if operation.is_superseded() => {}
            OperationKind::Delete => self.delete += 1,
            OperationKind::Sleep => self.sleep += 1,
            OperationKind::Forget => self.forget += 1,
            OperationKind::Run => self.run += 1,
            OperationKind::Watch => self.watch += 1,
        }
    }

    /// Adds the operations of an earlier run toward the same target. A resource that both runs left as it is counts once.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        Self {
            create: earlier.create + self.create,
            update: earlier.update + self.update,
            replace: earlier.replace + self.replace,
            delete: earlier.delete + self.delete,
            sleep: earlier.sleep + self.sleep,
            forget: earlier.forget + self.forget,
            run: earlier.run + self.run,
            watch: earlier.watch + self.watch,
            unchanged: earlier.unchanged,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
