//! `ebb`: the stacks that Ebbtide ships, behind one command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ebbtide_stacks::definitions().into_iter().fold(ebbtide_engine::App::new(), ebbtide_engine::App::with).main()
}
