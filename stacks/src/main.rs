//! `ebb`: the stacks that Ebbtide ships, behind one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ebbtide_engine::main(ebbtide_stacks::definitions())
}
