//! Histories of generated stacks: commands, and the faults that they meet.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use ebbtide::plan::{OperationKind, Target};
use ebbtide_engine::apply::Failure;
use ebbtide_engine::sdk::Hint as _;

use crate::fault::Fault;
use crate::generate::{Piece, declare, draw_pieces, first_pieces};
use crate::random::Random;
use crate::world::{Command, World};

/// Commands on a stack of generated resources, one after the other.
#[derive(Clone, Debug)]
pub struct History {
    pub steps: Vec<Step>,
}

/// One command, and the faults that it meets before it is run without any.
#[derive(Clone, Debug)]
pub struct Step {
    pub target: Target,
    pub pieces: Vec<Piece>,
    pub with_data: bool,
    pub faults: Vec<Fault>,
}

impl History {
    /// Draws the history of a seed.
    pub fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut next = 0;
        let mut pieces: Vec<Piece> = Vec::new();
        let more = |random: &mut Random, pieces: &mut Vec<Piece>, next: &mut u8, count: u64| {
            for _ in 0..count {
                pieces.extend(draw_pieces(random, next));
            }
        };
        pieces.extend(first_pieces(seed, &mut random, &mut next));
        let count = 1 + random.below(6);
        more(&mut random, &mut pieces, &mut next, count);
        let steps = 1 + random.below(4);
        let steps = (0..steps).map(|index| {
            if index > 0 && random.below(2) == 0 {
                pieces.retain(|_| random.below(6) > 0);
                for piece in &mut pieces {
                    if random.below(4) == 0 {
                        piece.variant = random.below(4) as u8;
                    }
                }
                let count = random.below(3);
                more(&mut random, &mut pieces, &mut next, count);
            }
            let target = match random.below(6) {
                _ if index == 0 => Target::Running,
                0..=2 => Target::Running,
                3 | 4 => Target::Paused,
                _ => Target::Destroyed,
            };
            let faults = (0..random.below(3)).map(|_| draw_fault(&mut random)).collect();
            Step { target, pieces: pieces.clone(), with_data: random.below(3) == 0, faults }
        });
        Self { steps: steps.collect() }
    }

    /// Returns the histories that lack one command, fault or piece of this one.
    pub fn shorter(&self) -> Vec<Self> {
        let mut shorter = Vec::new();
        for index in 0..self.steps.len() {
            let mut steps = self.steps.clone();
            steps.remove(index);
            if !steps.is_empty() {
                shorter.push(Self { steps });
            }
            for fault in 0..self.steps[index].faults.len() {
                let mut steps = self.steps.clone();
                steps[index].faults.remove(fault);
                shorter.push(Self { steps });
            }
        }
        let names: BTreeSet<u8> = self.steps.iter().flat_map(|step| &step.pieces).map(|piece| piece.name).collect();
        for name in names {
            let mut steps = self.steps.clone();
            steps.iter_mut().for_each(|step| step.pieces.retain(|piece| piece.name != name));
            shorter.push(Self { steps });
        }
        shorter
    }
}

fn draw_fault(random: &mut Random) -> Fault {
    let (at, seed) = (1 + random.below(60), random.below(1000));
    match random.below(12) {
        0..=2 => Fault::Call { at, acted: false },
        3..=5 => Fault::Call { at, acted: true },
        6 => Fault::Write { at: 1 + at % 12, done: false },
        7 => Fault::Write { at: 1 + at % 12, done: true },
        8 => Fault::FullDisk { from: 1 + at % 8 },
        9 => Fault::Weather(format!("fail=throttle:20%:seed={seed}")),
        10 => Fault::Weather(format!("fail=cut:10%:seed={seed}")),
        _ => Fault::Weather(format!("fail=unavailable:15%:seed={seed}")),
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.steps.iter().enumerate() {
            let pieces: Vec<_> = step.pieces.iter().map(ToString::to_string).collect();
            let faults: Vec<_> = step.faults.iter().map(ToString::to_string).collect();
            let data = if step.with_data { " with data" } else { "" };
            writeln!(f, "  {}. to {}{data}: {}", number + 1, step.target, pieces.join(", "))?;
            if !faults.is_empty() {
                writeln!(f, "     {}", faults.join(", then "))?;
            }
        }
        Ok(())
    }
}

/// Runs a history beside a twin without any faults, and compares after each command.
pub async fn attempt(history: &History) -> Result<(), String> {
    let (world, twin) = (World::new(), World::new());
    for (number, step) in history.steps.iter().enumerate() {
        let at = |wrong: String| format!("command {}: {wrong}", number + 1);
        let Some(declarations) = declare(&step.pieces) else { continue };
        let command = Command {
            target: step.target,
            declarations: Some(Arc::new(declarations)),
            with_data: step.with_data,
            run: BTreeSet::new(),
            components: None,
        };
        // A change that would delete data, say, is refused before anything is touched, in both worlds.
        match twin.plan(&command).await {
            Ok(plan) => twin.fits(&plan).await.map_err(at)?,
            Err(Failure::Plan(refused)) => match world.plan(&command).await {
                Err(Failure::Plan(also)) if also == refused => continue,
                other => return Err(at(format!("refused for one ({refused}), and for the other: {other:?}"))),
            },
            Err(_) => {}
        }
        twin.reaches(&command).await.map_err(|wrong| at(format!("without any fault: {wrong}")))?;
        for fault in &step.faults {
            if let Some(Err(failure)) = world.under(&command, Some(fault)).await.result {
                passes_or_explains(&failure).map_err(|wrong| at(format!("under `{fault}`: {wrong}")))?;
            }
        }
        world.settles(&command, &twin.inventory().await).await.map_err(at)?;
        if step.target == Target::Running {
            world.put_data().await;
            twin.put_data().await;
        }
        settled(&world, &command).await.map_err(at)?;
    }
    Ok(())
}

/// Checks that a command that fails under a fault names the file or call and the way out.
fn passes_or_explains(failure: &Failure) -> Result<(), String> {
    let message = format!("{failure} {}", failure.hint().unwrap_or_default());
    let explained = match failure {
        Failure::State(_) => message.contains(".json") && message.contains("run the same command"),
        Failure::Resource { .. } => message.contains(':'),
        _ => false,
    };
    if explained { Ok(()) } else { Err(format!("this does not help: {message}")) }
}

/// Checks that every recorded resource exists, and that a plan of the same again could be saved and applied.
async fn settled(world: &World, command: &Command) -> Result<(), String> {
    let plan = world.plan(command).await.map_err(|failure| failure.to_string())?;
    world.fits(&plan).await?;
    let forgotten: Vec<_> =
        plan.operations.iter().filter(|o| o.kind() == OperationKind::Forget).map(|o| o.address.to_string()).collect();
    if forgotten.is_empty() { Ok(()) } else { Err(format!("recorded and missing: {}", forgotten.join(", "))) }
}
