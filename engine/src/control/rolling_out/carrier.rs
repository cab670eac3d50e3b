//! The resource that splits the traffic of a roll-out.

use std::sync::Arc;

use serde_json::Value;

use crate::apply::Access;
use crate::environment::{did_you_mean, nearest};
use crate::providers::DynProvider;
use crate::sdk::{Context, Error};
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Share};
use ebbtide::rollout::{Rollout, Rules};

/// The resource that splits the traffic of a roll-out, as it is recorded.
pub struct Carrier {
    /// Its address.
    pub address: Address,
    /// Its generation.
    pub generation: u32,
    id: String,
    inputs: Value,
    to: Option<String>,
    context: Context,
    provider: Arc<dyn DynProvider>,
}

/// The reasons why a stack has no resource to roll out by.
#[derive(Debug, thiserror::Error)]
pub enum CarrierError {
    /// None splits traffic.
    #[error(
        "nothing in it splits traffic between two sides: declare a second variant of an endpoint, or a canary of a stage"
    )]
    None,
    /// Several split traffic.
    #[error("several of its resources can split traffic: name one with `of` below [stacks.NAME.rollout] ({0})")]
    Several(String),
    /// The named one is not recorded, or splits no traffic.
    #[error("{address} splits no traffic of it{near}")]
    Unfit {
        /// The named resource.
        address: Address,
        /// The most similar one that does.
        near: String,
    },
    /// It is asleep.
    #[error("{0} is asleep: the stack has to run")]
    Asleep(Address),
}

/// Returns the address of the resource that splits the traffic of a stack, by the rules of its roll-out.
pub fn carrier(document: &StateDocument, kinds: &Registry, rules: &Rules) -> Result<Address, CarrierError> {
    let able: Vec<&Address> = document.resources.keys().filter(|address| can_split(document, kinds, address)).collect();
    match &rules.of {
        Some(of) if able.contains(&of) => Ok(of.clone()),
        Some(of) => {
            let known: Vec<String> = able.iter().map(ToString::to_string).collect();
            let near = did_you_mean(nearest(&of.to_string(), known.iter().map(String::as_str)));
            Err(CarrierError::Unfit { address: of.clone(), near })
        }
        None => match able.as_slice() {
            [] => Err(CarrierError::None),
            [one] => Ok((*one).clone()),
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(CarrierError::Several(names.join(", ")))
            }
        },
    }
}

/// Returns whether a recorded resource may split traffic: its declaration has a second side, or AWS may have one.
fn can_split(document: &StateDocument, kinds: &Registry, address: &Address) -> bool {
    let Some(kind) = kinds.get(address.kind()) else { return false };
    let Some(record) = document.resources.get(address) else { return false };
    match &kind.info().share {
        None => false,
        Some(Share::AtRunTime) => true,
        Some(Share::Field(path)) => record.inputs.pointer(&format!("/{path}")).is_some_and(|share| !share.is_null()),
    }
}

impl Carrier {
    /// Returns the recorded resource; `None` if it is not recorded, or asleep.
    pub fn recorded(access: &Access, document: &StateDocument, rollout: &Rollout) -> Option<Self> {
        Self::of(access, document, &rollout.of, rollout.to.as_deref())
    }

    /// Returns a recorded resource that splits traffic; `None` if it is not recorded, or asleep.
    pub fn of(access: &Access, document: &StateDocument, address: &Address, to: Option<&str>) -> Option<Self> {
        let record = document.resources.get(address)?;
        let generation = record.generation;
        Some(Self {
            address: address.clone(),
            generation,
            id: record.id.clone()?,
            inputs: record.inputs.clone(),
            to: to.map(str::to_owned),
            context: access.context(document, address, generation),
            provider: access.providers.get(address.kind())?.provider,
        })
    }

    /// Returns the percentage that the new side gets in AWS; `None` if nothing splits the traffic.
    pub async fn share(&self) -> Result<Option<f64>, Error> {
        self.provider.share(&self.context, &self.id, &self.inputs, self.to.as_deref()).await
    }

    /// Gives the new side a percentage of traffic.
    pub async fn set_share(&self, percent: u8) -> Result<(), Error> {
        self.provider.set_share(&self.context, &self.id, &self.inputs, self.to.as_deref(), percent).await
    }
}
