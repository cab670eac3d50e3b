//! The bounds of capacity that a schedule sets for a while.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::record::{ResourceRecord, StateDocument};
use crate::resource::{Address, KindInfo, Registry};
use crate::schedule::Bounds;

/// Returns the bounds in effect that are not the declared ones: a schedule has set them. A resource that is asleep has none.
pub fn present_capacity(document: &StateDocument, kinds: &Registry) -> BTreeMap<Address, Bounds> {
    let set = |(address, record): (&Address, &ResourceRecord)| {
        let kind = kinds.get(address.kind())?;
        let bounds = bounds_of(&record.inputs, kind.info())?;
        let is_set = !record.is_asleep() && bounds_of(&record.declaration(), kind.info()) != Some(bounds);
        is_set.then(|| (address.clone(), bounds))
    };
    document.resources.iter().filter_map(set).collect()
}

/// Returns the declared bounds of the recorded resources whose capacity a schedule may set.
pub fn declared_capacity(document: &StateDocument, kinds: &Registry) -> BTreeMap<Address, Bounds> {
    let bounded = |(address, record): (&Address, &ResourceRecord)| {
        let kind = kinds.get(address.kind())?;
        Some((address.clone(), bounds_of(&record.declaration(), kind.info())?))
    };
    document.resources.iter().filter_map(bounded).collect()
}

/// Returns inputs with other bounds; `None` if they have these bounds already, or have none.
pub(super) fn with_bounds(inputs: &Value, bounds: Bounds, info: &KindInfo) -> Option<Value> {
    let [min, max] = info.bounds.as_slice() else { return None };
    if bounds_of(inputs, info) == Some(bounds) {
        return None;
    }
    let mut inputs = inputs.clone();
    let fields = inputs.as_object_mut()?;
    fields.insert(min.clone(), bounds.min.into());
    fields.insert(max.clone(), bounds.max.into());
    Some(inputs)
}

fn bounds_of(inputs: &Value, info: &KindInfo) -> Option<Bounds> {
    let [min, max] = info.bounds.as_slice() else { return None };
    let number = |field: &String| u32::try_from(inputs.get(field)?.as_u64()?).ok();
    Some(Bounds { min: number(min)?, max: number(max)? })
}
