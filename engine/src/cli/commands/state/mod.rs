//! `ebb state …`: shows the recorded state and its history, moves, renames, forgets, unlocks, repairs and re-encrypts it.

mod command;
mod forget;
mod history;
mod init;
mod list;
mod rekey;
mod relocate;
mod rename;
mod repair;
mod rollback;
mod shared;
mod show;
mod unlock;

pub(in crate::cli) use command::{StateArgs, run};
