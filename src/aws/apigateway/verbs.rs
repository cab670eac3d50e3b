//! The verbs of HTTP that API Gateway knows, and the names of variables.

/// The verbs; `ANY` stands for all of them.
const VERBS: [&str; 8] = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Returns the reason why a text is no verb.
pub(super) fn verb_problem(verb: &str) -> Option<String> {
    (!VERBS.contains(&verb)).then(|| format!("`{verb}` is no method of HTTP here: use one of {}", VERBS.join(", ")))
}

/// Returns the reason why a stage could not have a variable of this name, and of this value if that is known.
pub(super) fn variable_problem(name: &str, value: Option<&str>) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_name) {
        return Some(format!("`{name}` is not the name of a variable: use letters, digits and `_`"));
    }
    // The pattern of `StageVariables` in "Amazon API Gateway quotas and important notes".
    let is_value = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#&=,".contains(c);
    let value = value.filter(|value| value.is_empty() || value.len() > 512 || !value.chars().all(is_value))?;
    Some(format!("{name} = `{value}`: a value has 1 to 512 letters, digits and any of -._~:/?#&=,"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_and_variables_that_aws_refuses_are_found() {
        assert!(verb_problem("get").is_some() && verb_problem("ANY").is_none());
        assert!(variable_problem("back-end", None).is_some() && variable_problem("", None).is_some());
        assert!(variable_problem("backend", Some("a b")).is_some() && variable_problem("backend", Some("")).is_some());
        assert!(variable_problem("backend", Some("internal-x.elb.amazonaws.com:80/v1?a=b")).is_none());
    }
}
