//! Pages of a list, as AWS hands them out: some items and a token for the rest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

/// One page of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The token that asks for the next page; none on the last page.
    pub next: Option<String>,
}

/// Returns the page of at most `size` items after `token`. The items come with their keys, in the order of the keys, so
/// that a page goes on in the right place when items came or went in between. `None`: the token is none of ours.
pub fn page<T>(items: impl IntoIterator<Item = (String, T)>, token: Option<&str>, size: usize) -> Option<Page<T>> {
    let after = match token {
        Some(token) => Some(String::from_utf8(BASE64.decode(token).ok()?).ok()?),
        None => None,
    };
    let mut rest = items.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).peekable();
    let mut page = Page { items: Vec::new(), next: None };
    while page.items.len() < size.max(1) {
        let Some((key, item)) = rest.next() else { break };
        page.items.push(item);
        if page.items.len() == size.max(1) && rest.peek().is_some() {
            page.next = Some(BASE64.encode(key));
        }
    }
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Vec<(String, char)> {
        ('a'..='e').map(|letter| (letter.to_string(), letter)).collect()
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let first = page(letters(), None, 2).unwrap();
        assert_eq!(first.items, ['a', 'b']);
        let second = page(letters(), first.next.as_deref(), 2).unwrap();
        assert_eq!(second.items, ['c', 'd']);
        let last = page(letters(), second.next.as_deref(), 2).unwrap();
        assert_eq!((last.items, last.next), (vec!['e'], None));
    }

    #[test]
    fn a_full_last_page_has_no_token() {
        assert_eq!(page(letters(), None, 5).unwrap().next, None);
    }

    #[test]
    fn an_item_that_went_does_not_shift_the_next_page() {
        let token = page(letters(), None, 2).unwrap().next;
        let without_b = letters().into_iter().filter(|(_, letter)| *letter != 'b');
        assert_eq!(page(without_b, token.as_deref(), 2).unwrap().items, ['c', 'd']);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        assert_eq!(page(letters(), Some("!"), 2), None);
    }
}
