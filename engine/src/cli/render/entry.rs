//! One operation of a plan, as text and Markdown show it.

use owo_colors::Style;
use serde_json::{Map, Value};

use super::values::{self, Row};
use ebbtide::plan::{Effect, Operation, OperationKind, Plan, Reason, Upsert};
use ebbtide::resource::Tags;

/// An operation with its sign, its words and the fields that are shown.
pub(super) struct Entry<'a> {
    pub(super) operation: &'a Operation,
    pub(super) sign: &'static str,
    pub(super) style: Style,
    /// The words behind the address; empty where the rows say all.
    pub(super) words: String,
    pub(super) rows: Vec<Row>,
}

/// Returns the operations that are shown, in the plan's order. The deletion in a replacement is not shown apart from it.
pub(super) fn entries<'a>(plan: &'a Plan, all_fields: bool) -> Vec<Entry<'a>> {
    let is_replaced = |old: &Operation| {
        plan.operations.iter().any(|other| other.kind() == OperationKind::Replace && other.address == old.address)
    };
    let tags = if all_fields { common_tags(plan) } else { Tags::new() };
    let shown = plan.operations.iter().filter(|operation| !operation.is_superseded() || !is_replaced(operation));
    shown.map(|operation| Entry::new(plan, operation, all_fields.then_some(&tags))).collect()
}

/// Returns the tags that all new resources with tags share, if there are several.
pub(super) fn common_tags(plan: &Plan) -> Tags {
    let created = plan.operations.iter().filter_map(|operation| match &operation.effect {
        Effect::Create(upsert) => upsert.inputs.get("tags")?.as_object(),
        _ => None,
    });
    let tagged: Vec<&Map<String, Value>> = created.filter(|tags| !tags.is_empty()).collect();
    let [first, others @ ..] = tagged.as_slice() else { return Tags::new() };
    if others.is_empty() {
        return Tags::new();
    }
    let shared = first.iter().filter(|(key, value)| others.iter().all(|tags| tags.get(*key) == Some(*value)));
    shared.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

impl<'a> Entry<'a> {
    /// Creates the entry of an operation. `all_fields` has the tags that are not repeated.
    fn new(plan: &Plan, operation: &'a Operation, all_fields: Option<&Tags>) -> Self {
        let (sign, style) = sign(plan, operation);
        let rows = match (operation.kind(), &operation.effect) {
            (OperationKind::Watch, _) => Vec::new(),
            (_, Effect::Create(upsert)) => all_fields.map(|tags| created(upsert, tags)).unwrap_or_default(),
            (OperationKind::Run, Effect::Replace(upsert)) if all_fields.is_some() => values::fields(&upsert.inputs),
            (_, Effect::Update(upsert) | Effect::Replace(upsert)) => {
                upsert.changes.iter().flat_map(values::change).collect()
            }
            (_, Effect::Delete(_) | Effect::Forget) => Vec::new(),
        };
        Self { operation, sign, style, words: words(plan, operation, &rows), rows }
    }

    /// Returns whether another operation of the component is shown in one line with this one: creations for the same reason, and
    /// the same change of one field of the same kind.
    pub(super) fn folds_with(&self, other: &Self) -> bool {
        match (&self.operation.effect, &other.operation.effect) {
            (Effect::Create(_), Effect::Create(_)) => {
                matches!(self.operation.reason, Reason::New | Reason::Resumed)
                    && self.operation.reason == other.operation.reason
            }
            (Effect::Update(_), Effect::Update(_)) => {
                let is_one_field = matches!(self.rows.as_slice(), [row] if row.lines.is_empty());
                is_one_field
                    && self.rows == other.rows
                    && self.words == other.words
                    && self.operation.resource_kind() == other.operation.resource_kind()
            }
            _ => false,
        }
    }

    /// Returns what several folded operations have in common, in words.
    pub(super) fn folded_words(&self) -> String {
        match (&self.operation.reason, self.rows.as_slice()) {
            (Reason::New, _) => "new".to_owned(),
            (Reason::Resumed, _) => "brought back".to_owned(),
            (_, [row]) => {
                let words = if self.words.is_empty() { String::new() } else { format!("  ({})", self.words) };
                format!("{}  {} → {}{words}", row.field, row.old.as_deref().unwrap_or_default(), row.new)
            }
            _ => String::new(),
        }
    }
}

/// Returns the fields of a new resource. Values that are known are shown, also where they are those of another resource.
fn created(upsert: &Upsert, common: &Tags) -> Vec<Row> {
    let mut inputs = upsert.inputs.clone();
    if let Some(fields) = inputs.as_object_mut() {
        for change in upsert.changes.iter().filter(|change| !change.new.is_null()) {
            // A change of something inside of a field has a path, and the field as declared shows it.
            if let Some(value) = fields.get_mut(&change.field) {
                value.clone_from(&change.new);
            }
        }
    }
    let tags = inputs.get_mut("tags").and_then(Value::as_object_mut);
    tags.into_iter().for_each(|tags| tags.retain(|key, value| common.get(key).map(String::as_str) != value.as_str()));
    values::fields(&inputs)
}

/// Returns the sign of an operation and its colour: a replacement shows its order.
fn sign(plan: &Plan, operation: &Operation) -> (&'static str, Style) {
    let style = Style::new();
    match operation.kind() {
        OperationKind::Create => ("+", style.green()),
        OperationKind::Run => (">", style.green()),
        OperationKind::Watch => ("…", style.yellow()),
        OperationKind::Update => ("~", style.yellow()),
        OperationKind::Replace if plan.deletes_first(operation) => ("-/+", style.magenta()),
        OperationKind::Replace => ("+/-", style.magenta()),
        OperationKind::Sleep => ("z", style.blue()),
        OperationKind::Delete => ("-", style.red()),
        OperationKind::Forget => ("x", style.red()),
    }
}

/// Returns the words behind the address of an operation.
fn words(plan: &Plan, operation: &Operation, rows: &[Row]) -> String {
    let reason = &operation.reason;
    match operation.kind() {
        OperationKind::Create => reason.to_string(),
        OperationKind::Run => format!("run, and paid at once: {reason}"),
        OperationKind::Watch => reason.to_string(),
        OperationKind::Update => match reason {
            Reason::Changed { outside: false, .. } if !rows.is_empty() => String::new(),
            Reason::Changed { outside: true, .. } if !rows.is_empty() => "changed outside of ebb".to_owned(),
            reason => reason.to_string(),
        },
        OperationKind::Replace if plan.deletes_first(operation) => format!("deleted, then created: {reason}"),
        OperationKind::Replace => format!("created, then the old one deleted: {reason}"),
        OperationKind::Sleep => "put to sleep".to_owned(),
        OperationKind::Delete if operation.is_superseded() => reason.to_string(),
        OperationKind::Delete => format!("deleted: {reason}"),
        OperationKind::Forget => format!("dropped from the record: {reason}"),
    }
}
