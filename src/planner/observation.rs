//! The observation of AWS that a plan is made from.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::plan::hash_of;
use crate::record::{ResourceRecord, StateDocument};
use crate::resource::{Address, LiveState, Readiness};

/// The observation of one recorded resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// It exists.
    Present(Box<LiveState>),
    /// It does not exist.
    Missing,
}

/// The observations by address. A resource that is missing here is as recorded, or was not looked at.
#[derive(Clone, Debug, Default)]
pub struct Observation(pub BTreeMap<Address, Observed>);

impl Observation {
    /// Adds the observation of a recorded resource, unless it is ready and as recorded: most of a large stack is.
    pub fn note(&mut self, address: &Address, recorded: &ResourceRecord, observed: Observed) {
        let holds_data = matches!(&observed, Observed::Present(live) if live.data.is_some());
        if holds_data || !is_as_recorded(&observed, recorded) {
            self.0.insert(address.clone(), observed);
        }
    }

    /// Returns the observation of a resource that is not as recorded.
    pub fn get(&self, address: &Address) -> Option<&Observed> {
        self.0.get(address)
    }

    /// Returns a hash over everything that differs from the record, but for data, which is asked about only where a plan would delete it:
    /// a resource that is as recorded counts alike whether it was asked or not. Equal observations hash alike.
    pub fn hash(&self, document: &StateDocument) -> String {
        #[derive(Serialize)]
        struct Facts<'a> {
            inputs: &'a Value,
            ready: bool,
        }
        let facts: BTreeMap<&Address, Option<Facts<'_>>> = self
            .0
            .iter()
            .filter(|(address, observed)| {
                document.resources.get(*address).is_none_or(|recorded| !is_as_recorded(observed, recorded))
            })
            .map(|(address, observed)| {
                let facts = match observed {
                    Observed::Missing => None,
                    Observed::Present(live) => {
                        Some(Facts { inputs: &live.inputs, ready: live.readiness == Readiness::Ready })
                    }
                };
                (address, facts)
            })
            .collect();
        hash_of(&facts)
    }
}

/// Returns whether a resource is ready and as recorded, whatever data it holds.
fn is_as_recorded(observed: &Observed, recorded: &ResourceRecord) -> bool {
    let Observed::Present(live) = observed else { return false };
    !recorded.pending
        && live.readiness == Readiness::Ready
        && live.pause_snapshot.is_none()
        && live.inputs == recorded.inputs
        && live.outputs == recorded.outputs
}

/// Returns the inputs that a resource has now: as observed, or as recorded if it is as recorded.
pub(super) fn current_inputs<'a>(record: Option<&'a ResourceRecord>, observed: Option<&'a Observed>) -> Cow<'a, Value> {
    match (record, observed) {
        (Some(_), Some(Observed::Present(live))) => Cow::Borrowed(&live.inputs),
        (Some(record), None) => Cow::Borrowed(&record.inputs),
        (Some(_), Some(Observed::Missing)) | (None, _) => Cow::Owned(Value::Object(Map::new())),
    }
}
