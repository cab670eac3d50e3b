//! `ebb output`: the outputs of a stack, as recorded. What sleeps shows the value of its last life, marked.

use std::fmt::Write as _;

use owo_colors::OwoColorize as _;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::arguments::{OutputFormat, Outputs};
use crate::cli::context;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, DONE, ErrorKind};
use ebbtide::record::StateDocument;
use ebbtide::resource::{references, resolve};

/// One output of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Resolved {
    #[serde(skip)]
    name: String,
    /// Null if it is not known yet.
    value: Value,
    /// Whether a resource that it comes from is asleep.
    asleep: bool,
}

pub(super) async fn run(context: &Context, arguments: &Outputs) -> Result<u8, CommandError> {
    let environment = context.recorded_environment()?;
    let known = context.known_stacks(&environment).await?;
    let (stack, name) = match arguments.names.as_slice() {
        [stack, name] => (Some(stack), Some(name)),
        [one] if known.contains(one) => (Some(one), None),
        [one] if known.len() == 1 => (None, Some(one)),
        [one] => (Some(one), None),
        _ => (None, None),
    };
    let stack = context.stack(&environment, stack.map(String::as_str)).await?;
    let document = context::recorded(&environment.state(&stack, None).await?).await?.ok_or_else(|| {
        CommandError::new(ErrorKind::State, format!("nothing is recorded of {stack} in {}", environment.name()))
            .hint(format!("outputs are there after `ebb apply {stack}`"))
    })?;
    let outputs = resolved(&document);
    let format = if context.output.is_json() { OutputFormat::Json } else { arguments.format };
    let text = match name {
        None => all(&outputs, format)?,
        Some(name) => {
            let known: Vec<_> = outputs.iter().map(|output| output.name.clone()).collect();
            let output = outputs.iter().find(|output| output.name == *name);
            let output = output.ok_or_else(|| CommandError::unknown("output", name, &known))?;
            match format {
                OutputFormat::Table => format!("{}\n", plain(&output.value)),
                OutputFormat::Json => json(&output.value)?,
                OutputFormat::Dotenv => all(std::slice::from_ref(output), format)?,
            }
        }
    };
    context.output.result(&text)?;
    Ok(DONE)
}

fn resolved(document: &StateDocument) -> Vec<Resolved> {
    let asleep = |value: &Value| {
        references(value)
            .iter()
            .any(|reference| document.resources.get(&reference.address).is_some_and(|entry| entry.is_asleep()))
    };
    document
        .outputs
        .iter()
        .map(|(name, value)| {
            let (known, unknown) = resolve(value, &|reference| document.output(reference));
            Resolved {
                name: name.clone(),
                value: if unknown.is_empty() { known } else { Value::Null },
                asleep: asleep(value) || joined_asleep(document, value),
            }
        })
        .collect()
}

/// Whether a part of joined text comes from what sleeps.
fn joined_asleep(document: &StateDocument, value: &Value) -> bool {
    let parts = value.get("$join").and_then(Value::as_array);
    parts.into_iter().flatten().flat_map(references).any(|reference| {
        document.resources.get(&reference.address).is_some_and(ebbtide::record::ResourceRecord::is_asleep)
    })
}

fn all(outputs: &[Resolved], format: OutputFormat) -> Result<String, CommandError> {
    let mut text = String::new();
    match format {
        OutputFormat::Table => {
            let width = outputs.iter().map(|output| output.name.chars().count()).max().unwrap_or(0);
            for output in outputs {
                let mark = if output.asleep { "  (asleep)" } else { "" };
                let value = if output.value.is_null() { "(not known yet)".to_owned() } else { plain(&output.value) };
                // Writing into text cannot fail.
                let _ = writeln!(text, "{:<width$}  {value}{}", output.name, mark.blue());
            }
        }
        OutputFormat::Json => {
            let fields: Map<String, Value> = outputs
                .iter()
                .map(|output| Ok((output.name.clone(), serde_json::to_value(output)?)))
                .collect::<Result<_, serde_json::Error>>()
                .map_err(|error| CommandError::io("write the outputs", &std::io::Error::other(error)))?;
            text = json(&Value::Object(fields))?;
        }
        OutputFormat::Dotenv => {
            for output in outputs.iter().filter(|output| !output.value.is_null()) {
                if output.asleep {
                    let _ = writeln!(text, "# asleep:");
                }
                let _ = writeln!(text, "{}={}", variable(&output.name), quoted(&plain(&output.value)));
            }
        }
    }
    Ok(text)
}

fn json(value: &Value) -> Result<String, CommandError> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| CommandError::io("write the outputs", &std::io::Error::other(error)))
}

/// Text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An output's name as an environment variable: `query_endpoint` is `QUERY_ENDPOINT`.
fn variable(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// A value as every reader of .env files takes it: quoted where it must be.
fn quoted(value: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(harmless) {
        return value.to_owned();
    }
    let escaped =
        value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_lines_can_be_read_by_a_shell() {
        let output = |name: &str, value: Value, asleep| Resolved { name: name.into(), value, asleep };
        let outputs = [
            output("query-enhancer", "prod-query-1".into(), false),
            output("SAGEMAKER_LLM_ENABLED", true.into(), false),
            output("greeting", "say \"hi\" for $5".into(), true),
            output("unknown", Value::Null, false),
        ];
        assert_eq!(
            all(&outputs, OutputFormat::Dotenv).unwrap(),
            "QUERY_ENHANCER=prod-query-1\nSAGEMAKER_LLM_ENABLED=true\n# asleep:\nGREETING=\"say \\\"hi\\\" for \\$5\"\n"
        );
    }
}
