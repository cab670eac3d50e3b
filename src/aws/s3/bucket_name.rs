//! The rules for names of buckets.

use std::net::Ipv4Addr;

/// Returns the reason why a text cannot be a bucket's name.
pub(super) fn name_problem(name: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let reason = if !(3..=63).contains(&name.len()) {
        "3 to 63 characters"
    } else if !name.chars().all(|c| plain(c) || ".-".contains(c)) {
        "lower-case letters, digits, `-` and `.` only"
    } else if !name.starts_with(plain) || !name.ends_with(plain) {
        "a letter or digit at both ends"
    } else if name.contains("..") {
        "no two dots side by side"
    } else if name.parse::<Ipv4Addr>().is_ok() {
        "not the form of an IP address"
    } else if ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| name.starts_with(start)) {
        "AWS keeps names that begin with xn--, sthree- and amzn-s3-demo- to itself"
    } else if ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end)) {
        "AWS keeps names that end in -s3alias, --ol-s3, .mrap, --x-s3 and --table-s3 to itself"
    } else {
        return None;
    };
    Some(format!("`{name}` is not a bucket name: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::name_problem;

    #[test]
    fn names_follow_the_rules_of_s3() {
        for good in ["abc", "my-bucket.v1", "0ab"] {
            assert_eq!(name_problem(good), None);
        }
        for (bad, reason) in [
            ("ab", "3 to 63"),
            ("My-bucket", "lower-case"),
            ("a_b_c", "lower-case"),
            ("-abc", "both ends"),
            ("abc.", "both ends"),
            ("a..b", "two dots"),
            ("10.0.0.1", "IP address"),
            ("xn--abc", "begin"),
            ("abc--x-s3", "end in"),
        ] {
            let problem = name_problem(bad);
            assert!(problem.as_ref().is_some_and(|problem| problem.contains(reason)), "{bad}: {problem:?}");
        }
    }
}
