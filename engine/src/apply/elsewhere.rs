//! Resources of this stack that another state records: looked for before an empty state creates anything.

use super::{Deployment, Event, Failure};
use crate::sdk::tagged;
use ebbtide::record::StateDocument;
use ebbtide::resource::{LINEAGE_TAG, Scope};

impl Deployment<'_> {
    /// Refuses to go on from an empty record if the account has resources with the ownership tags of this environment and
    /// stack and of another lineage: another checkout created them, or the state was lost. A look that fails is reported and
    /// does not stop the command, since many credentials lack the permission for it.
    ///
    /// AWS does not return every kind: roles, dashboards and budgets are not found, nor resources of other regions. They are not
    /// looked up by name: the derived names of another state contain its lineage, which is unknown here. ListRoles returns no
    /// tags, so that a search would take a call for each role of the account. Little is lost by that: such resources hold no
    /// data, a stack hardly consists of them alone, and CreateRole refuses a given name that is taken.
    pub async fn check_elsewhere(&self, document: &StateDocument, scope: &Scope) -> Result<(), Failure> {
        if !document.resources.is_empty() || document.run.is_some() {
            return Ok(());
        }
        let found = match tagged(&self.access.aws, scope).await {
            Ok(found) => found,
            Err(error) => {
                (self.on_event)(Event::ElsewhereUnknown { error: error.to_string() });
                return Ok(());
            }
        };
        let foreign = found.into_iter().filter(|(_, tags)| tags.get(LINEAGE_TAG) != Some(&document.lineage));
        let found: Vec<String> = foreign
            .map(|(arn, tags)| match tags.get("ebb:address") {
                Some(address) => format!("{address} ({arn})"),
                None => arn,
            })
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        Err(Failure::Elsewhere { stack: scope.stack.clone(), environment: scope.environment.clone(), found })
    }
}
