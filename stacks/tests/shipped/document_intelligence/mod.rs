//! The stack document_intelligence.

mod life;
mod rolled_out;

use crate::project::Project;

const LOCAL: &str = r#"
[aws]
region = "eu-west-1"
embedded = true
transition_ms = 20
objects = ["s3://uploaded/classifier.tar.gz"]
images = ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/classifier:1"]

[stacks.document_intelligence.classifier]
image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/classifier:1"
model = "s3://uploaded/classifier.tar.gz"
monitor_image = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer"

[stacks.document_intelligence.language]
model = "amazon.nova-2-lite-v1:0"
"#;

/// Creates a project with these settings beside the usual ones.
fn project(settings: &str) -> Project {
    Project::new("document_intelligence", LOCAL, settings)
}
