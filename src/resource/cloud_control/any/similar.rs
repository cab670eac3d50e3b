//! The known name that a misspelt one is most similar to.

/// Returns `; did you mean …?` for the known name that is most similar to a misspelt one, and nothing if none is similar enough.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = known.into_iter().map(|name| (distance(&given.to_lowercase(), &name.to_lowercase()), name)).min();
    // A third of the letters may differ.
    let near = near.filter(|(distance, name)| *distance <= (given.len().max(name.len()) / 3).max(1));
    near.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Returns how many letters have to be added, removed or changed to get from one text to another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, known) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *known);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_has_a_suggestion_and_an_unrelated_one_has_none() {
        let known = ["QueueName", "DelaySeconds"];
        assert_eq!(did_you_mean("QueueNam", known), "; did you mean `QueueName`?");
        assert_eq!(did_you_mean("delay_seconds", known), "; did you mean `DelaySeconds`?");
        assert_eq!(did_you_mean("Zebra", known), "");
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
