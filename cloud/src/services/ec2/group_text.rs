//! The texts that people give to security groups and rules.

use crate::service::Fault;

/// Refuses a name or description that is too long or has characters beyond those AWS allows.
pub fn check_text(parameter: &str, text: &str) -> Result<(), Fault> {
    if text.len() > 255 {
        return Err(invalid(parameter, text, "It may be up to 255 characters in length"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    if !text.chars().all(allowed) {
        return Err(invalid(parameter, text, "Valid characters are a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*"));
    }
    Ok(())
}

pub fn invalid(parameter: &str, text: &str, why: &str) -> Fault {
    Fault::new("InvalidParameterValue", format!("Value ({text}) for parameter {parameter} is invalid. {why}"))
}
