//! Days of the week.

use jiff::civil::Weekday;

use super::problem::Problem;

/// The names of the days in full, from Sunday on, as cron counts them. Three letters are enough.
const NAMES: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const SHORT: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A set of days of the week. Bit 0 is Sunday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days(u8);

impl Days {
    pub(super) const ALL: Self = Self(0x7f);

    pub(super) fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.to_sunday_zero_offset()) != 0
    }

    /// Returns the days after these.
    pub(super) fn next(self) -> Self {
        Self((self.0 << 1 | self.0 >> 6) & 0x7f)
    }

    /// Returns the days that are in both sets.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the days that are not in the other set.
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Reads days and ranges of days, such as `mon-fri`, `fri-mon` or `tue,thu`.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut days = 0;
        for part in text.split(',') {
            let part = part.trim();
            if part.is_empty() {
                return Err(Problem::new(&[], "no day is named; write days such as `mon-fri` or `tue,thu`"));
            }
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            for day in range(index_of(first)?, index_of(last)?) {
                days |= 1 << day;
            }
        }
        Ok(Self(days))
    }
}

/// Returns the days from one to another, over the end of the week if need be.
pub(super) fn range(first: u8, last: u8) -> impl Iterator<Item = u8> {
    (0..=(last + 7 - first) % 7).map(move |offset| (first + offset) % 7)
}

/// Returns the number of a day that is named in full or with three letters: 0 for Sunday.
pub(super) fn numbered(name: &str) -> Option<u8> {
    let name = name.trim().to_lowercase();
    let found = NAMES.iter().position(|full| *full == name || full[..3] == name)?;
    u8::try_from(found).ok()
}

fn index_of(name: &str) -> Result<u8, Problem> {
    numbered(name).ok_or_else(|| Problem::unknown(&[], "day", name.trim(), &SHORT))
}

/// Returns the English name of a day.
pub(super) fn name_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Sunday => "Sunday",
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(text: &str) -> Vec<&'static str> {
        let days = Days::parse(text).unwrap();
        Weekday::Monday.cycle_forward().take(7).filter(|day| days.contains(*day)).map(name_of).collect()
    }

    #[test]
    fn ranges_of_days_may_wrap() {
        assert_eq!(listed("fri-mon"), ["Monday", "Friday", "Saturday", "Sunday"]);
        assert_eq!(listed("MON - Wednesday"), ["Monday", "Tuesday", "Wednesday"]);
        assert_eq!(listed("tue,thu"), ["Tuesday", "Thursday"]);
        assert_eq!(listed("mon-mon"), ["Monday"]);
        assert_eq!(listed("mon-sun").len(), 7);
        assert_eq!(Days::parse("sat").unwrap().next(), Days::parse("sun").unwrap());
    }

    #[test]
    fn an_unknown_day_is_reported_with_the_known_ones() {
        let problem = Days::parse("mon-fry").unwrap_err();
        assert_eq!(problem.message, "there is no day `fry`");
        assert_eq!(problem.misspelt.unwrap().known, SHORT);
        assert!(Days::parse("mon,,fri").is_err() && Days::parse("").is_err());
    }
}
