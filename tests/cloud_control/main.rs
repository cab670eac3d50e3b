//! Kinds that Cloud Control manages: each declaration against the schema of its type.

mod facts;
mod fields;
mod schema;

use std::collections::BTreeSet;

use ebbtide::resource::cloud_control::{CloudControl, Form, Property, TagForm, facts as facts_of};
use ebbtide::resource::{Declared, Resource};
use schema::Schema;

/// The declaration of a kind, as data.
struct Kind {
    name: &'static str,
    type_name: &'static str,
    fields: &'static [&'static str],
    outputs: &'static [&'static str],
    table: &'static [Property],
    output_table: &'static [(&'static str, &'static str)],
    derived_outputs: &'static [&'static str],
    replace_on: &'static [&'static str],
    also_fixed: &'static [&'static str],
}

/// Collects the kinds that Cloud Control manages.
#[derive(Default)]
struct Kinds(Vec<Kind>);

impl Kinds {
    /// Leaves out a kind that has a provider of its own.
    fn with<R: Resource>(self) -> Self {
        assert!(!self.0.iter().any(|kind| kind.name == R::KIND), "{} is listed twice", R::KIND);
        self
    }

    fn with_cloud_control<R: CloudControl>(mut self) -> Self {
        self.0.push(Kind {
            name: R::KIND,
            type_name: R::TYPE,
            fields: fields::of::<R>(),
            outputs: fields::of::<R::Outputs<Declared>>(),
            table: R::PROPERTIES,
            output_table: R::OUTPUTS,
            derived_outputs: R::DERIVED_OUTPUTS,
            replace_on: R::REPLACE_ON,
            also_fixed: R::ALSO_FIXED,
        });
        self
    }
}

fn kinds() -> Vec<Kind> {
    ebbtide::with_every_kind!(Kinds::default()).0
}

/// Returns the breaches of each kind, as a function finds them.
fn breaches(find: impl Fn(&Kind, &Schema) -> Vec<String>) -> Vec<String> {
    let kinds = kinds();
    assert!(!kinds.is_empty(), "no kinds found");
    let of_kind = |kind: &Kind| {
        let found = find(kind, &Schema::of(kind.type_name));
        found.into_iter().map(|breach| format!("{}: {breach}", kind.name)).collect::<Vec<_>>()
    };
    kinds.iter().flat_map(of_kind).collect()
}

fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_field_and_output_has_a_property_that_there_is() {
    none(&breaches(|kind, schema| {
        let table: BTreeSet<_> = kind.table.iter().map(|property| property.field).collect();
        let mut found = Vec::new();
        if table != kind.fields.iter().copied().collect() {
            found.push(format!("fields {:?}, and the table has {table:?}", kind.fields));
        }
        let outputs = kind.output_table.iter().map(|(output, _)| output).chain(kind.derived_outputs);
        let outputs: BTreeSet<_> = outputs.copied().collect();
        if outputs != kind.outputs.iter().copied().collect() {
            found.push(format!("outputs {:?}, and the table has {outputs:?}", kind.outputs));
        }
        found.extend(schema.unknown(kind.table, ""));
        found.extend(
            kind.output_table
                .iter()
                .filter(|(_, path)| schema.at(path).is_none())
                .map(|(_, path)| format!("there is no property {path}")),
        );
        found
    }));
}

#[test]
fn a_change_of_what_is_set_at_creation_alone_replaces_the_resource() {
    none(&breaches(|kind, schema| {
        let is_fixed = |property: &&Property| {
            let lists = ["createOnlyProperties", "conditionalCreateOnlyProperties"];
            lists.iter().any(|list| schema.has_within(list, property.path))
        };
        // The schema does not know what the record alone has.
        let at_aws = kind.table.iter().filter(|property| !matches!(property.form, Form::Recorded));
        let of_aws: BTreeSet<_> = at_aws.clone().map(|property| property.field).collect();
        let by_schema = at_aws.filter(is_fixed).map(|property| property.field);
        let fixed: BTreeSet<_> = by_schema.chain(kind.also_fixed.iter().copied()).collect();
        let replacing: BTreeSet<_> = kind.replace_on.iter().copied().filter(|field| of_aws.contains(field)).collect();
        (fixed != replacing)
            .then(|| format!("REPLACE_ON is {replacing:?}, and by the schema {fixed:?}"))
            .into_iter()
            .collect()
    }));
}

/// Properties that AWS assigns and that other resources change, so that no output can have them.
const OF_OTHERS: [(&str, &str); 1] = [("AWS::ElasticLoadBalancingV2::TargetGroup", "LoadBalancerArns")];

#[test]
fn what_aws_assigns_is_an_output_and_no_field() {
    none(&breaches(|kind, schema| {
        let outputs: Vec<_> = kind.output_table.iter().map(|(_, path)| *path).collect();
        let assigned = schema.list("readOnlyProperties");
        // Of a property with parts, a part is enough.
        let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        let is_shown = |path: &str| {
            outputs.contains(&path) || outputs.iter().any(|output| output.contains('/') && top(output) == top(path))
        };
        let is_others = |path: &str| OF_OTHERS.contains(&(kind.type_name, path));
        let missing = assigned.iter().filter(|path| !is_shown(path) && !is_others(path));
        let missing = missing.map(|path| format!("{path} is read-only and no output"));
        let given = kind.table.iter().filter(|property| assigned.iter().any(|path| path == property.path));
        let given = given.map(|property| format!("{} is read-only and the field {}", property.path, property.field));
        missing.chain(given).collect()
    }));
}

/// Returns whether the hidden parts of a list or an object are all of such as no field has.
fn only_hides_other_parts(schema: &Schema, property: &Property) -> bool {
    let (Form::List(members) | Form::Object(members)) = property.form else { return false };
    let listed = schema.list("writeOnlyProperties");
    let mut within = listed.iter().filter_map(|path| path.strip_prefix(property.path)?.strip_prefix('/'));
    let is_ours = |part: &str| members.iter().any(|member| part.trim_start_matches("*/").starts_with(member.top()));
    !listed.iter().any(|path| path == property.path) && !within.any(is_ours)
}

#[test]
fn what_aws_needs_has_a_field_and_what_it_never_shows_is_marked() {
    none(&breaches(|kind, schema| {
        let tops: BTreeSet<_> = kind.table.iter().map(Property::top).collect();
        let required = schema.list("required");
        // A property with one value is a constant.
        let is_constant = |name: &str| {
            schema.at(name).and_then(|schema| schema["enum"].as_array()).is_some_and(|values| values.len() == 1)
        };
        let missing = required.iter().filter(|name| !tops.contains(name.as_str()) && !is_constant(name));
        let missing = missing.map(|name| format!("{name} is required and has no field"));
        let hidden = |property: &&Property| {
            !matches!(property.form, Form::Recorded)
                && schema.has_within("writeOnlyProperties", property.path) != property.write_only
                && !only_hides_other_parts(schema, property)
        };
        let hidden = kind.table.iter().filter(hidden);
        let hidden = hidden.map(|property| format!("{}: write_only is {}", property.path, property.write_only));
        missing.chain(hidden).collect()
    }));
}

#[test]
fn tags_words_and_the_order_of_lists_are_those_of_the_schema() {
    none(&breaches(|kind, schema| {
        let tags = kind.table.iter().find(|property| matches!(property.form, Form::Tags(_))).map(|tags| tags.path);
        let mut found = Vec::new();
        if tags.map(str::to_owned) != schema.tags() {
            found.push(format!("tags are in {tags:?}, and by the schema in {:?}", schema.tags()));
        }
        let is_map = kind.table.iter().any(|property| matches!(property.form, Form::Tags(TagForm::Map)));
        if is_map != facts_of(kind.type_name).is_some_and(|facts| facts.tags.is_some() && facts.tags_are_a_map()) {
            found.push("the tags have another form".to_owned());
        }
        found.extend(schema.wrong_words(kind.table, ""));
        for property in kind.table {
            let Some(at) = schema.at(property.path) else { continue };
            if at["insertionOrder"] == true && !property.is_ordered {
                found.push(format!("the order of {} counts", property.path));
            }
        }
        found
    }));
}
