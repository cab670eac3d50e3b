//! Managed instance scaling: the instances of a variant follow the copies of its inference components.
//!
//! "Settings that control the range in the number of instances that the endpoint provisions as it scales up or down to
//! accommodate traffic", and the scale-in policy `IDLE_RELEASE` "Releases instances that have no hosted inference component
//! copies" (service model, ProductionVariantManagedInstanceScaling). "In the endpoint configuration […] you've set the
//! MinInstanceCount parameter to 0" for an endpoint without instances (developer guide, "Scale an endpoint to zero instances").
//!
//! AWS documents neither when an instance comes nor when one goes. A report of July 2026 on `ml.g5.xlarge` in us-east-1 has 12
//! minutes from 0 copies to 0 instances, and under two minutes from the alarm of a refused call to the first instance (the skill
//! `hf-cloud-sagemaker-deployment` of Hugging Face, "Measured behaviour").

use std::cmp::Ordering;

use super::component_record::{Component, Deployed, Step as ComponentStep};
use super::endpoint_record::{Endpoint, Step};
use super::fleet::{Fleet, Resize, Variant};
use super::instance_size::Room;
use super::store::Record;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;

/// The words of AWS for a component whose copy fits on no instance (the report of above: `MinMemoryRequiredInMb` of 4096 on
/// `ml.g5.xlarge`, "even when the endpoint has a healthy instance"). This cloud knows no more than the size of instances.
pub const NO_ROOM: &str = "There is not enough hardware resources on the instances for this endpoint to create a copy of the inference component.";

/// Returns the bounds of a variant under managed scaling.
pub fn bounds(variant: &Variant) -> Option<(i64, i64)> {
    let scaling = &variant.declared["ManagedInstanceScaling"];
    if scaling["Status"] != "ENABLED" {
        return None;
    }
    let least = scaling["MinInstanceCount"].as_i64().unwrap_or(1);
    Some((least, scaling["MaxInstanceCount"].as_i64().unwrap_or(i64::MAX).max(least)))
}

/// Lets a new fleet release the instances without copies some time after it has come up.
pub fn begin(fleet: &mut Fleet, from_ms: i64, context: &CallContext<'_>) {
    let ends_ms = from_ms.saturating_add(milliseconds(context.durations.managed_scale_in));
    for variant in &mut fleet.production_variants {
        if let (Some((least, _)), Some(count)) = (bounds(variant), variant.count)
            && count > least
        {
            variant.resize = Some(Resize { begun_ms: from_ms, ends_ms, count: least });
        }
    }
}

/// Gives the variants of a fleet that takes the place of an endpoint's the instances that there are, and lets them follow the
/// copies from the instant at which it has done so.
pub fn keep(endpoint: &Endpoint, next: &mut Fleet, from_ms: i64, context: &CallContext<'_>) -> Result<(), Fault> {
    for variant in &mut next.production_variants {
        let Some((least, most)) = bounds(variant) else { continue };
        let Some(before) = endpoint.fleet.find(&variant.variant_name) else { continue };
        variant.count = before.count.map(|count| count.max(least).min(most));
        variant.resize.clone_from(&before.resize);
        let parts = wanted_parts(endpoint, &variant.variant_name, context)?;
        resize(variant, &parts, from_ms, context);
    }
    Ok(())
}

/// Returns whether the copies of a deployment, beside those of all other components of its variant, have room on the instances
/// that there can be.
pub fn has_room(
    component: &str,
    deployed: &Deployed,
    (endpoint, variant): (&Endpoint, &str),
    context: &CallContext<'_>,
) -> Result<bool, Fault> {
    let Some(variant) = endpoint.fleet.find(variant) else { return Ok(true) };
    let Some(room) = variant.instance_type().and_then(Room::of) else { return Ok(true) };
    let mut parts = parts_of(deployed);
    for other in of_variant(endpoint, &variant.variant_name, context)? {
        if other.inference_component_name != component {
            parts.extend(wanted(&other).map(parts_of).unwrap_or_default());
        }
    }
    let most = bounds(variant).map_or(variant.count, |(_, most)| Some(most)).unwrap_or(i64::MAX);
    Ok(room.instances_for(&parts).is_some_and(|needed| needed <= most))
}

/// Brings the instances of a variant to the number that the copies of its components need. Copies that go are gone at
/// `copies_ms`. Returns whether instances have to come first.
pub fn follow(
    endpoint_name: &str,
    variant_name: &str,
    copies_ms: i64,
    context: &mut CallContext<'_>,
) -> Result<bool, Fault> {
    // An endpoint that was deleted before its components has no instances.
    let Ok(mut endpoint) = Endpoint::find(context, endpoint_name) else { return Ok(false) };
    let parts = wanted_parts(&endpoint, variant_name, context)?;
    let next = match endpoint.transition.as_mut().map(|transition| &mut transition.step) {
        Some(Step::Update(next) | Step::Rescale(next)) => Some(next),
        _ => None,
    };
    let fleets = [Some(&mut endpoint.fleet), next.map(Box::as_mut)];
    let variants = fleets.into_iter().flatten().flat_map(|fleet| &mut fleet.production_variants);
    let mut comes = false;
    for variant in variants.filter(|variant| variant.variant_name == variant_name) {
        comes |= resize(variant, &parts, copies_ms, context);
    }
    endpoint.save(context)?;
    Ok(comes)
}

/// Brings a variant to the instances that copies need. Returns whether some have to come.
fn resize(variant: &mut Variant, parts: &[Room], copies_ms: i64, context: &CallContext<'_>) -> bool {
    let (Some((least, most)), Some(count)) = (bounds(variant), variant.count) else { return false };
    let needed = match variant.instance_type().and_then(Room::of) {
        Some(room) => room.instances_for(parts).unwrap_or(most),
        None => i64::from(!parts.is_empty()),
    };
    let needed = needed.max(least).min(most);
    let until = |from_ms: i64, takes| from_ms.saturating_add(milliseconds(takes));
    variant.resize = match needed.cmp(&count) {
        Ordering::Greater => {
            // Instances that come already are not ordered again.
            let before = variant.resize.take().filter(|before| before.count == needed);
            let ends_ms = until(context.now_ms, context.durations.endpoint_rescale);
            Some(before.unwrap_or(Resize { begun_ms: context.now_ms, ends_ms, count: needed }))
        }
        Ordering::Less => {
            let ends_ms = until(copies_ms, context.durations.managed_scale_in);
            Some(Resize { begun_ms: context.now_ms, ends_ms, count: needed })
        }
        Ordering::Equal => None,
    };
    needed > count
}

fn wanted_parts(endpoint: &Endpoint, variant: &str, context: &CallContext<'_>) -> Result<Vec<Room>, Fault> {
    let components = of_variant(endpoint, variant, context)?;
    Ok(components.iter().filter_map(wanted).flat_map(parts_of).collect())
}

fn of_variant(endpoint: &Endpoint, variant: &str, context: &CallContext<'_>) -> Result<Vec<Component>, Fault> {
    let mut components = Component::all(context)?;
    components.retain(|one| one.endpoint_name == endpoint.endpoint_name && one.variant_name == variant);
    Ok(components)
}

/// Returns the deployment that a component is to have; none if it goes, or cannot come up.
fn wanted(component: &Component) -> Option<&Deployed> {
    let wanted = match component.transition.as_ref().map(|transition| &transition.step) {
        Some(ComponentStep::Delete) => return None,
        Some(ComponentStep::Update(next)) if next.fails.is_none() => next,
        _ => &component.deployed,
    };
    Some(wanted).filter(|wanted| wanted.fails.is_none())
}

/// Returns the part of an instance that each copy takes. An adapter runs in its base.
fn parts_of(deployed: &Deployed) -> Vec<Room> {
    let specification = match deployed.specifications.get(0) {
        Some(first) => first,
        None => &deployed.specification,
    };
    let needs = &specification["ComputeResourceRequirements"];
    let number = |member: &str| needs[member].as_f64().unwrap_or_default();
    let part = Room {
        accelerators: number("NumberOfAcceleratorDevicesRequired"),
        cores: number("NumberOfCpuCoresRequired"),
        memory_mb: number("MinMemoryRequiredInMb"),
    };
    let copies = usize::try_from(deployed.copies.unwrap_or_default()).unwrap_or_default();
    vec![part; copies]
}
