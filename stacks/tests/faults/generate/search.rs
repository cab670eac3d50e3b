//! Guardrails, inference profiles.

use ebbtide::aws::bedrock::{Guardrail, GuardrailVersion, InferenceProfile, Word};
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, tags};

impl Made {
    pub(super) fn search(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let variant = piece.variant;
        match piece.shape {
            Shape::Guardrail => {
                let words = vec![Word::blocked(format!("word {}", variant / 2))];
                let guardrail = Guardrail { words, tags: tags(variant), ..Guardrail::new("no", "no") };
                let made = stack.add(name, guardrail.clone());
                stack.add(name, GuardrailVersion::of(&made.arn, &guardrail));
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
