//! Pages that promise something: the numbers in them are those of the code, and their lists are complete.

use std::fs;
use std::path::Path;

use crate::{in_repository, read};

/// Calls that open a connection, listen for one, or run another program.
const DOORS: [&str; 8] = [
    "aws_config::defaults(",
    "default_connector(",
    "reqwest::",
    "ureq::",
    "TcpListener::bind(",
    "TcpStream::connect(",
    "UdpSocket::bind(",
    "Command::new(",
];

/// Adds the files under a folder whose code, tests left out, has one of the doors.
fn with_doors(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() {
            if name != "templates" {
                with_doors(&entry, found);
            }
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            let text = fs::read_to_string(&entry).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            if DOORS.iter().any(|door| code.contains(door)) {
                let path = entry.strip_prefix(in_repository("")).unwrap().to_string_lossy().replace('\\', "/");
                found.push(path);
            }
        }
    }
}

#[test]
fn the_page_of_connections_names_every_file_that_opens_one() {
    let page = read("docs/connections.md");
    let mut found = Vec::new();
    for folder in ["src", "engine/src", "stacks/src"] {
        with_doors(&in_repository(folder), &mut found);
    }
    assert!(found.contains(&"engine/src/environment/connect.rs".to_owned()), "{found:?}");
    let missing: Vec<_> = found.iter().filter(|file| !page.contains(&format!("`{file}`"))).collect();
    assert!(missing.is_empty(), "docs/connections.md does not name {missing:?}");
    assert!(read("README.md").contains("sends nothing to anyone"), "README.md does not promise it");
}

/// Returns the cells of the row that begins with a text.
fn row(page: &str, beginning: &str) -> Vec<String> {
    let line = page.lines().find(|line| line.starts_with(&format!("| {beginning}")));
    let line = line.unwrap_or_else(|| panic!("docs/compatibility.md has no row {beginning:?}"));
    line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn the_page_of_teams_installs_this_version() {
    let page = read("docs/teams.md");
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    for line in [
        format!("ebbtide/ebbtide@{version}`"),
        format!("version: {version}`"),
        format!("scripts/install {version}`"),
        format!("ghcr.io/ebbtide/ebbtide:{version}`"),
        format!("rev: {version}\n"),
    ] {
        assert!(page.contains(&line), "docs/teams.md has no {line:?}");
    }
}

#[test]
fn the_page_of_compatibility_has_the_formats_of_the_code() {
    let page = read("docs/compatibility.md");
    let last = |cell: &str| cell.rsplit(' ').next().and_then(|word| word.parse::<u32>().ok());
    for (beginning, format) in [
        ("state, with", ebbtide::record::STATE_FORMAT),
        ("a plan file", ebbtide::plan::PLAN_FORMAT),
        ("the exchange", ebbtide::program::PROGRAM_FORMAT),
        ("the ledger", ebbtide::cost::ledger::LEDGER_FORMAT),
    ] {
        let cells = row(&page, beginning);
        assert_eq!((last(&cells[2]), last(&cells[3])), (Some(format), Some(format)), "{cells:?}");
    }
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(page.contains(&format!("`Cargo.toml`: {rust} at present")), "the oldest Rust is {rust}");
    assert!(read("README.md").contains(&format!("Rust {rust} or newer")), "README.md: the oldest Rust is {rust}");
}
