//! Histories drawn at random. `EBB_FAULT_RUNS` sets their number (twice the number of kinds in the suite), `EBB_FAULT_SEED` the first one.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::generate::{BEGINNINGS, declare};
use crate::graphs::{History, attempt};
use crate::shrink::shrink;

/// The number of histories that the suite draws: each kind begins two.
const IN_THE_SUITE: u64 = 2 * BEGINNINGS;

/// A history mostly waits: before it tries something again, and for the disk.
const AT_ONCE: usize = 8;

/// Numbers that are the same for the same seed: SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Draws a number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_history_with_any_faults_converges() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let runs = number("EBB_FAULT_RUNS").unwrap_or(IN_THE_SUITE);
    let first = number("EBB_FAULT_SEED").unwrap_or(1);
    let mut waiting = first..first + runs;
    let mut running = JoinSet::new();
    let (mut done, mut commands, mut faults, mut kinds) = (0, 0, 0, BTreeSet::new());
    loop {
        while running.len() < AT_ONCE
            && let Some(seed) = waiting.next()
        {
            let history = History::draw(seed);
            if runs == 1 {
                println!("{history}");
            }
            for step in &history.steps {
                (commands, faults) = (commands + 1, faults + step.faults.len());
                let declared = declare(&step.pieces).map(|declarations| declarations.resources).unwrap_or_default();
                kinds.extend(declared.into_keys().map(|address| address.kind().to_owned()));
            }
            running.spawn(async move { (seed, attempt(&history).await) });
        }
        let Some(ended) = running.join_next().await else { break };
        let (seed, result) = ended.expect("an experiment");
        if let Err(wrong) = result {
            running.abort_all();
            eprintln!("seed {seed}: {wrong}\nLooking for the shortest history that shows it");
            let (shortest, wrong) = shrink(History::draw(seed), wrong).await;
            panic!(
                "seed {seed}: {wrong}\nThe shortest history that shows it:\n{shortest}\nAgain: EBB_FAULT_SEED={seed} EBB_FAULT_RUNS=1 \
                 cargo test --test faults any_history"
            );
        }
        done += 1;
        if done % 500 == 0 {
            println!("{done} of {runs} histories");
        }
    }
    println!("{done} histories of {commands} commands met {faults} faults on {} kinds", kinds.len());
    let all = ebbtide::aws::kinds();
    let missing: Vec<&str> =
        all.iter().map(|kind| kind.info().name.as_str()).filter(|kind| !kinds.contains(*kind)).collect();
    assert!(runs < BEGINNINGS || missing.is_empty(), "{missing:?} were not drawn");
}
