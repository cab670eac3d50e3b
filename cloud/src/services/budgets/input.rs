//! Reading the input of Budgets calls, and the errors they share.

use serde_json::Value;

use crate::service::Fault;
use crate::services::paging::{Page, page};

/// Returns the error for a wrong parameter.
pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterException", message)
}

/// Returns the error for a resource that does not exist.
pub(super) fn not_found(message: impl Into<String>) -> Fault {
    Fault::new("NotFoundException", message)
}

/// Returns the error for a resource that exists already.
pub(super) fn duplicate(message: impl Into<String>) -> Fault {
    Fault::new("DuplicateRecordException", message)
}

/// Returns the error for exceeding a limit.
pub(super) fn limit(message: impl Into<String>) -> Fault {
    Fault::new("CreationLimitExceededException", message)
}

/// Returns a required text.
pub(super) fn need<'a>(input: &'a Value, name: &str) -> Result<&'a str, Fault> {
    input[name].as_str().filter(|text| !text.is_empty()).ok_or_else(|| invalid(format!("{name} must not be null")))
}

/// Returns a required structure.
pub(super) fn need_structure<'a>(input: &'a Value, name: &str) -> Result<&'a Value, Fault> {
    Some(&input[name]).filter(|value| value.is_object()).ok_or_else(|| invalid(format!("{name} must not be null")))
}

/// Returns the members of a list; one that is absent is empty.
pub(super) fn members<'a>(input: &'a Value, name: &str) -> &'a [Value] {
    input[name].as_array().map_or(&[], Vec::as_slice)
}

/// Returns a required text that is one of `choices`.
pub(super) fn need_one_of<'a>(input: &'a Value, name: &str, choices: &[&str]) -> Result<&'a str, Fault> {
    let value = need(input, name)?;
    if choices.contains(&value) {
        return Ok(value);
    }
    Err(invalid(format!("Value '{value}' at '{name}' must be one of {}", choices.join(", "))))
}

/// Checks that the account of the call is this cloud's.
pub(super) fn check_account(input: &Value, account: &str) -> Result<(), Fault> {
    let given = need(input, "AccountId")?;
    if given.len() != 12 || !given.chars().all(|digit| digit.is_ascii_digit()) {
        return Err(invalid(format!("Value '{given}' at 'accountId' must be 12 digits")));
    }
    if given != account {
        return Err(Fault::new(
            "AccessDeniedException",
            format!("Account {account} may not act on the budgets of {given}"),
        ));
    }
    Ok(())
}

/// Returns a page of the items of a describe call, by the input's MaxResults and NextToken.
pub(super) fn paged<T>(
    input: &Value,
    items: impl IntoIterator<Item = (String, T)>,
    usual: usize,
    most: usize,
) -> Result<Page<T>, Fault> {
    let size = match input["MaxResults"].as_i64() {
        None => usual,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=most).contains(size))
            .ok_or_else(|| invalid(format!("Value '{size}' at 'maxResults' must be between 1 and {most}")))?,
    };
    page(items, input["NextToken"].as_str(), size)
        .ok_or_else(|| Fault::new("InvalidNextTokenException", "The pagination token is invalid"))
}

/// Returns keys for items that have an order and no name.
pub(super) fn numbered<T>(items: impl IntoIterator<Item = T>) -> impl Iterator<Item = (String, T)> {
    items.into_iter().enumerate().map(|(number, item)| (format!("{number:08}"), item))
}

/// The fields of a response, or an error.
pub(super) type Outcome = Result<Value, Fault>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_clouds_own_account_is_served() {
        let code = |account: &str| check_account(&json!({ "AccountId": account }), "123456789012").unwrap_err().code;
        check_account(&json!({ "AccountId": "123456789012" }), "123456789012").unwrap();
        assert_eq!(code("210987654321"), "AccessDeniedException");
        assert_eq!(code("12345"), "InvalidParameterException");
        assert_eq!(code(""), "InvalidParameterException");
    }
}
