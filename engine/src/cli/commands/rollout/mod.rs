//! `ebb rollout …`: shows a roll-out, starts it, lets a step happen, holds it, and takes all traffic back.

mod begin;
mod command;
mod opened;
mod show;
mod steer;

pub(in crate::cli) use command::{RolloutArgs, run};
