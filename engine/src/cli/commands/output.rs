//! `ebb output`: prints the outputs of a stack, as recorded. A sleeping resource shows the last value it had, marked.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use owo_colors::OwoColorize as _;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::context::{self, CommandContext};
use crate::cli::error::{CommandError, CommandErrorKind, DONE};
use crate::cli::runtime;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, references, resolve};

/// Prints the outputs of a stack
#[derive(Debug, Args)]
pub(in crate::cli) struct OutputArgs {
    /// The stack, and the name of one output; the stack is optional if there is only one
    #[arg(value_name = "STACK NAME", num_args = 0..=2)]
    names: Vec<String>,
    /// The format
    #[arg(short = 'o', long, value_enum, default_value_t = OutputFormat::Table)]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// Aligned, for people
    Table,
    /// One JSON object
    Json,
    /// NAME=value lines for a .env file
    Dotenv,
    /// `export` lines for a shell to evaluate
    Shell,
    /// NAME=value lines for the file $GITHUB_OUTPUT of a workflow
    Github,
}

/// One output of a stack.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct OutputView {
    #[serde(skip)]
    name: String,
    /// Null if it is not known yet.
    value: Value,
    /// Whether a resource that it comes from is asleep.
    asleep: bool,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &OutputArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(output(context, arguments))
}

async fn output(context: &CommandContext, arguments: &OutputArgs) -> Result<u8, CommandError> {
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
        CommandError::nothing_recorded(CommandErrorKind::State, &stack, environment.name())
            .hint(format!("`ebb apply {stack}` creates it, and its outputs"))
    })?;
    let outputs = views(&document);
    let format = if context.output.is_json() { OutputFormat::Json } else { arguments.format };
    let text = match name {
        None => render(&outputs, format)?,
        Some(name) => {
            let known: Vec<_> = outputs.iter().map(|output| output.name.clone()).collect();
            let output = outputs.iter().find(|output| output.name == *name);
            let output = output.ok_or_else(|| CommandError::unknown("output", name, &known))?;
            match format {
                OutputFormat::Table => format!("{}\n", plain(&output.value)),
                OutputFormat::Json => json(&output.value)?,
                OutputFormat::Dotenv | OutputFormat::Shell | OutputFormat::Github => {
                    render(std::slice::from_ref(output), format)?
                }
            }
        }
    };
    context.output.result(&text)?;
    Ok(DONE)
}

fn views(document: &StateDocument) -> Vec<OutputView> {
    let asleep = |address: &Address| document.resources.get(address).is_some_and(|record| record.is_asleep());
    document
        .outputs
        .iter()
        .map(|(name, value)| {
            let (known, unknown) = resolve(value, &|reference| document.output(reference));
            OutputView {
                name: name.clone(),
                value: if unknown.is_empty() { known } else { Value::Null },
                asleep: references(value).iter().any(|reference| asleep(&reference.address)),
            }
        })
        .collect()
}

fn render(outputs: &[OutputView], format: OutputFormat) -> Result<String, CommandError> {
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
                .map_err(|error| CommandError::failed("write the outputs", error))?;
            text = json(&Value::Object(fields))?;
        }
        OutputFormat::Dotenv | OutputFormat::Shell | OutputFormat::Github => {
            for output in outputs.iter().filter(|output| !output.value.is_null()) {
                let (name, value) = (variable(&output.name), plain(&output.value));
                // The file of a workflow has no comments.
                if output.asleep && format != OutputFormat::Github {
                    let _ = writeln!(text, "# {name} is asleep, and this is its last value:");
                }
                let _ = match format {
                    OutputFormat::Shell => writeln!(text, "export {name}={}", in_single_quotes(&value)),
                    OutputFormat::Github => writeln!(text, "{}", for_workflow(&name, &value)),
                    OutputFormat::Table | OutputFormat::Json | OutputFormat::Dotenv => {
                        writeln!(text, "{name}={}", quoted(&value))
                    }
                };
            }
        }
    }
    Ok(text)
}

fn json(value: &Value) -> Result<String, CommandError> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| CommandError::failed("write the outputs", error))
}

/// Returns a text as it is, and anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns an output's name as an environment variable: `query_endpoint` becomes `QUERY_ENDPOINT`.
fn variable(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Returns a value as every reader of .env files accepts it: quoted where necessary.
fn quoted(value: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(harmless) {
        return value.to_owned();
    }
    let escaped =
        value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$").replace('`', "\\`").replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// Returns a value as a shell takes it literally.
fn in_single_quotes(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Returns the line of an output in the file of a GitHub workflow; a value of several lines stands between two that occur in none of
/// them.
fn for_workflow(name: &str, value: &str) -> String {
    if !value.contains(['\n', '\r']) {
        return format!("{name}={value}");
    }
    let ends = |end: &String| value.lines().all(|line| line != end);
    let end = (0..).map(|number| format!("EBB_END_{number}")).find(ends).unwrap_or_default();
    format!("{name}<<{end}\n{value}\n{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_lines_can_be_read_by_a_shell() {
        let output = |name: &str, value: Value, asleep| OutputView { name: name.into(), value, asleep };
        let outputs = [
            output("query-enhancer", "prod-query-1".into(), false),
            output("SAGEMAKER_LLM_ENABLED", true.into(), false),
            output("greeting", "say \"hi\" for $5".into(), true),
            output("unknown", Value::Null, false),
        ];
        assert_eq!(
            render(&outputs, OutputFormat::Dotenv).unwrap(),
            "QUERY_ENHANCER=prod-query-1\nSAGEMAKER_LLM_ENABLED=true\n# GREETING is asleep, and this is its last value:\nGREETING=\"say \\\"hi\\\" for \\$5\"\n"
        );
    }

    #[test]
    fn a_shell_and_a_workflow_take_values_literally() {
        let output = |value: &str| OutputView { name: "greeting".into(), value: value.into(), asleep: false };
        let render = |value, format| render(&[output(value)], format).unwrap();
        assert_eq!(render("it's $5 `now`", OutputFormat::Shell), "export GREETING='it'\\''s $5 `now`'\n");
        assert_eq!(render("a b", OutputFormat::Github), "GREETING=a b\n");
        assert_eq!(render("one\nEBB_END_0", OutputFormat::Github), "GREETING<<EBB_END_1\none\nEBB_END_0\nEBB_END_1\n");
    }
}
