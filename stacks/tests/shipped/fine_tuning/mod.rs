//! The stack fine_tuning.

mod data;
mod life;
mod observer;
mod runs;
mod serving;

use crate::project::Project;

/// The name of the job, for `--run`.
const JOB: &str = "bedrock_customization_job.expert";

const LOCAL: &str = r#"
[aws]
region = "us-east-1"
embedded = true
transition_ms = 20
objects = ["s3://uploaded/training_data/train.jsonl", "s3://uploaded/training_data/validation.jsonl"]

[stacks.fine_tuning]
"#;

/// The settings of a run, as they may be changed.
const SETTINGS: &str = r#"
base_model = "amazon.nova-2-lite-v1:0:256k"
data = "s3://uploaded"
training_data = "training_data/train.jsonl"
validation_data = ["training_data/validation.jsonl"]
training_tokens = 450000
hyper_parameters = { epochs = 2 }
"#;

/// Creates a project with these settings of the stack.
fn project(settings: &str) -> Project {
    Project::new("fine_tuning", LOCAL, settings)
}
