//! `ebb`: the stacks that Ebbtide ships, registered in one place.

use std::process::ExitCode;

fn main() -> ExitCode {
    ebbtide::main(Vec::new())
}
