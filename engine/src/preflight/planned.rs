//! The plan that is checked.

use jiff::Timestamp;

use ebbtide::plan::Plan;
use ebbtide::record::StateDocument;

/// A plan, the document that it was made from, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The document.
    pub document: &'a StateDocument,
    /// The present.
    pub now: Timestamp,
    /// Whether the plan is only shown, so that others may carry it out.
    pub is_shown: bool,
}
