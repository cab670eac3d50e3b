//! Names of time zones that mean different things to different people.

/// The abbreviations that are refused, each with the names to write instead.
const ABBREVIATIONS: [(&str, &str); 33] = [
    ("ACT", "Australia/Darwin or America/Rio_Branco"),
    ("AEST", "Australia/Brisbane or Australia/Sydney"),
    ("AST", "America/Halifax or Asia/Riyadh"),
    ("BST", "Europe/London, Asia/Dhaka or Pacific/Bougainville"),
    ("CDT", "America/Chicago or America/Havana"),
    ("CEST", "Europe/Berlin or another city of central Europe"),
    ("CET", "Europe/Berlin or another city of central Europe, or Africa/Algiers, where clocks never change"),
    ("CST", "America/Chicago, America/Havana or Asia/Shanghai"),
    ("CST6CDT", "America/Chicago or America/Winnipeg"),
    ("EDT", "America/New_York or America/Toronto"),
    ("EET", "Europe/Athens or another city of eastern Europe, or Africa/Cairo"),
    ("EST", "America/New_York, or America/Panama, where clocks never change"),
    ("EST5EDT", "America/New_York or America/Toronto"),
    ("GST", "Asia/Dubai or Atlantic/South_Georgia"),
    ("HST", "Pacific/Honolulu, or America/Adak, where clocks change"),
    ("IDT", "Asia/Jerusalem"),
    ("IST", "Asia/Kolkata, Europe/Dublin or Asia/Jerusalem"),
    ("JST", "Asia/Tokyo"),
    ("KST", "Asia/Seoul"),
    ("MDT", "America/Denver or America/Edmonton"),
    ("MET", "Europe/Berlin or another city of central Europe"),
    ("MSK", "Europe/Moscow"),
    ("MST", "America/Denver, America/Phoenix, where clocks never change, or Asia/Kuala_Lumpur"),
    ("MST7MDT", "America/Denver or America/Edmonton"),
    ("NST", "America/St_Johns"),
    ("PDT", "America/Los_Angeles"),
    ("PKT", "Asia/Karachi"),
    ("PST", "America/Los_Angeles or Asia/Manila"),
    ("PST8PDT", "America/Los_Angeles or America/Tijuana"),
    ("SGT", "Asia/Singapore"),
    ("SST", "Pacific/Pago_Pago or Asia/Singapore"),
    ("WET", "Europe/Lisbon or Atlantic/Canary"),
    ("LOCAL", "the name of a city, such as Europe/Berlin: schedules do not depend on the machine"),
];

/// Returns the names to write instead of an ambiguous name of a time zone; `None` if it is not ambiguous.
pub fn ambiguous_zone(name: &str) -> Option<String> {
    let upper = name.trim().to_uppercase();
    let known = ABBREVIATIONS.iter().find(|(abbreviation, _)| *abbreviation == upper);
    if let Some((_, instead)) = known {
        return Some((*instead).to_owned());
    }
    // The signs of Etc/GMT+5 and UTC+5 are opposite.
    let offset = ["ETC/GMT", "GMT", "UTC", ""].iter().find_map(|prefix| upper.strip_prefix(prefix));
    let is_offset = offset.and_then(|rest| rest.strip_prefix(['+', '-'])).is_some_and(|digits| {
        digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(|c: char| ('1'..='9').contains(&c))
    });
    is_offset.then(|| "the name of a city, such as America/New_York, or UTC".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_names_are_refused_with_the_names_to_write_instead() {
        assert!(ambiguous_zone("ist").is_some_and(|instead| instead.contains("Asia/Kolkata")));
        for name in ["EST", "cst", "Etc/GMT+5", "UTC-3", "GMT+2", "+02:00", "local"] {
            assert!(ambiguous_zone(name).is_some(), "{name}");
        }
        for name in ["UTC", "Etc/UTC", "GMT", "GMT0", "Europe/Berlin", "America/New_York", "Japan", "Nowhere/At_All"] {
            assert!(ambiguous_zone(name).is_none(), "{name}");
        }
    }
}
