//! Bad weather between here and S3: no update is lost, and nothing is told to be done that is not.

use ebbtide_cloud::FaultInjector;
use ebbtide_engine::state::{StateError, StateStore};

use crate::documents::{RUN, first, next, progress, running};
use crate::world::{KMS, StateLocation, World, holder};

/// Ten commands, each of which opens a run, appends to it and ends it, as far as the weather lets them; each looks first
/// at what is there. What was told to be done is there for the next.
async fn commands(world: &World, state: &StateStore) -> usize {
    let mut done = 0;
    let mut known = 0;
    for command in 0..10 {
        let run = format!("{RUN}-{command}");
        let worked = async {
            let mut writer = state.acquire(holder("a@host")).await?;
            let work = async {
                let mut document = match writer.read().await? {
                    None => first(),
                    Some((document, _)) => {
                        assert!(document.serial >= known, "serial {known} was told to be written: {}", document.serial);
                        next(&document)
                    }
                };
                document.run = None;
                document = running(&document, &run);
                writer.commit(&document).await?;
                known = document.serial;
                for operation in 0..3 {
                    writer.append(&[progress(&run, operation)]).await?;
                }
                let (read, lines) = world_read(world).await?;
                assert_eq!((read.serial, lines), (document.serial, 3));
                document = next(&document);
                document.run = None;
                writer.commit(&document).await?;
                known = document.serial;
                Ok::<_, StateError>(())
            }
            .await;
            writer.release().await;
            work
        }
        .await;
        match worked {
            Ok(()) => done += 1,
            // Not known whether it was done: the next command looks.
            Err(StateError::Aws { .. } | StateError::Conflict { .. } | StateError::Locked { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    done
}

async fn world_read(world: &World) -> Result<(ebbtide::record::StateDocument, usize), StateError> {
    let (document, lines) = world.state().read().await?.expect("there is state");
    Ok((document, lines.len()))
}

async fn survives(spec: &str, at_least: usize) {
    let world = World::new(StateLocation::Bucket, KMS).await;
    let state = world.state();
    world.cloud.faults().install(FaultInjector::from_spec(spec).unwrap());
    let done = commands(&world, &state).await;
    world.cloud.faults().clear();
    assert!(done >= at_least, "{spec}: only {done} of 10 commands were done");
    let now = world.state();
    let serials = now.serials().await.unwrap();
    assert_eq!(serials, (1..=*serials.last().unwrap()).collect::<Vec<_>>(), "{spec}: none is missing");
    for serial in serials {
        let document = now.at(serial).await.unwrap();
        assert_eq!((document.serial, document.resources.len() as u64), (serial, serial), "{spec}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_lost() {
    survives("fail=cut:30%:seed=11", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_throttled() {
    survives("fail=throttle:30%:seed=12", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_fails() {
    survives("fail=unavailable:30%:seed=13", 8).await;
}
