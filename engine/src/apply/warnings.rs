//! Warnings about declarations, and resources that are over: their time has passed, so a plan sends nothing of them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use crate::providers::Providers;
use ebbtide::plan::Plan;
use ebbtide::resource::{Address, references};
use ebbtide::stack::Declarations;

/// A warning about a declared resource. The command goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The resource; `None` if it is about the whole stack.
    pub address: Option<Address>,
    /// The policy that is violated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The warning.
    pub message: String,
    /// Advice on what to do next.
    pub hint: String,
}

/// Returns the warnings about declared resources at a time.
pub fn warnings(providers: &Providers, declarations: &Declarations, now: Timestamp) -> Vec<Warning> {
    Remarks::on(providers, declarations, now).warnings
}

/// The remarks of all kinds on a declared stack.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    pub(super) warnings: Vec<Warning>,
    /// The resources that are over.
    over: BTreeSet<Address>,
}

impl Remarks {
    /// Collects the remarks on the declared resources.
    pub(super) fn on(providers: &Providers, declarations: &Declarations, now: Timestamp) -> Self {
        let mut remarks = Self::default();
        for (address, declaration) in &declarations.resources {
            let Some(kind) = providers.get(address.kind()) else { continue };
            for remark in kind.provider.remarks(&declaration.inputs, now) {
                if remark.is_over {
                    remarks.over.insert(address.clone());
                }
                let (message, hint) = (remark.message, remark.hint);
                let address = Some(address.clone());
                remarks.warnings.push(Warning { address, policy: None, message, hint });
            }
        }
        remarks.warnings.extend(declarations.violations.iter().map(|violation| {
            let address: Option<Address> = violation.at.parse().ok();
            let message = match &address {
                Some(_) => violation.message.clone(),
                None => format!("stack {} {}", violation.at, violation.message),
            };
            Warning { address, policy: Some(violation.policy.clone()), message, hint: violation.hint.clone() }
        }));
        // A resource that others refer to has to be there.
        let outputs = declarations.outputs.iter().flat_map(|(_, value)| references(value));
        let used: BTreeSet<Address> = outputs.map(|reference| reference.address).collect();
        let depends = |address: &Address| {
            declarations.resources.values().any(|declaration| declaration.depends_on.contains(address))
        };
        remarks.over.retain(|address| !used.contains(address) && !depends(address));
        remarks
    }

    /// Returns the declarations without those resources that are over and that a plan would create or change; `None` if there
    /// are none.
    pub(super) fn without_over(&self, declarations: &Declarations, plan: &Plan) -> Option<Declarations> {
        let sent = plan.operations.iter().filter(|operation| operation.upsert().is_some());
        let over: BTreeSet<&Address> =
            sent.map(|operation| &operation.address).filter(|address| self.over.contains(*address)).collect();
        let mut rest = declarations.clone();
        rest.resources.retain(|address, _| !over.contains(address));
        (rest.resources.len() < declarations.resources.len()).then_some(rest)
    }
}

/// Returns the first resource that a plan would create or change and that is over by now. Those that others refer to are sent
/// knowingly.
pub(super) fn over_by_now<'p>(providers: &Providers, plan: &'p Plan, now: Timestamp) -> Option<&'p Address> {
    let is_used = |address: &Address| {
        let outputs = plan.outputs.iter().flat_map(|(_, value)| references(value));
        let mut upserts = plan.operations.iter().filter_map(|operation| operation.upsert());
        outputs.map(|reference| reference.address).any(|other| other == *address)
            || upserts.any(|upsert| upsert.dependencies.contains(address))
    };
    let is_over = |address: &Address, inputs| {
        let remarks = providers.get(address.kind()).map(|kind| kind.provider.remarks(inputs, now));
        remarks.unwrap_or_default().iter().any(|remark| remark.is_over)
    };
    let mut sent = plan.operations.iter().filter_map(|operation| Some((&operation.address, operation.upsert()?)));
    sent.find(|(address, upsert)| is_over(address, &upsert.inputs) && !is_used(address)).map(|(address, _)| address)
}
