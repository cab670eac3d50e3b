//! The context of an operation on a resource: everything that it needs besides the inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_cloudwatch::types::MetricAlarm;

use super::clients::Aws;
use super::listed::ListReader;
use ebbtide::resource::{Identity, Scope, Tags};

/// The clients and the identity of the resource.
#[derive(Clone, Debug)]
pub struct Context {
    /// The clients.
    pub aws: Arc<Aws>,
    /// Environment, stack, address, generation.
    pub identity: Identity,
    /// Whether a deletion may delete data as well.
    pub include_data: bool,
    /// Whether a running stack goes on without the resource that is deleted.
    pub rest_stays: bool,
    /// The lists of the observation that the resource is read for; `None` outside of one.
    pub listed: Option<ListReader>,
    /// The key of the hashes of secrets, private to the stack's state.
    pub hash_key: String,
}

impl Context {
    /// Returns the tags of a create call: the resource's own and the ownership tags.
    pub fn tags(&self, own: &Tags) -> BTreeMap<String, String> {
        let mut tags = own.clone();
        tags.extend(self.identity.tags());
        tags
    }

    /// Returns all tags of a resource from the list of the observation, ownership tags included; `None` if they have to be asked for.
    pub async fn listed_tags(&self, arn: &str) -> Option<Tags> {
        self.listed.as_ref()?.tags(arn).await
    }

    /// Returns a metric alarm from the list of the observation; `None` if it has to be asked for.
    pub async fn listed_alarm(&self, name: &str) -> Option<MetricAlarm> {
        self.listed.as_ref()?.alarm(name).await
    }

    /// Returns environment, stack, region and account.
    pub fn scope(&self) -> &Scope {
        &self.identity.scope
    }
}
