//! Lists of one observation: calls that show many resources at once, in place of one call for each.
//!
//! A list may lag behind, and the credentials may not be allowed to ask for it. So a list only confirms: a resource that it does not have, or has
//! otherwise than recorded, is read by calls of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm};
use aws_sdk_resourcegroupstagging::types::TagFilter;
use tokio::sync::OnceCell;

use super::call::{CallName, required};
use super::clients::Aws;
use super::error::Error;
use ebbtide::resource::{Scope, Tags};

/// The most names in one call of `DescribeAlarms` (CloudWatch's API reference).
const ALARMS_AT_ONCE: usize = 100;

/// The lists of one observation of a stack. Each is asked for once, by the first resource that needs it.
#[derive(Debug)]
pub struct Listed {
    aws: Arc<Aws>,
    scope: Scope,
    alarm_names: Vec<String>,
    tags: OnceCell<Option<BTreeMap<String, Tags>>>,
    alarms: OnceCell<Option<BTreeMap<String, MetricAlarm>>>,
}

impl Listed {
    /// Creates the lists of a stack with these recorded alarms. Asks for nothing yet.
    pub fn new(aws: &Arc<Aws>, scope: &Scope, alarm_names: Vec<String>) -> Self {
        let (aws, scope) = (Arc::clone(aws), scope.clone());
        Self { aws, scope, alarm_names, tags: OnceCell::new(), alarms: OnceCell::new() }
    }

    /// Returns all tags of a resource; `None` if the list does not have it.
    async fn tags(&self, arn: &str) -> Option<Tags> {
        let listed = self.tags.get_or_init(async || tagged(&self.aws, &self.scope).await.ok()).await;
        listed.as_ref()?.get(arn).cloned()
    }

    /// Returns a metric alarm; `None` if the list does not have it.
    async fn alarm(&self, name: &str) -> Option<MetricAlarm> {
        // One alarm takes one call either way.
        if self.alarm_names.len() < 2 {
            return None;
        }
        let listed = self.alarms.get_or_init(async || alarms(&self.aws, &self.alarm_names).await.ok()).await;
        listed.as_ref()?.get(name).cloned()
    }
}

/// The lists of an observation as one read uses them.
#[derive(Clone, Debug)]
pub struct ListReader {
    listed: Arc<Listed>,
    is_used: Arc<AtomicBool>,
}

impl ListReader {
    /// Creates a reader of these lists that has read nothing yet.
    pub fn new(listed: &Arc<Listed>) -> Self {
        Self { listed: Arc::clone(listed), is_used: Arc::default() }
    }

    /// Returns whether a list was read from, so that the lists may be behind.
    pub fn is_used(&self) -> bool {
        self.is_used.load(Ordering::Relaxed)
    }

    /// Returns all tags of a resource; `None` if the list does not have it.
    pub(super) async fn tags(&self, arn: &str) -> Option<Tags> {
        self.noted(self.listed.tags(arn).await)
    }

    /// Returns a metric alarm; `None` if the list does not have it.
    pub(super) async fn alarm(&self, name: &str) -> Option<MetricAlarm> {
        self.noted(self.listed.alarm(name).await)
    }

    fn noted<T>(&self, found: Option<T>) -> Option<T> {
        self.is_used.fetch_or(found.is_some(), Ordering::Relaxed);
        found
    }
}

/// Returns the resources in the region with the tags of an environment and stack, by ARN, with their tags.
pub async fn tagged(aws: &Aws, scope: &Scope) -> Result<BTreeMap<String, Tags>, Error> {
    let filter = |key: &str, value: &str| TagFilter::builder().key(key).values(value).build();
    let pages = aws.resourcegroupstagging().get_resources();
    let pages =
        pages.tag_filters(filter("ebb:environment", &scope.environment)).tag_filters(filter("ebb:stack", &scope.stack));
    let mut resources = pages.into_paginator().items().send();
    let mut found = BTreeMap::new();
    while let Some(resource) = resources.next().await {
        let resource = resource.named("tag:GetResources")?;
        let tags = resource.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        found.insert(required(resource.resource_arn, "ResourceARN")?, tags);
    }
    Ok(found)
}

async fn alarms(aws: &Aws, names: &[String]) -> Result<BTreeMap<String, MetricAlarm>, Error> {
    let mut found = BTreeMap::new();
    for names in names.chunks(ALARMS_AT_ONCE) {
        let describe = aws.cloudwatch().describe_alarms().set_alarm_names(Some(names.to_vec()));
        let describe = describe.alarm_types(AlarmType::MetricAlarm).max_records(100);
        let described = describe.send().await.named("cloudwatch:DescribeAlarms")?;
        let alarms = described.metric_alarms.unwrap_or_default();
        found.extend(alarms.into_iter().filter_map(|alarm| Some((alarm.alarm_name.clone()?, alarm))));
    }
    Ok(found)
}
