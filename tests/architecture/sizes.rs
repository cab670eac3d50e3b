//! Sizes: files and functions that fit into a head.

use crate::sources::{Source, is_word, item_length, sources};

const MAX_FILE: usize = 500;
const MAX_MEDIAN: usize = 200;
const MAX_FUNCTION: usize = 100;

/// Returns the files and functions that are too long.
fn too_long(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > MAX_FILE {
            found.push(format!("{}:1: {lines} lines, more than {MAX_FILE}. Split the file", source.path));
        }
        for (name, line, lines) in functions(&source.code) {
            if lines > MAX_FUNCTION {
                let place = format!("{}:{line}", source.path);
                found
                    .push(format!("{place}: `{name}` has {lines} lines, more than {MAX_FUNCTION}. Split the function"));
            }
        }
    }
    found
}

/// Returns a violation if the files of a folder are too long on the whole.
fn too_long_on_the_whole(folder: &str, sources: &[Source]) -> Option<String> {
    let mut lines: Vec<_> = sources.iter().map(|source| source.text.lines().count()).collect();
    lines.sort_unstable();
    let median = lines.get(lines.len() / 2).copied().unwrap_or_default();
    (median > MAX_MEDIAN).then(|| {
        format!("{folder}: half of the files have {median} lines or more, above {MAX_MEDIAN}. Split the longest")
    })
}

/// Returns the name, first line and number of lines of each function with a body.
fn functions(code: &str) -> Vec<(&str, usize, usize)> {
    let starts = code.match_indices("fn ").filter(|(at, _)| !code[..*at].ends_with(is_word));
    starts
        .map(|(at, keyword)| {
            let name = &code[at + keyword.len()..];
            let name = &name[..name.find(|c| !is_word(c)).unwrap_or(name.len())];
            let lines = code[at..][..item_length(&code[at..])].matches('\n').count() + 1;
            (name, code[..at].matches('\n').count() + 1, lines)
        })
        .collect()
}

#[test]
fn files_and_functions_are_short() {
    let mut violations = Vec::new();
    for root in ["src", "engine/src", "cloud/src", "stacks/src"] {
        let sources = sources(root);
        violations.extend(too_long(&sources));
        violations.extend(too_long_on_the_whole(root, &sources));
    }
    crate::assert_none(&violations);
}

#[test]
fn a_file_or_function_that_is_too_long_is_a_violation() {
    let function =
        |lines: usize| format!("impl A {{\n fn f(x: [u8; 2]) -> B {{\n{}}}\n}}", "if a { \"}\"; }\n".repeat(lines - 2));
    let file = |text: &str| [Source::new("src/a.rs", text)];
    assert!(too_long(&file(&function(100))).is_empty());
    assert_eq!(too_long(&file(&function(101))), ["src/a.rs:2: `f` has 101 lines, more than 100. Split the function"]);
    assert!(too_long(&file(&"a();\n".repeat(500))).is_empty());
    assert_eq!(too_long(&file(&"a();\n".repeat(501))), ["src/a.rs:1: 501 lines, more than 500. Split the file"]);
}

#[test]
fn files_that_are_long_on_the_whole_are_a_violation() {
    let files = |lines: [usize; 3]| lines.map(|lines| Source::new("src/a.rs", &"a();\n".repeat(lines)));
    assert_eq!(too_long_on_the_whole("src", &files([10, 200, 400])), None);
    assert!(too_long_on_the_whole("src", &files([10, 201, 202])).is_some());
}
