//! Faults of the network and of S3: no update is lost, and nothing is reported as done that is not.

use ebbtide_cloud::FaultInjector;
use ebbtide_engine::state::{StateError, StateStore};

use crate::documents::{RUN, first, journal_entry, next, running};
use crate::world::{KMS, Location, World, owner};

/// Runs ten commands, each of which reads the state, opens a run, appends to it and ends it, unless a fault stops it. Every
/// commit that was reported as done must be there for the next command. Returns the number of commands that were done.
async fn commands(world: &World, state: &StateStore) -> usize {
    let mut done = 0;
    let mut known = 0;
    for command in 0..10 {
        let run = format!("{RUN}-{command}");
        let worked = async {
            let mut writer = state.acquire(owner("a@host")).await?;
            let work = async {
                let mut document = match writer.read().await? {
                    None => first(),
                    Some((document, _)) => {
                        assert!(
                            document.serial >= known,
                            "serial {known} was reported as written: {}",
                            document.serial
                        );
                        next(&document)
                    }
                };
                document.run = None;
                document = running(&document, &run);
                writer.commit(&document).await?;
                known = document.serial;
                for operation in 0..3 {
                    writer.append(&[journal_entry(&run, operation)]).await?;
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
            // Whether it was done is unknown: the next command reads the state.
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
    let world = World::new(Location::Bucket, KMS).await;
    let state = world.state();
    world.cloud.faults().install(FaultInjector::from_spec(spec).unwrap());
    let done = commands(&world, &state).await;
    world.cloud.faults().clear();
    assert!(done >= at_least, "{spec}: only {done} of 10 commands were done");
    let now = world.state();
    let serials = now.serials().await.unwrap();
    assert_eq!(serials, (1..=*serials.last().unwrap()).collect::<Vec<_>>(), "{spec}: no serial is missing");
    for serial in serials {
        let document = now.at(serial).await.unwrap();
        assert_eq!((document.serial, document.resources.len() as u64), (serial, serial), "{spec}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_lose_no_update() {
    survives("fail=cut:30%:seed=11", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_calls_lose_no_update() {
    survives("fail=throttle:30%:seed=12", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_service_loses_no_update() {
    survives("fail=unavailable:30%:seed=13", 8).await;
}
