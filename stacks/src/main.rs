//! `ebb`: the stacks that Ebbtide ships, registered in one place.

mod adeptai;

use std::process::ExitCode;

use ebbtide::Definition;

fn main() -> ExitCode {
    let adeptai = "language models behind SageMaker endpoints, in private subnets, watched and budgeted";
    ebbtide::main(vec![Definition::new("adeptai", adeptai, adeptai::declare)])
}
