//! Guardrails, inference profiles, cost anomalies, and the kinds of OpenSearch.

use ebbtide::aws::bedrock::{Guardrail, GuardrailVersion, InferenceProfile, Word};
use ebbtide::aws::ce::{AnomalyMonitor, AnomalySubscription, Subscriber};
use ebbtide::aws::opensearch::{Domain, Volume};
use ebbtide::aws::opensearchserverless::{
    AccessGrant, AccessPolicy, Collection, CollectionGroup, CollectionKind, Field, FieldKind, Index, SecurityPolicy,
};
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick, tags};

impl Made {
    pub(super) fn search(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Guardrail => {
                let words = vec![Word::blocked(format!("word {}", variant / 2))];
                let guardrail = Guardrail { words, tags: tags(variant), ..Guardrail::new("no", "no") };
                let made = stack.add(name, guardrail.clone());
                stack.add(name, GuardrailVersion::of(&made.arn, &guardrail));
            }
            Shape::SearchGroup => {
                let group = CollectionGroup {
                    standby: variant % 2 == 1,
                    tags: tags(variant / 2),
                    ..CollectionGroup::scaling_to_zero(4.0)
                };
                self.search_groups.push(stack.add(name, group).name);
            }
            Shape::Collection => {
                // Another group would replace it, and it counts as holding data.
                let group = pick(&self.search_groups, on).filter(|_| on % 2 == 0);
                let description = Some(format!("variant {}", variant % 2));
                let collection = Collection { group, description, ..Collection::classic(CollectionKind::Vectors) };
                self.collections.push(stack.add(name, collection).endpoint);
            }
            Shape::SearchPolicy => {
                let names = [format!("documents-{}", variant / 2)];
                let policy = match variant % 2 {
                    0 => SecurityPolicy::public(names),
                    _ => SecurityPolicy::encryption(names),
                };
                stack.add(name, policy);
            }
            Shape::AccessPolicy => {
                let role = pick(&self.roles, on)?;
                let grant = AccessGrant::everything([format!("documents-{variant}")]).to(&role);
                stack.add(name, AccessPolicy::of([grant]));
            }
            Shape::SearchIndex => {
                let collection = pick(&self.collections, on)?;
                let index = Index::of_vectors(&collection, "embedding", 256);
                let field = format!("field-{variant}");
                stack.add(name, index.with(&field, Field::new(FieldKind::Text)));
            }
            Shape::Domain => {
                let volume = Some(Volume::gp3(10 * (1 + u32::from(variant / 2))));
                stack.add(name, Domain { volume, tags: tags(variant), ..Domain::on("r6g.large.search", 1) });
            }
            Shape::Anomalies => {
                let monitor = AnomalyMonitor::of_tag("Project", [format!("faults-{}", variant / 2)]);
                let monitor = stack.add(name, monitor).arn;
                let digest = AnomalySubscription::daily(&monitor, 10.0 + f64::from(variant));
                stack.add(name, digest.to(Subscriber::email("ada@example.com")));
            }
            _ => {
                let model = ["nova-lite-v1:0", "nova-pro-v1:0"][usize::from(variant / 2)];
                let model = format!("arn:aws:bedrock:eu-west-1::foundation-model/amazon.{model}");
                stack.add(name, InferenceProfile { tags: tags(variant), ..InferenceProfile::of(model) });
            }
        }
        Some(())
    }
}
