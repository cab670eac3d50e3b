//! `ebb types`: the types of Cloud Control whose facts are known.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use crate::cli::context::CommandContext;
use crate::cli::dollars::{Align, table};
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::OUTPUT_FORMAT;
use ebbtide::resource::cloud_control::{Facts, facts, types};

/// Lists the types of AWS that `Any` is checked for, or the properties of one
#[derive(Debug, Args)]
pub(in crate::cli) struct TypesArgs {
    /// A type, such as AWS::Backup::BackupVault
    #[arg(value_name = "TYPE")]
    type_name: Option<String>,
}

#[derive(Serialize)]
struct TypesView {
    format: u32,
    types: Vec<&'static str>,
}

#[derive(Serialize)]
struct TypeView {
    format: u32,
    #[serde(rename = "type")]
    type_name: &'static str,
    identifier: &'static [String],
    tags: Option<&'static str>,
    properties: Vec<PropertyView>,
}

/// A property of a type.
#[derive(Serialize)]
struct PropertyView {
    name: &'static str,
    form: String,
    required: bool,
    /// Whether a change replaces the resource.
    replaces: bool,
    /// Whether AWS assigns it: an output.
    assigned: bool,
    /// Whether AWS never shows it.
    hidden: bool,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &TypesArgs) -> Result<u8, CommandError> {
    let Some(name) = &arguments.type_name else { return list(context) };
    let Some(facts) = facts(name) else {
        let all: Vec<String> = types().map(|facts| facts.type_name.clone()).collect();
        return Err(CommandError::unknown("type", name, &all));
    };
    let view = view(facts);
    if context.output.is_json() {
        context.output.json(&view)?;
        return Ok(DONE);
    }
    let row = |property: &PropertyView| [format!("  {}", property.name), property.form.clone(), marks(property)];
    let rows: Vec<_> = view.properties.iter().map(row).collect();
    let identifier = format!("{}\n  identified by {}", facts.type_name, facts.identifier.join(" and "));
    let tags = if facts.tags.is_some() { "tags are set with `tag`" } else { "without tags" };
    context.output.result(&format!("{identifier}; {tags}\n\n{}", table([Align::Left; 3], &rows)))?;
    Ok(DONE)
}

fn list(context: &CommandContext) -> Result<u8, CommandError> {
    let types: Vec<&str> = types().map(|facts| facts.type_name.as_str()).collect();
    if context.output.is_json() {
        context.output.json(&TypesView { format: OUTPUT_FORMAT, types })?;
    } else {
        context.output.result(&(types.join("\n") + "\n"))?;
    }
    Ok(DONE)
}

fn view(facts: &'static Facts) -> TypeView {
    let property = |(name, schema): (&'static String, &'static Value)| PropertyView {
        name,
        form: form(facts, schema),
        required: facts.required.contains(name),
        replaces: facts.create_only.contains(name),
        assigned: facts.read_only.contains(name),
        hidden: facts.write_only.contains(name),
    };
    let own = facts.properties.iter().filter(|(name, _)| facts.tags.as_ref() != Some(name));
    TypeView {
        format: OUTPUT_FORMAT,
        type_name: &facts.type_name,
        identifier: &facts.identifier,
        tags: facts.tags.as_deref(),
        properties: own.map(property).collect(),
    }
}

/// Returns the form of a value, in words.
fn form(facts: &Facts, schema: &Value) -> String {
    let schema = facts.followed(schema);
    if let Some(words) = schema["enum"].as_array() {
        return words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | ");
    }
    let word = |name: &str| match name {
        "array" => format!("list of {}", form(facts, &schema["items"])),
        "string" => "text".to_owned(),
        "integer" => "whole number".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::String(name) => word(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>().join(" or "),
        _ => "object".to_owned(),
    }
}

fn marks(property: &PropertyView) -> String {
    let marks = [
        (property.required, "required"),
        (property.replaces, "a change replaces the resource"),
        (property.assigned, "assigned by AWS"),
        (property.hidden, "never shown by AWS"),
    ];
    marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect::<Vec<_>>().join(", ")
}
