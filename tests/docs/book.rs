//! `docs/` as a book: mdBook has the pages that SUMMARY.md lists, and no other file of the repository.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::{assert_no_problems, in_repository, links, pages, read};

/// Links to files outside of `docs/` begin with this, since the book does not have them.
const REPOSITORY: &str = "https://github.com/ebbtide/ebbtide/blob/main/";

const SUMMARY: &str = "docs/SUMMARY.md";

/// Returns the pages of the summary, in their order, as paths of this repository.
fn listed() -> Vec<String> {
    read(SUMMARY).lines().flat_map(|line| links(line).map(|page| format!("docs/{page}")).collect::<Vec<_>>()).collect()
}

/// Returns the path that a relative link of a page leads to.
fn target(page: &str, link: &str) -> String {
    let mut path = Path::new(page).parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(link.split('#').next().unwrap_or(link)).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
    }
    path.to_string_lossy().replace('\\', "/")
}

/// Returns the problem of a relative link in the book, if it has one.
fn broken_in_book(page: &str, link: &str, listed: &BTreeSet<String>) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    if !file.is_empty() && !listed.contains(&target(page, file)) {
        return Some(format!("{link} is not in the book: list it in {SUMMARY}, or link to {REPOSITORY}…"));
    }
    // GitHub and mdBook make the same anchors of these characters, and others of some that are left.
    let is_plain = anchor.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    (!is_plain).then(|| format!("{link}: the anchor differs between GitHub and the book; choose another heading"))
}

#[test]
fn the_summary_lists_every_page_once() {
    let listed = listed();
    let unique: BTreeSet<_> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len(), "{SUMMARY} lists a page twice");
    let in_book = |page: &String| page.starts_with("docs/") && page != SUMMARY;
    let pages: BTreeSet<_> = pages().into_iter().filter(in_book).collect();
    let missing: Vec<_> = pages.difference(&unique).collect();
    let gone: Vec<_> = unique.difference(&pages).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "{SUMMARY} lacks {missing:?} and lists {gone:?}, which do not exist"
    );
    assert_eq!(listed[0], "docs/README.md", "the first page is the one that the book opens with");
}

#[test]
fn links_of_the_book_stay_in_the_book() {
    let listed: BTreeSet<_> = listed().into_iter().collect();
    assert_no_problems(|page, line| {
        let relative = links(line).filter(|_| page.starts_with("docs/") && page != SUMMARY);
        relative.filter_map(|link| broken_in_book(page, link, &listed)).collect()
    });
    for (link, right) in [("state.md#moving", true), ("../CHANGELOG.md", false), ("decisions", false), ("#a.b", false)]
    {
        assert_eq!(broken_in_book("docs/kinds.md", link, &listed).is_none(), right, "{link}");
    }
    assert_eq!(target("docs/decisions/0001-x.md", "../state.md#a"), "docs/state.md");
}

#[test]
fn links_to_files_of_the_repository_lead_somewhere() {
    assert_no_problems(|_, line| {
        let linked = line.split(REPOSITORY).skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        linked
            .filter(|path| !in_repository(path).is_file())
            .map(|path| format!("{REPOSITORY}{path} does not exist"))
            .collect()
    });
}

#[test]
fn no_page_has_a_directive_of_mdbook_by_accident() {
    for page in pages().iter().filter(|page| page.starts_with("docs/")) {
        assert!(!read(page).contains("{{#"), "{page}: mdBook carries out `{{{{#…}}}}`");
    }
}
