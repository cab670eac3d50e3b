//! The shortest history that still fails.

use crate::graphs::{History, attempt};

/// A failure that depends on timing has more than one chance to show.
const TRIES: usize = 2;

/// Leaves out commands, faults and pieces as long as the rest still fails. Returns the rest with its failure.
pub async fn shrink(mut history: History, mut wrong: String) -> (History, String) {
    loop {
        let mut shorter = None;
        for candidate in history.shorter() {
            if let Some(why) = fails(&candidate).await {
                shorter = Some((candidate, why));
                break;
            }
        }
        match shorter {
            Some(found) => (history, wrong) = found,
            None => return (history, wrong),
        }
    }
}

async fn fails(history: &History) -> Option<String> {
    for _ in 0..TRIES {
        if let Err(wrong) = attempt(history).await {
            return Some(wrong);
        }
    }
    None
}
