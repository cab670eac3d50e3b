//! The stacks that Ebbtide ships, registered in one place.

pub mod adeptai;
pub mod document_intelligence;
pub mod fine_tuning;

use ebbtide::{Definition, policies};

/// Every stack that this crate knows.
pub fn definitions() -> Vec<Definition> {
    let adeptai = "language models behind SageMaker endpoints, in private subnets, watched and budgeted";
    let document_intelligence =
        "a document classifier and the language model that takes over from it, behind one REST API";
    let fine_tuning = "a custom model of Bedrock: its training data, the job that makes it, and its deployment";
    let all = [
        Definition::new("adeptai", adeptai, adeptai::declare),
        Definition::new("document_intelligence", document_intelligence, document_intelligence::declare),
        Definition::new("fine_tuning", fine_tuning, fine_tuning::declare),
    ];
    all.map(|definition| definition.policies(policies::recommended())).into()
}
