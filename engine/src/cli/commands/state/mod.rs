//! `ebb state …`: shows the recorded state and its history, moves, unlocks, repairs and re-encrypts it.

mod command;
mod history;
mod init;
mod list;
mod rekey;
mod relocate;
mod repair;
mod rollback;
mod shared;
mod show;
mod unlock;

pub(in crate::cli) use command::{StateArgs, run};
