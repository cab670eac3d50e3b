//! The names in the settings of a roll-out, checked against a stack: as it is declared, or as it is recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::environment::{RolloutPlace, did_you_mean, nearest};
use ebbtide::aws::cloudwatch::Alarm;
use ebbtide::aws::sagemaker::EndpointConfig;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Registry, Resource as _, Share};
use ebbtide::rollout::Rules;
use ebbtide::stack::Declarations;

/// The resources of a stack, as far as a roll-out depends on them.
pub struct Parts<'a>(BTreeMap<&'a Address, Part<'a>>);

struct Part<'a> {
    inputs: &'a Value,
    depends_on: &'a BTreeSet<Address>,
}

impl<'a> From<&'a Declarations> for Parts<'a> {
    fn from(declared: &'a Declarations) -> Self {
        let part = |(address, one): (&'a Address, &'a ebbtide::stack::Declaration)| {
            (address, Part { inputs: &one.inputs, depends_on: &one.depends_on })
        };
        Self(declared.resources.iter().map(part).collect())
    }
}

impl<'a> From<&'a StateDocument> for Parts<'a> {
    fn from(document: &'a StateDocument) -> Self {
        let part = |(address, one): (&'a Address, &'a ebbtide::record::ResourceRecord)| {
            (address, Part { inputs: &one.inputs, depends_on: &one.depends_on })
        };
        Self(document.resources.iter().map(part).collect())
    }
}

/// The sides between which a resource splits traffic.
#[derive(Debug, PartialEq)]
enum Sides<'a> {
    /// Its kind splits none.
    Never,
    /// It could, and is declared with one side.
    One,
    /// A canary.
    Canary,
    /// The variants of an endpoint.
    Variants(Vec<&'a str>),
    /// AWS has to be asked.
    Unknown,
}

/// A setting of a roll-out that does not fit the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting.
    pub place: RolloutPlace,
    /// The mistake, and its correction.
    pub message: String,
}

impl<'a> Parts<'a> {
    /// Returns the address of the resource that splits the traffic, by the rules of a roll-out.
    pub fn carrier(&self, kinds: &Registry, rules: &Rules) -> Result<Address, Mistake> {
        let able = || self.0.keys().filter(|one| !matches!(self.sides(kinds, one), Sides::Never | Sides::One));
        let able: Vec<&Address> = able().copied().collect();
        let listed = able.iter().map(ToString::to_string).collect::<Vec<_>>();
        let refuse = |place: RolloutPlace, message: String| Err(Mistake { place, message });
        let Some(of) = &rules.of else {
            return match able.as_slice() {
                [] => refuse(
                    RolloutPlace::Whole,
                    "nothing in it splits traffic between two sides: declare a second variant of an endpoint, or a canary of a stage"
                        .to_owned(),
                ),
                [one] => self.checked(kinds, one, rules),
                _ => refuse(
                    RolloutPlace::Whole,
                    format!(
                        "several of its resources split traffic: name one with `of` below [stacks.NAME.rollout] ({})",
                        listed.join(", ")
                    ),
                ),
            };
        };
        if !self.0.contains_key(of) {
            // A resource of the same kind is meant more likely.
            let of_kind = self.0.keys().filter(|one| one.kind() == of.kind()).map(ToString::to_string);
            let of_kind: Vec<String> = of_kind.collect();
            let text = of.to_string();
            let near = nearest(&text, listed.iter().map(String::as_str));
            let near = near.or_else(|| nearest(&text, of_kind.iter().map(String::as_str)));
            let known = match (near, listed.is_empty()) {
                (Some(_), _) => did_you_mean(near),
                (None, true) => "; nothing in it splits traffic between two sides".to_owned(),
                (None, false) => format!("; traffic is split by {}", listed.join(", ")),
            };
            return refuse(RolloutPlace::Of, format!("there is no {of} in it{known}"));
        }
        self.checked(kinds, of, rules)
    }

    /// Returns a resource if it splits traffic, and has the new side that is named.
    fn checked(&self, kinds: &Registry, of: &Address, rules: &Rules) -> Result<Address, Mistake> {
        let (place, message) = match self.sides(kinds, of) {
            Sides::Canary | Sides::Unknown => return Ok(of.clone()),
            Sides::Never => (RolloutPlace::Of, format!("{of} splits no traffic: an endpoint or a stage does")),
            Sides::One => {
                let second = match kinds.get(of.kind()).and_then(|kind| kind.info().share.clone()) {
                    Some(Share::Field(_)) => "declare its canary",
                    _ => "declare a second variant of it",
                };
                (RolloutPlace::Of, format!("{of} has one side, and a roll-out needs two: {second}"))
            }
            Sides::Variants(names) => {
                let listed = names.join(", ");
                match &rules.to {
                    _ if names.len() > 2 => {
                        let message =
                            format!("{of} has {} variants ({listed}), and a roll-out is between two", names.len());
                        (RolloutPlace::Of, message)
                    }
                    None => {
                        let message =
                            format!("which variant of {of} is the new side is not said: set `to` to one of {listed}");
                        (RolloutPlace::Whole, message)
                    }
                    Some(to) if names.contains(&to.as_str()) => return Ok(of.clone()),
                    Some(to) => {
                        let near = did_you_mean(nearest(to, names.iter().copied()));
                        (RolloutPlace::To, format!("{of} has no variant `{to}` (known: {listed}){near}"))
                    }
                }
            }
        };
        Err(Mistake { place, message })
    }

    /// Returns the alarms that do not exist, and the gates that are OK without data.
    pub fn alarm_mistakes(&self, rules: &Rules) -> Vec<Mistake> {
        let alarms = self.0.iter().filter(|(address, _)| address.kind() == Alarm::KIND);
        let alarms: BTreeMap<&str, &Value> = alarms.map(|(address, part)| (address.name(), part.inputs)).collect();
        let mistake = |name: &str| {
            let message = match alarms.get(name) {
                None => {
                    let near = did_you_mean(nearest(name, alarms.keys().copied()));
                    let listed: Vec<&str> = alarms.keys().copied().collect();
                    let known = match listed.is_empty() {
                        true => "it has none".to_owned(),
                        false => format!("known: {}{near}", listed.join(", ")),
                    };
                    format!("there is no alarm `{name}` in it ({known})")
                }
                Some(inputs) if rules.gates.iter().any(|gate| gate == name) && is_lenient(inputs) => format!(
                    "the alarm `{name}` is OK without data, which proves nothing: set its `missing_data` to `MissingData::Missing` or `MissingData::Breaching`"
                ),
                Some(_) => return None,
            };
            Some(Mistake { place: RolloutPlace::Alarm(name.to_owned()), message })
        };
        rules.alarms().into_iter().filter_map(mistake).collect()
    }

    fn sides(&self, kinds: &Registry, address: &Address) -> Sides<'a> {
        let Some(part) = self.0.get(address) else { return Sides::Never };
        match kinds.get(address.kind()).and_then(|kind| kind.info().share.clone()) {
            None => Sides::Never,
            Some(Share::Field(path)) => match part.inputs.pointer(&format!("/{path}")) {
                Some(share) if !share.is_null() => Sides::Canary,
                _ => Sides::One,
            },
            Some(Share::AtRunTime) => {
                let config = part.depends_on.iter().find(|one| one.kind() == EndpointConfig::KIND);
                let config = config.and_then(|config| self.0.get(config));
                let Some(variants) = config.and_then(|config| config.inputs["variants"].as_array()) else {
                    return Sides::Unknown;
                };
                if variants.len() < 2 {
                    return Sides::One;
                }
                Sides::Variants(variants.iter().filter_map(|variant| variant["name"].as_str()).collect())
            }
        }
    }
}

fn is_lenient(alarm: &Value) -> bool {
    matches!(alarm["missing_data"].as_str(), Some("not_breaching" | "ignore"))
}
