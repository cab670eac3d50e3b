//! The record of a feature group.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kind::{FEATURE_GROUP, Kind};
use super::store::Record;
use super::transition::Transition;

/// The transitions of a feature group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Step {
    /// Coming up.
    Create,
    /// Taking on other members.
    Update(Box<Value>),
    /// Going away.
    Delete,
}

/// The record of a feature group.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct FeatureGroup {
    /// Its name.
    pub feature_group_name: String,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// Its members as a description has them.
    pub members: Value,
    /// Why it was not created, if so.
    pub failure_reason: Option<String>,
    /// Whether it was ever updated.
    pub updated: bool,
    /// When its throughput was last switched to on demand, in milliseconds since the Unix epoch.
    pub on_demand_ms: Option<i64>,
    /// The transition it is in.
    pub transition: Option<Transition<Step>>,
}

impl Record for FeatureGroup {
    type Step = Step;

    const KIND: Kind = FEATURE_GROUP;

    fn name(&self) -> &str {
        &self.feature_group_name
    }

    fn transition(&self) -> Option<&Transition<Step>> {
        self.transition.as_ref()
    }

    fn settled(mut self, now_ms: i64) -> Option<Self> {
        let Some(transition) = self.transition.take_if(|transition| transition.is_over(now_ms)) else {
            return Some(self);
        };
        self.modified_ms = transition.ends_ms;
        match transition.step {
            Step::Create => {}
            Step::Delete => return None,
            Step::Update(members) => {
                self.members = *members;
                self.updated = true;
            }
        }
        Some(self)
    }
}

impl FeatureGroup {
    /// Returns its status, as long as its transition is not over.
    pub fn status(&self) -> &'static str {
        match self.transition.as_ref().map(|transition| &transition.step) {
            Some(Step::Create) => "Creating",
            Some(Step::Delete) => "Deleting",
            _ if self.failure_reason.is_some() => "CreateFailed",
            Some(Step::Update(_)) | None => "Created",
        }
    }

    /// Returns whether an update is under way.
    pub fn is_updating(&self) -> bool {
        matches!(self.transition.as_ref().map(|transition| &transition.step), Some(Step::Update(_)))
    }
}
