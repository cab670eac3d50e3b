//! The pages: paths and links in them lead somewhere, and their examples and lists are those of the code.

mod book;
mod promises;

use std::fs;
use std::path::{Path, PathBuf};

use ebbtide::App;
use ebbtide::aws::ec2::{Cidr, Vpc};
use ebbtide::program::Exchange;
use ebbtide::stack::Stack;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The beginnings of paths of this repository.
const ROOTS: [&str; 12] = [
    "src/",
    "engine/",
    "stacks/",
    "cloud/",
    "docs/",
    "tests/",
    "examples/",
    "environments/",
    ".ci/",
    ".github/",
    "deploy/",
    "scripts/",
];

fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(page: &str) -> String {
    fs::read_to_string(in_repository(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// Returns the pages, with slashes in their paths.
fn pages() -> Vec<String> {
    let outside = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"];
    let mut pages: Vec<String> = outside.map(str::to_owned).into();
    let mut folders = vec!["docs".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(in_repository(&folder)).unwrap() {
            let path = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
            if in_repository(&path).is_dir() {
                folders.push(path);
            } else if path.ends_with(".md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// Returns the lines of a page outside of code blocks, with their numbers.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    (1..).zip(page.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        !in_block && !is_fence
    })
}

/// Returns the code blocks of a language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Returns the inline code of a line.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Returns whether a text is a path of this repository and no pattern like `src/aws/SERVICE/THING.rs`.
fn is_path(text: &str) -> bool {
    let is_placeholder = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase());
    ROOTS.iter().any(|root| text.starts_with(root))
        && !text.contains(['*', '…', ' ', '{', '<'])
        && !text.split(|c: char| !c.is_alphanumeric()).any(is_placeholder)
}

/// Returns the targets of the relative links of a line.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

/// Returns the anchor of a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Returns the problem of a link, if it leads nowhere.
fn broken(page: &str, target: &str) -> Option<String> {
    let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
    let folder = in_repository(page).parent().map(Path::to_owned).unwrap_or_default();
    let path = if file.is_empty() { in_repository(page) } else { folder.join(file) };
    if !path.exists() {
        return Some(format!("{target} does not exist"));
    }
    let text = if fragment.is_empty() { return None } else { fs::read_to_string(path).unwrap_or_default() };
    let has_heading = text.lines().any(|line| line.starts_with('#') && anchor(line) == fragment);
    (!has_heading).then(|| format!("{target} names no heading"))
}

/// Fails with every problem that is found in a line of a page.
#[track_caller]
fn assert_no_problems(problems_of: impl Fn(&str, &str) -> Vec<String>) {
    let mut found = Vec::new();
    for page in pages() {
        for (number, line) in prose(&read(&page)) {
            found.extend(problems_of(&page, line).into_iter().map(|problem| format!("{page}:{number}: {problem}")));
        }
    }
    found.sort();
    assert!(found.is_empty(), "{} problems:\n{}", found.len(), found.join("\n"));
}

#[test]
fn paths_in_pages_exist() {
    // Pages also name the files that `ebb init` writes.
    let scaffold = read("engine/src/cli/scaffold.rs");
    let is_written = |text: &str| scaffold.contains(&format!("(\"{text}\", include_str!"));
    assert!(is_written("src/main.rs") && !is_written("src/lib.rs"));
    assert_no_problems(|_, line| {
        let missing =
            code_spans(line).filter(|text| is_path(text) && !in_repository(text).exists() && !is_written(text));
        missing.map(|path| format!("`{path}` does not exist")).collect()
    });
}

#[test]
fn links_in_pages_lead_somewhere() {
    assert_no_problems(|page, line| links(line).filter_map(|target| broken(page, target)).collect());
}

#[test]
fn the_rules_tell_paths_and_links_from_other_text() {
    assert!(is_path("src/aws/ec2/vpc.rs") && is_path("engine/src/apply/") && is_path(".ci/run"));
    for other in ["src/aws/SERVICE/mod.rs", "environments/*.toml", "src/…", "state/local", "ec2_vpc.main"] {
        assert!(!is_path(other), "{other}");
    }
    let line = "see [here](docs/a.md#b), [there](https://example.com) and `src/lib.rs`, `x`";
    assert_eq!(links(line).collect::<Vec<_>>(), ["docs/a.md#b"]);
    assert_eq!(code_spans(line).collect::<Vec<_>>(), ["src/lib.rs", "x"]);
    assert_eq!(prose("a\n```rust\nb\n```\nc").map(|(number, _)| number).collect::<Vec<_>>(), [1, 5]);
    assert_eq!(anchor("## `plan`: one object"), "plan-one-object");
    assert_eq!(broken("docs/kinds.md", "nowhere.md"), Some("nowhere.md does not exist".to_owned()));
    assert_eq!(broken("docs/kinds.md", "#kinds"), None);
}

#[test]
fn the_readme_shows_the_example() {
    let (readme, example) = (read("README.md"), read("examples/own_stack.rs"));
    assert!(blocks(&readme, "rust").contains(&example.as_str()), "README.md does not show examples/own_stack.rs");
}

#[test]
fn the_page_of_kinds_lists_every_kind() {
    let page = read("docs/kinds.md");
    let missing: Vec<_> = ebbtide::aws::kinds()
        .iter()
        .map(|kind| format!("`{}`", kind.info().name))
        .filter(|name| !page.contains(name))
        .collect();
    assert!(missing.is_empty(), "docs/kinds.md does not list {missing:?}");
}

#[test]
fn the_page_of_programs_shows_what_is_exchanged() {
    /// The differences between environments.
    #[derive(Deserialize, JsonSchema)]
    struct Settings {
        /// The range of addresses.
        cidr: Cidr,
    }
    fn declare(stack: &mut Stack, settings: &Settings) {
        let network = stack.add("main", Vpc::new(settings.cidr));
        stack.output("VPC_ID", &network.vpc_id);
    }
    let page = read("docs/programs.md");
    let json: Vec<Value> =
        blocks(&page, "json").into_iter().map(|block| serde_json::from_str(block).unwrap()).collect();
    let exchange: Exchange = serde_json::from_value(json[0].clone()).unwrap();
    let reply = App::new().stack("network", "a network", declare).respond(&exchange);
    assert_eq!(serde_json::to_value(exchange).unwrap(), json[0]);
    assert_eq!(serde_json::to_value(reply).unwrap(), json[1]);
}

#[test]
fn the_page_of_programs_shows_the_profiles_of_the_workspace() {
    let (page, manifest) = (read("docs/programs.md"), read("Cargo.toml"));
    let sections =
        manifest.lines().filter_map(|line| line.strip_prefix("[profile.release.package.")?.strip_suffix(']'));
    let missing: Vec<_> = sections.filter(|name| !page.contains(&format!("{name}.opt-level = 0\n"))).collect();
    assert!(missing.is_empty(), "docs/programs.md does not list {missing:?}");
    assert!(manifest.contains("[profile.release.package."), "the workspace has no such profiles any more");
}
