//! Alternatives to a combination that does not fit.

use std::fmt;

use super::instance::INSTANCES;
use super::{Instance, Serving, Weights};

/// The shortest context that is proposed: less is of little use for a conversation.
const SHORTEST: u32 = 2048;

/// An alternative that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// A shorter context.
    Context(u32),
    /// Fewer requests at once.
    Sequences(u32),
    /// A smaller checkpoint.
    Weights(Weights),
    /// Another instance type, the smallest of its family that fits.
    Instance(&'static str),
}

impl Advice {
    /// Returns the alternatives: each changes one thing and fits.
    pub(super) fn of(serving: &Serving, instance: &Instance) -> Vec<Self> {
        let fits = |serving: &Serving| serving.fit_on(instance).is_ok();
        let halves =
            |from: u32| std::iter::successors(Some(from / 2), |value| Some(value / 2)).take_while(|value| *value > 0);
        let longest = serving.context.min(serving.model.max_context).next_power_of_two() * 2;
        let shorter = |context: u32| Serving { context, usual: serving.usual.min(context), ..*serving };
        let context = halves(longest)
            .filter(|context| *context < serving.context)
            .take_while(|context| *context >= SHORTEST)
            .find(|context| fits(&shorter(*context)));
        let sequences =
            halves(serving.sequences).find(|sequences| fits(&Serving { sequences: *sequences, ..*serving }));
        let smaller = Weights::ALL.into_iter().skip_while(|weights| *weights != serving.weights).skip(1);
        let weights = smaller.map(|weights| Serving { weights, ..*serving }).find(fits).map(|serving| serving.weights);
        let family = |instance: &Instance| instance.instance_type.split('.').nth(1);
        let mut types: Vec<&Instance> = Vec::new();
        for other in INSTANCES.iter().filter(|other| serving.fit_on(other).is_ok()) {
            if types.iter().all(|one| family(one) != family(other)) {
                types.push(other);
            }
        }
        // A family that is in use already is likely to be offered in the region, and to have a quota.
        types.sort_by_key(|other| family(other) != family(instance));
        let types = types.into_iter().map(|other| Self::Instance(other.instance_type)).take(3);
        let here = [context.map(Self::Context), sequences.map(Self::Sequences), weights.map(Self::Weights)];
        here.into_iter().flatten().chain(types).collect()
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context(tokens) => write!(f, "a context of {tokens}"),
            Self::Sequences(count) => write!(f, "{count} requests at once"),
            Self::Weights(weights) => write!(f, "a checkpoint with {weights} weights"),
            Self::Instance(instance_type) => f.write_str(instance_type),
        }
    }
}
