//! Resources of this stack that another state records: looked for before an empty state creates anything.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::types::TagFilter;

use super::{Deployment, Event, Failure};
use crate::sdk::{CallName, Error, required};
use ebbtide::record::StateDocument;
use ebbtide::resource::{LINEAGE_TAG, Scope, Tags};

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
        let found = match self.tagged(scope).await {
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

    /// Returns the resources in the region with the tags of an environment and stack, by ARN, with their tags.
    async fn tagged(&self, scope: &Scope) -> Result<BTreeMap<String, Tags>, Error> {
        let filter = |key: &str, value: &str| TagFilter::builder().key(key).values(value).build();
        let pages = self.access.aws.resourcegroupstagging().get_resources();
        let pages = pages
            .tag_filters(filter("ebb:environment", &scope.environment))
            .tag_filters(filter("ebb:stack", &scope.stack));
        let mut resources = pages.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(resource) = resources.next().await {
            let resource = resource.named("tag:GetResources")?;
            let tags = resource.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
            found.insert(required(resource.resource_arn, "ResourceARN")?, tags);
        }
        Ok(found)
    }
}
