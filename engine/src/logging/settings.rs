//! What the environment and the command line ask for.

/// What to log, and where to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// The directives for standard error; `None` to log nothing there.
    pub(super) directives: Option<String>,
    /// Whether crates of others may log requests and responses, where a directive names them.
    pub(super) lifted: bool,
    /// The URL of an OpenTelemetry collector.
    pub(super) collector: Option<String>,
}

/// What `-vv` stands for.
const VERBOSE: &str = "warn,ebbtide=debug";

/// Variables whose whole value is secret.
const SECRET_VARIABLES: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "EBB_STATE_PASSPHRASE",
    "EBB_STATE_PASSPHRASE_PREVIOUS",
];

/// Variables with headers for a collector, `name=value,name=value`.
const HEADER_VARIABLES: &[&str] = &["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

impl Settings {
    /// Reads the variables of an environment. `verbosity` counts the `-v` on the command line.
    pub(super) fn new(verbosity: u8, variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).filter(|value: &String| !value.trim().is_empty());
        Self {
            directives: variable("EBB_LOG").or_else(|| (verbosity >= 2).then(|| VERBOSE.to_owned())),
            lifted: variable("EBB_LOG_UNSAFE").is_some_and(|value| value == "1"),
            collector: variable("EBB_OTLP_ENDPOINT"),
        }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_off(&self) -> bool {
        self.directives.is_none() && self.collector.is_none()
    }
}

/// Returns the secrets that an environment is known to hold.
pub(super) fn secrets(variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut secrets: Vec<_> = SECRET_VARIABLES.iter().filter_map(|name| variable(name)).collect();
    for headers in HEADER_VARIABLES.iter().filter_map(|name| variable(name)) {
        let values = headers.split(',').filter_map(|header| header.split_once('='));
        secrets.extend(values.map(|(_, value)| value.trim().to_owned()));
    }
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(verbosity: u8, variables: &[(&str, &str)]) -> Settings {
        Settings::new(verbosity, &|name| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_is_logged_unless_it_is_asked_for() {
        assert!(settings(0, &[]).is_off());
        assert!(settings(1, &[("EBB_LOG", " "), ("EBB_OTLP_ENDPOINT", "")]).is_off());
        assert!(!settings(2, &[]).is_off());
        assert!(!settings(0, &[("EBB_OTLP_ENDPOINT", "http://localhost:4318")]).is_off());
    }

    #[test]
    fn the_variable_is_more_specific_than_the_flag() {
        assert_eq!(settings(2, &[]).directives.as_deref(), Some(VERBOSE));
        assert_eq!(settings(3, &[("EBB_LOG", "info")]).directives.as_deref(), Some("info"));
        assert!(settings(0, &[("EBB_LOG", "info"), ("EBB_LOG_UNSAFE", "1")]).lifted);
        assert!(!settings(0, &[("EBB_LOG", "info"), ("EBB_LOG_UNSAFE", "yes")]).lifted);
    }

    #[test]
    fn secrets_of_the_environment_are_known_from_the_start() {
        let environment = |name: &str| match name {
            "AWS_SESSION_TOKEN" => Some("token".to_owned()),
            "OTEL_EXPORTER_OTLP_HEADERS" => Some("api-key=first, x-tenant=second=".to_owned()),
            _ => None,
        };
        assert_eq!(secrets(&environment), ["token", "first", "second="]);
    }
}
