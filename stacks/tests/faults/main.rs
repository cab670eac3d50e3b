//! Faults at every point. A command that is cut off, or meets trouble, is run again. Then an observer that reads
//! nothing but the cloud compares it with a twin without any faults: nothing orphaned, nothing twice, no data lost,
//! converged.
//!
//! docs/faults.md describes how to run all of it.

mod cut;
mod every_point;
mod experiment;
mod fault;
mod flaky;
mod generate;
mod graphs;
mod jobs;
mod observer;
mod random;
mod shipped;
mod shrink;
mod sigkill;
mod weather;
mod world;
