//! A share of all calls, the same calls in every run.

/// Which calls: a share of those in a range of numbers, chosen by a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Share {
    /// Parts of a thousand.
    thousandths: u64,
    seed: u64,
    first: u64,
    last: u64,
}

impl Share {
    /// Reads `30%`, `seed=7` and `burst=20..35` (both ends belong to it), each at most needed; without any, all calls.
    pub fn parse<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Self, &'static str> {
        let mut share = Self { thousandths: 1000, seed: 0, first: 1, last: u64::MAX };
        for part in parts {
            if let Some(percent) = part.strip_suffix('%') {
                let percent: f64 = percent.parse().map_err(|_| "write a share like 30%")?;
                if !(0.0..=100.0).contains(&percent) {
                    return Err("a share is between 0% and 100%");
                }
                let thousandths = (percent * 10.0).round() as u64;
                share.thousandths = thousandths;
            } else if let Some(seed) = part.strip_prefix("seed=") {
                share.seed = seed.parse().map_err(|_| "write seed=NUMBER")?;
            } else if let Some(burst) = part.strip_prefix("burst=") {
                let ends = burst.split_once("..").and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                let (first, last): (u64, u64) = ends.ok_or("write burst=FIRST..LAST")?;
                if first == 0 || last < first {
                    return Err("a burst goes from a call's number to one that is not smaller");
                }
                (share.first, share.last) = (first, last);
            } else {
                return Err(
                    "after the first word there may be SHARE%, seed=NUMBER and burst=FIRST..LAST, and after fail= service=NAME",
                );
            }
        }
        Ok(share)
    }

    /// Returns whether the call of a number is one of them.
    pub fn has(&self, number: u64) -> bool {
        (self.first..=self.last).contains(&number) && mixed(self.seed, number) % 1000 < self.thousandths
    }
}

/// SplitMix64: a well-mixed number for each pair, the same in every run.
fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<u64> {
        let share = Share::parse(text.split(':').filter(|part| !part.is_empty())).unwrap();
        (1..=1000).filter(|number| share.has(*number)).collect()
    }

    #[test]
    fn a_share_has_the_same_calls_each_time() {
        let seven = calls("30%:seed=7");
        assert!((230..=370).contains(&seven.len()), "{}", seven.len());
        assert_eq!(seven, calls("30%:seed=7"));
        assert_ne!(seven, calls("30%:seed=8"));
        assert_eq!(calls("").len(), 1000);
        assert!(calls("0%").is_empty());
    }

    #[test]
    fn a_burst_has_both_its_ends() {
        assert_eq!(calls("burst=20..35"), (20..=35).collect::<Vec<_>>());
        let some = calls("burst=101..200:50%:seed=1");
        assert!((30..=70).contains(&some.len()) && some.iter().all(|number| (101..=200).contains(number)));
        for bad in ["burst=3", "burst=0..3", "burst=5..4", "burst=a..b", "300%", "often"] {
            Share::parse([bad].into_iter()).unwrap_err();
        }
    }
}
