//! Ebbtide: infrastructure as code for LLM serving on AWS, with pause and resume.
//!
//! This is the library that stack programs use. It declares stacks and plans changes; it makes no call to AWS.
//!
//! # Declaring
//!
//! A stack is a function. [`Stack::add`](stack::Stack::add) takes a resource and returns its outputs as typed references,
//! which are inputs of other resources. Order and dependencies follow from them.
//!
//! ```no_run
//! use ebbtide::prelude::*;
//!
//! const NETWORK: Cidr = Cidr::new([10, 20, 0, 0], 16);
//!
//! /// The settings: `[stacks.shop]` in `environments/NAME.toml`.
//! #[derive(Deserialize, JsonSchema)]
//! struct Settings {
//!     /// The zones with a subnet.
//!     zones: Vec<String>,
//! }
//!
//! fn declare(stack: &mut Stack, settings: &Settings) -> Result {
//!     let vpc = stack.add("main", ec2::Vpc::new(NETWORK));
//!     for (zone, index) in settings.zones.iter().zip(0..) {
//!         let block = NETWORK.subnet(20, index).ok_or("the network has room for 16 zones")?;
//!         stack.add(zone, ec2::Subnet::private(&vpc.vpc_id, block, zone));
//!     }
//!     stack.output("VPC_ID", &vpc.vpc_id);
//!     Ok(())
//! }
//!
//! fn main() -> ExitCode {
//!     App::new().stack("shop", "a network in several zones", declare).main()
//! }
//! ```
//!
//! A mistake that the compiler can find does not compile: a bucket's name where a subnet's id belongs, an unknown field, an
//! invalid constant. All others are [problems](stack::Problem) of the stack, reported at once before any call to AWS.
//!
//! # Running
//!
//! [`App`] is the entry of a program. The `ebb` command runs the program, receives the declared stack as data, plans the way
//! from the recorded to the declared resources, shows the plan, and applies it.
//!
//! # Modules
//!
//! For stack programs:
//!
//! - [`prelude`]: the names that most programs need.
//! - [`stack`]: declaring, and the [`Definition`] of a stack.
//! - [`aws`]: the kinds of AWS resources, one module for each service.
//! - [`program`]: the entry of a program, and the document that it exchanges with `ebb`.
//! - [`policies`]: rules over declared stacks, such as no public access.
//! - [`components`]: groups of resources with their usual wiring, such as a [`Network`](components::Network).
//! - [`serving`]: whether a language model fits on an instance, and the settings of its server.
//! - [`resource`]: addresses, inputs and references, and the [`Resource`](resource::Resource) trait for kinds of one's own.
//!
//! For the engine. They are pure: no I/O, no clock, no randomness.
//!
//! - [`plan`]: the plan as data.
//! - [`schedule`]: windows, holidays and holds, and the target that follows from them at an instant.
//! - [`rollout`]: roll-outs of a new side, and their next step.
//! - [`record`]: recorded state as data, the open run and its journal.
//! - [`cost`]: the price book, and from charges to dollars.
//! - [`planner`]: from declared, recorded and observed resources to a plan.

#![deny(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

pub mod aws;
pub mod budget;
pub mod components;
pub mod cost;
pub mod plan;
pub mod planner;
pub mod policies;
pub mod prelude;
pub mod program;
pub mod record;
pub mod resource;
pub mod rollout;
pub mod schedule;
pub mod serving;
pub mod stack;

pub use schemars;

pub use program::App;
pub use stack::Definition;
