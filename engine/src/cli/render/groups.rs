//! The operations of a plan, grouped by component.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use ebbtide::resource::component_of;

/// The operations of a component.
pub(super) struct Group<'a> {
    /// The component; `None` for the resources that are the only ones of theirs.
    pub(super) component: Option<String>,
    pub(super) items: Vec<Item<'a>>,
}

/// A line of a group.
pub(super) enum Item<'a> {
    /// An operation.
    One(Entry<'a>),
    /// Several operations that do alike.
    Folded {
        /// The first of them.
        first: Entry<'a>,
        /// How many there are of each kind.
        kinds: BTreeMap<&'a str, usize>,
    },
}

/// Groups operations by component, in the order of the first operation of each. Those that stand alone come last. With `fold`,
/// operations of a component that do alike are one line.
pub(super) fn groups<'a>(entries: Vec<Entry<'a>>, names: &BTreeSet<&str>, fold: bool) -> Vec<Group<'a>> {
    let mut named: Vec<(&'a str, Vec<Entry<'a>>)> = Vec::new();
    for entry in entries {
        let component = component_of(&entry.operation.address, names);
        match named.iter_mut().find(|(name, _)| *name == component) {
            Some((_, entries)) => entries.push(entry),
            None => named.push((component, vec![entry])),
        }
    }
    let (several, alone): (Vec<_>, Vec<_>) = named.into_iter().partition(|(_, entries)| entries.len() > 1);
    let mut groups: Vec<Group<'a>> = several
        .into_iter()
        .map(|(name, entries)| Group { component: Some(name.to_owned()), items: items(entries, fold) })
        .collect();
    let alone: Vec<Item<'a>> = alone.into_iter().flat_map(|(_, entries)| entries).map(Item::One).collect();
    if !alone.is_empty() {
        groups.push(Group { component: None, items: alone });
    }
    groups
}

fn items(entries: Vec<Entry<'_>>, fold: bool) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for entry in entries {
        let kind = entry.operation.resource_kind();
        let like = items.iter_mut().find(|item| match item {
            Item::One(first) | Item::Folded { first, .. } => fold && first.folds_with(&entry),
        });
        match like {
            None => items.push(Item::One(entry)),
            Some(Item::Folded { kinds, .. }) => *kinds.entry(kind).or_default() += 1,
            Some(item) => {
                let Item::One(first) = std::mem::replace(item, Item::One(entry)) else { continue };
                let mut kinds = BTreeMap::from([(first.operation.resource_kind(), 1)]);
                *kinds.entry(kind).or_default() += 1;
                *item = Item::Folded { first, kinds };
            }
        }
    }
    items
}

/// Returns several operations in words: `10 new: autoscaling_policy, 3 × cloudwatch_alarm`.
pub(super) fn folded_words(first: &Entry<'_>, kinds: &BTreeMap<&str, usize>) -> String {
    let total: usize = kinds.values().sum();
    let listed: Vec<String> = kinds
        .iter()
        .map(|(kind, count)| if *count == 1 { (*kind).to_owned() } else { format!("{count} × {kind}") })
        .collect();
    let (words, listed) = (first.folded_words(), listed.join(", "));
    // A change is of one kind.
    if first.rows.is_empty() { format!("{total} {words}: {listed}") } else { format!("{listed}  {words}") }
}
