//! What a look at AWS found.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::hash_of;
use crate::record::Entry;
use crate::resource::{Address, LiveState, Readiness};

/// What a look at AWS found for one recorded resource.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// It exists.
    There(Box<LiveState>),
    /// It does not exist.
    Gone,
}

/// What a look at AWS found, by address. A resource that is missing here is as it is recorded, or nobody looked.
#[derive(Clone, Debug, Default)]
pub struct Observation(pub BTreeMap<Address, Seen>);

impl Observation {
    /// Notes what was seen of a recorded resource. What is ready, as recorded, and says nothing more needs no note: large
    /// stacks are mostly that.
    pub fn note(&mut self, address: &Address, recorded: &Entry, seen: Seen) {
        let as_recorded = match &seen {
            Seen::Gone => false,
            Seen::There(observed) => {
                !recorded.pending
                    && observed.readiness == Readiness::Ready
                    && observed.data.is_none()
                    && observed.pause_snapshot.is_none()
                    && observed.inputs == recorded.inputs
                    && observed.outputs == recorded.outputs
            }
        };
        if !as_recorded {
            self.0.insert(address.clone(), seen);
        }
    }

    /// What was seen of a resource that is not as recorded.
    pub fn get(&self, address: &Address) -> Option<&Seen> {
        self.0.get(address)
    }

    /// A hash over all that a plan depends on; equal observations hash alike.
    pub fn hash(&self) -> String {
        #[derive(Serialize)]
        struct Facts<'a> {
            inputs: &'a serde_json::Value,
            ready: bool,
            holds: bool,
        }
        let facts: BTreeMap<&Address, Option<Facts<'_>>> = self
            .0
            .iter()
            .map(|(address, seen)| {
                let facts = match seen {
                    Seen::Gone => None,
                    Seen::There(observed) => Some(Facts {
                        inputs: &observed.inputs,
                        ready: observed.readiness == Readiness::Ready,
                        holds: observed.data.is_some(),
                    }),
                };
                (address, facts)
            })
            .collect();
        hash_of(&facts)
    }
}
