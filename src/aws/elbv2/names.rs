//! Names of load balancers and target groups.

use crate::resource::Identity;

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 32;

/// The beginning that AWS keeps for the host names of internal load balancers.
const RESERVED: &str = "internal-";

/// Returns the problem of a name: "must contain only alphanumeric characters or hyphens, must not begin or end with a hyphen"
/// (CreateLoadBalancer, CreateTargetGroup).
pub(super) fn name_problem(name: &str, thing: &str) -> Option<String> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    let advice = format!("use 1 to {MAX_NAME_LENGTH} letters, digits and hyphens, without a hyphen at either end");
    (!fits).then(|| format!("`{name}` is not the name of a {thing}: {advice}"))
}

/// Returns the problem of the name of a load balancer: it "must not begin with `internal-`" (CreateLoadBalancer).
pub(super) fn balancer_name_problem(name: &str) -> Option<String> {
    let reserved = || name.starts_with(RESERVED).then(|| format!("begins with `{RESERVED}`, which AWS refuses"));
    name_problem(name, "load balancer").or_else(reserved)
}

/// Returns the name that follows from an identity.
pub(super) fn derived_name(identity: &Identity) -> String {
    let name = identity.name(MAX_NAME_LENGTH);
    // The name of an environment may be `internal`.
    match name.strip_prefix(RESERVED) {
        Some(rest) => format!("in-{rest}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_form_of_aws() {
        for name in ["front", "a", "internal", &"x".repeat(32)] {
            assert_eq!(balancer_name_problem(name), None);
        }
        for name in ["", "-front", "front-", "fr_ont", "internal-front", &"x".repeat(33)] {
            assert!(balancer_name_problem(name).is_some(), "{name}");
        }
        assert_eq!(name_problem("internal-web", "target group"), None);
    }
}
