//! A model that does not fit, and what would.

use std::fmt;

use super::{Advice, Fit, Serving, instance};

/// A model that does not fit on an instance, and alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// What does not fit, in a sentence without its end.
    pub problem: String,
    /// What would fit.
    pub advice: Vec<Advice>,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice: Vec<_> = self.advice.iter().map(ToString::to_string).collect();
        match advice.as_slice() {
            [] => f.write_str(&self.problem),
            advice => write!(f, "{}. It would fit with {}", self.problem, advice.join(", or ")),
        }
    }
}

impl Serving {
    /// Returns how the model is served on an instance type. The error says what would fit instead. `None` is an instance type
    /// that the table does not know, such as one with another accelerator.
    pub fn fit(&self, instance_type: &str) -> Option<Result<Fit, Misfit>> {
        let instance = instance(instance_type)?;
        Some(self.fit_on(&instance).map_err(|problem| Misfit { problem, advice: Advice::of(self, &instance) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::{Weights, model};

    fn misfit(name: &str, weights: Weights, context: u32, instance_type: &str) -> Misfit {
        let serving = Serving { model: model(name).unwrap(), weights, context, sequences: 16, usual: 1024 };
        let misfit = serving.fit(instance_type).unwrap().unwrap_err();
        for advice in &misfit.advice {
            let (mut changed, mut on) = (serving, instance_type);
            match advice {
                Advice::Context(context) => changed.context = *context,
                Advice::Sequences(sequences) => changed.sequences = *sequences,
                Advice::Weights(weights) => changed.weights = *weights,
                Advice::Instance(instance_type) => on = instance_type,
            }
            assert!(changed.fit(on).unwrap().is_ok(), "{advice} does not fit");
        }
        misfit
    }

    #[test]
    fn a_long_context_is_shortened_or_moved() {
        let advice = misfit("llama-3.1-8b", Weights::Bf16, 131_072, "ml.g5.xlarge").advice;
        assert!(matches!(advice[0], Advice::Context(8192 | 16_384)), "{advice:?}");
        assert!(advice.contains(&Advice::Instance("ml.g5.12xlarge")), "{advice:?}");
    }

    #[test]
    fn a_model_that_is_too_large_gets_larger_types_only() {
        let misfit = misfit("llama-3.1-70b", Weights::Bf16, 8192, "ml.g5.2xlarge");
        assert!(misfit.advice.iter().all(|advice| matches!(advice, Advice::Instance(_))), "{:?}", misfit.advice);
        assert!(misfit.problem.contains("ml.g5.2xlarge (1 × A10G)"), "{}", misfit.problem);
        let quantized = self::misfit("llama-3.1-70b", Weights::Bf16, 8192, "ml.g5.12xlarge");
        assert!(quantized.advice.iter().any(|advice| matches!(advice, Advice::Weights(_))), "{:?}", quantized.advice);
    }
}
