//! The overview: `ARCHITECTURE.md` lists every module of the library, the engine and the embedded cloud.

use std::collections::BTreeSet;
use std::fs;

use crate::sources::{in_repository, sources};

/// Returns the folders that a page does not name, such as `engine/src/apply/`.
fn unlisted<'a>(page: &str, folders: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let is_named = |folder: &str| {
        let before = |at| page[..at].chars().next_back();
        // `engine/src/cli/` does not name `src/cli/`.
        page.match_indices(folder).any(|(at, _)| before(at).is_none_or(|c| c != '/' && !c.is_alphanumeric()))
    };
    let missing = folders.into_iter().filter(|folder| !is_named(folder));
    missing
        .map(|folder| {
            format!("ARCHITECTURE.md: `{folder}` is missing. Add it with its purpose to the table of modules")
        })
        .collect()
}

/// Returns the folders of a root that hold sources, with a slash at the end.
fn folders(root: &str) -> BTreeSet<String> {
    let inner =
        |path: &str| path.strip_prefix(root)?.trim_start_matches('/').split_once('/').map(|(name, _)| name.to_owned());
    sources(root).iter().filter_map(|source| inner(&source.path)).map(|name| format!("{root}/{name}/")).collect()
}

#[test]
fn the_overview_lists_every_module() {
    let page = fs::read_to_string(in_repository("ARCHITECTURE.md")).unwrap();
    let folders: Vec<_> = ["src", "engine/src", "cloud/src"].into_iter().flat_map(folders).collect();
    crate::assert_none(&unlisted(&page, folders.iter().map(String::as_str)));
}

#[test]
fn a_module_that_the_overview_does_not_name_is_a_violation() {
    let page = "| `src/plan/` | the plan |\n| `engine/src/cli/` | commands |";
    assert!(unlisted(page, ["src/plan/", "engine/src/cli/"]).is_empty());
    assert_eq!(unlisted(page, ["src/cli/", "src/planner/"]).len(), 2);
}
