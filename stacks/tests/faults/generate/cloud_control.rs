//! Kinds that Cloud Control manages.

use ebbtide::aws::cloudtrail::Trail;
use ebbtide::aws::dynamodb;
use ebbtide::aws::ecr::{Repository, TagMutability};
use ebbtide::aws::events::{Rule, Target};
use ebbtide::aws::s3vectors::{VectorBucket, VectorIndex};
use ebbtide::aws::sqs::{DeadLetter, Queue, QueuePolicy};
use ebbtide::aws::stepfunctions::StateMachine;
use ebbtide::resource::cloud_control::Any;
use ebbtide::stack::Stack;
use serde_json::json;

use super::{Made, Piece, Shape, pick, tags};

impl Made {
    pub(super) fn by_cloud_control(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Queue => {
                let dead_letter = pick(&self.queues, on).map(|queue| DeadLetter { queue, max_receives: 3 });
                let dead_letter = dead_letter.filter(|_| variant % 2 == 1);
                let queue = Queue { delay_seconds: u32::from(variant), dead_letter, ..Queue::new() };
                let queue = stack.add(name, queue);
                self.queues.push(queue.arn.clone());
                self.open_queues.push((name.to_owned(), queue));
            }
            Shape::QueuePolicy => {
                // A queue has one policy, which is named after it here.
                let (name, queue) = self.open_queues.pop()?;
                let rule = stack.scope().arn("events", &format!("rule/shop-{variant}"));
                stack.add(&name, QueuePolicy::of_sender(&queue, "events.amazonaws.com", rule));
            }
            Shape::Images => {
                let tag_mutability = [TagMutability::Mutable, TagMutability::Immutable][usize::from(variant % 2)];
                stack.add(name, Repository { tag_mutability, tags: tags(variant / 2), ..Repository::new() });
            }
            Shape::Rule => {
                let rule = match variant {
                    0 => Rule::scheduled("rate(5 minutes)"),
                    _ => Rule::matching(json!({ "source": [format!("shop-{variant}")] })),
                };
                let target = pick(&self.queues, on).map(|queue| Target::new("queue", queue.text()));
                stack.add(name, target.into_iter().fold(rule, Rule::to));
            }
            Shape::Machine => {
                let role = pick(&self.roles, on)?;
                let wait = json!({ "Type": "Wait", "Seconds": variant + 1, "End": true });
                let definition = json!({ "StartAt": "Wait", "States": { "Wait": wait } });
                stack.add(name, StateMachine { tracing: variant % 2 == 1, ..StateMachine::new(&role, definition) });
            }
            Shape::AnyType => {
                // AWS assigns the identifier of a guardrail, and its versions have no tags.
                let guardrail = Any::new("AWS::Bedrock::Guardrail").with("Name", format!("g-{name}")).without_data();
                let guardrail = guardrail.with("BlockedInputMessaging", format!("no {variant}"));
                let guardrail = stack.add(name, guardrail.with("BlockedOutputsMessaging", "no"));
                let version = Any::new("AWS::Bedrock::GuardrailVersion").with("Description", "first").without_data();
                stack.add(name, version.with("GuardrailIdentifier", guardrail.get::<String>("GuardrailArn")));
            }
            Shape::Trail => {
                let bucket = pick(&self.buckets, on)?;
                stack.add(
                    name,
                    Trail { validate_files: variant % 2 == 1, tags: tags(variant / 2), ..Trail::to(&bucket) },
                );
            }
            Shape::Vectors => {
                let bucket = VectorBucket { tags: tags(variant), ..VectorBucket::new() };
                self.vectors.push(stack.add(name, bucket).arn);
            }
            Shape::VectorIndex => {
                let bucket = pick(&self.vectors, on)?;
                stack.add(name, VectorIndex { tags: tags(variant), ..VectorIndex::new(&bucket, 256) });
            }
            _ => {
                let table = dynamodb::Table { tags: tags(variant), ..dynamodb::Table::new("id") };
                stack.add(name, table);
            }
        }
        Some(())
    }
}
