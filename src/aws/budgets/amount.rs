//! Amounts of money as decimal text: what AWS writes as `6190.0` is the same as `6190`.

/// What is wrong with an amount: it is more than nothing, with at most two decimal places.
pub(super) fn amount_problem(text: &str) -> Option<String> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let fits = digits(whole) && digits(cents) && cents.len() <= 2 && whole.len() <= 12;
    (!fits || canonical(text) == "0").then(|| format!("`{text}` is no amount: write it like 6190 or 6190.50"))
}

/// The amount without needless zeros.
pub(super) fn canonical(text: &str) -> String {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// What was read, in the words of `last` where it is the same amount.
pub(super) fn in_words_of(last: &str, read: &str) -> String {
    if canonical(last) == canonical(read) { last.to_owned() } else { canonical(read) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_compared_as_numbers() {
        assert_eq!(in_words_of("6190", "6190.0"), "6190");
        assert_eq!(in_words_of("6190.50", "6190.5"), "6190.50");
        assert_eq!(in_words_of("6190", "7000.00"), "7000");
        assert_eq!(canonical("007.100"), "7.1");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for fine in ["6190", "6190.5", "0.01"] {
            assert_eq!(amount_problem(fine), None, "{fine}");
        }
        for wrong in ["", "0", "0.00", "-5", "1e3", "6,190", "1.234", "$5", "."] {
            assert!(amount_problem(wrong).is_some(), "{wrong}");
        }
    }
}
