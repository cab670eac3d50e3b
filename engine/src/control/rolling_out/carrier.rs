//! The resource that splits the traffic of a roll-out.

use std::sync::Arc;

use serde_json::Value;

use crate::apply::Access;
use crate::providers::DynProvider;
use crate::sdk::{Context, Error};
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;
use ebbtide::rollout::Rollout;

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
