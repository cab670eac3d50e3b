//! The stacks that Ebbtide ships, registered in one place.

pub mod adeptai;

use ebbtide::Definition;

/// Every stack that this crate knows.
pub fn definitions() -> Vec<Definition> {
    let adeptai = "language models behind SageMaker endpoints, in private subnets, watched and budgeted";
    vec![Definition::new("adeptai", adeptai, adeptai::declare)]
}
