//! Amounts of money as decimal text. AWS writes `6190.0` for `6190`, which is the same amount.

/// Returns the problem with an amount, if it has one. An amount is above zero and has at most two decimal places.
pub(super) fn amount_problem(text: &str) -> Option<String> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let fits = digits(whole) && digits(cents) && cents.len() <= 2 && whole.len() <= 12;
    (!fits || canonical(text) == "0").then(|| format!("`{text}` is not an amount: write it like 6190 or 6190.50"))
}

/// Returns the amount without needless zeros.
fn canonical(text: &str) -> String {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Returns the amount that was read, as `last` writes it if both are the same.
#[doc(hidden)]
pub fn amount_as_written(last: &str, read: &str) -> String {
    if canonical(last) == canonical(read) { last.to_owned() } else { canonical(read) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_compared_as_numbers() {
        assert_eq!(amount_as_written("6190", "6190.0"), "6190");
        assert_eq!(amount_as_written("6190.50", "6190.5"), "6190.50");
        assert_eq!(amount_as_written("6190", "7000.00"), "7000");
        assert_eq!(canonical("007.100"), "7.1");
    }

    #[test]
    fn invalid_amounts_are_refused() {
        for fine in ["6190", "6190.5", "0.01"] {
            assert_eq!(amount_problem(fine), None, "{fine}");
        }
        for wrong in ["", "0", "0.00", "-5", "1e3", "6,190", "1.234", "$5", "."] {
            assert!(amount_problem(wrong).is_some(), "{wrong}");
        }
    }
}
