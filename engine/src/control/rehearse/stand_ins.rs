//! Stand-ins for objects and images that a stack needs and does not make.

use ebbtide_cloud::Cloud;

use super::error::RehearsalError;
use crate::apply::{Failure, Goal, LockedDeployment, MissingThings};
use crate::providers::StandIn;
use ebbtide::planner::hold_back;

/// The content of a stand-in.
const CONTENT: &str = "A stand-in of a rehearsal.\n";

/// Applies the stack without the resources that need something that is missing.
pub(super) async fn without(
    locked: &mut LockedDeployment<'_>,
    goal: Goal<'_>,
    missing: &MissingThings,
) -> Result<(), RehearsalError> {
    let Some(declarations) = goal.declarations else { return Ok(()) };
    let resources = missing.keys().cloned().collect();
    let (rest, _) = hold_back(declarations, locked.document(), &resources).map_err(Failure::Problems)?;
    let plan = locked.plan(Goal { declarations: Some(&rest), ..goal }).await?.plan;
    let finished = locked.execute(&plan).await?;
    match finished.success {
        true => Ok(()),
        false => Err(RehearsalError::NotUp(format!("{} operations failed", finished.failed))),
    }
}

/// Puts a stand-in for each missing object and image into the cloud.
pub(super) async fn bring(cloud: &Cloud, region: &str, missing: &MissingThings) -> Result<(), RehearsalError> {
    for (address, missing) in missing.iter().flat_map(|(address, all)| all.iter().map(move |one| (address, one))) {
        let put = match &missing.stand_in {
            StandIn::None => return Err(RehearsalError::NotUp(format!("{address}: {}", missing.problem))),
            StandIn::Object(uri) => cloud.put_object(region, uri, CONTENT).await,
            StandIn::Image(uri) => cloud.put_image(uri).await,
        };
        put.map_err(|error| RehearsalError::NotUp(format!("{address}: {}: {error}", missing.problem)))?;
    }
    Ok(())
}
