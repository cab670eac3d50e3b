//! Findings: something that AWS would refuse, or that could not be checked.

use serde::Serialize;

use ebbtide::resource::Address;

/// Something that a check before the first change found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// Whether the plan would fail.
    pub severity: Severity,
    /// The resources that it is about; none for the whole plan.
    pub addresses: Vec<Address>,
    /// The finding, in AWS's words where there are any.
    pub message: String,
    /// The command or page that helps, if one does.
    pub remedy: Option<String>,
    /// Whether waiting may help, as others of the account may give up what is lacking.
    pub may_pass: bool,
}

/// The checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// What resources need and no stack makes: artifacts, images, base models.
    Needs,
    /// The quotas on instances.
    Quota,
    /// The zones of subnets.
    Zone,
    /// The permissions of the credentials, simulated.
    Permission,
}

/// The weight of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The plan would fail.
    Error,
    /// The plan may fail, or this is not known.
    Warning,
}

impl Finding {
    /// Creates a finding without a remedy that waiting does not help.
    pub fn new(check: Check, severity: Severity, addresses: Vec<Address>, message: String) -> Self {
        Self { check, severity, addresses, message, remedy: None, may_pass: false }
    }

    /// Creates the warning that a check could not be made.
    pub fn unchecked(check: Check, because: impl std::fmt::Display) -> Self {
        let what = match check {
            Check::Needs => "what it needs was not looked for",
            Check::Quota => "the quotas on instances were not checked",
            Check::Zone => "the zones of subnets were not checked",
            Check::Permission => "the permissions of these credentials were not simulated",
        };
        Self::new(check, Severity::Warning, Vec::new(), format!("{what}: {because}"))
    }

    /// Adds the command or page that helps.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Returns whether the plan would fail.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
