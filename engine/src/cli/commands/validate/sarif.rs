//! The result of `ebb validate` in SARIF 2.1.0 (OASIS standard, 27 March 2020), which code scanning of GitHub and GitLab reads.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::check::Checked;
use crate::cli::context::CommandContext;
use crate::cli::error::Finding;
use crate::environment::Project;

/// Returns the document for environments that were checked.
pub(super) fn sarif(context: &CommandContext, all: &[Checked]) -> Value {
    let results: Vec<SarifResult> = all.iter().flat_map(|checked| results(context, checked)).collect();
    let rules: BTreeSet<&str> = results.iter().map(|result| result.rule.as_str()).collect();
    let rules: Vec<Value> = rules.into_iter().map(|rule| json!({ "id": rule })).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "ebb", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results.iter().map(SarifResult::json).collect::<Vec<_>>(),
        }],
    })
}

struct SarifResult {
    rule: String,
    level: &'static str,
    message: String,
    file: String,
    line: usize,
    column: usize,
    /// The address of a resource, or the name of a stack.
    logical: Option<String>,
}

impl SarifResult {
    fn json(&self) -> Value {
        let region = json!({ "startLine": self.line, "startColumn": self.column });
        let physical = json!({ "artifactLocation": { "uri": self.file }, "region": region });
        let mut location = json!({ "physicalLocation": physical });
        if let Some(name) = &self.logical {
            location["logicalLocations"] = json!([{ "fullyQualifiedName": name }]);
        }
        json!({ "ruleId": self.rule, "level": self.level, "message": { "text": self.message }, "locations": [location] })
    }
}

fn results(context: &CommandContext, checked: &Checked) -> Vec<SarifResult> {
    let path = context.project().map(|project| project.environment_file(&checked.environment));
    let file = path.map(|path| Project::shown(&path)).unwrap_or_default();
    let result = |level, rule: &str, at: Option<&str>, message: String| {
        // A finding without a place in a file belongs to the environment's.
        let place = at.and_then(place);
        let logical = at.filter(|_| place.is_none()).map(str::to_owned);
        let (file, line, column) = place.unwrap_or((file.as_str(), 1, 1));
        SarifResult { rule: rule.to_owned(), level, message, file: file.to_owned(), line, column, logical }
    };
    let errors = checked.errors.iter().flat_map(|error| {
        let whole = Finding { rule: "error".to_owned(), at: None, message: error.to_string() };
        let findings = if error.findings.is_empty() { vec![whole] } else { error.findings.clone() };
        findings.into_iter().map(|found| result("error", &found.rule, found.at.as_deref(), found.message))
    });
    let warnings = checked.stacks.iter().flat_map(|stack| {
        stack.warnings.iter().map(|warning| {
            let rule = warning.policy.as_ref().map_or_else(|| "warning".to_owned(), |name| format!("policy/{name}"));
            let at = warning.address.as_ref().map_or_else(|| stack.stack.clone(), ToString::to_string);
            result("warning", &rule, Some(&at), format!("{}: {}", warning.message, warning.hint))
        })
    });
    let schedules = checked.schedules.iter();
    let schedules = schedules.map(|one| result("warning", "schedule", Some(&one.place), one.message.clone()));
    let prices = checked.prices.iter();
    let prices = prices.map(|one| result("warning", "price", Some(&one.place), one.message.clone()));
    errors.chain(warnings).chain(schedules).chain(prices).collect()
}

/// Returns file, line and column of a place such as `environments/prod.toml:3:7`.
fn place(text: &str) -> Option<(&str, usize, usize)> {
    let mut parts = text.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_file_a_line_and_a_column() {
        assert_eq!(place("environments/prod.toml:3:7"), Some(("environments/prod.toml", 3, 7)));
        for none in ["s3_bucket.models", "shop", "", "a:b:c", "prod.toml:3"] {
            assert_eq!(place(none), None, "{none}");
        }
    }
}
