//! Paths to items in code: those of `use` statements, and those written out in place.

use crate::sources::{is_word, item_length};

/// A path and the line of its first segment or of its `use` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    pub segments: Vec<String>,
    pub line: usize,
}

/// A name that a `use` statement brings into scope; `*` for all names.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    pub name: String,
    pub path: Path,
}

impl Import {
    pub fn is_glob(&self) -> bool {
        self.name == "*"
    }
}

/// Returns what the `use` statements bring into scope.
pub fn imports(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for (start, end) in use_statements(code) {
        let line = code[..start].matches('\n').count() + 1;
        expand(&[], &code[start + KEYWORD.len()..end], line, &mut found);
    }
    found
}

/// Returns the code without its `use` statements, on the same lines.
pub fn without_imports(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut from = 0;
    for (start, end) in use_statements(code) {
        kept.push_str(&code[from..start]);
        kept.extend(code[start..end].chars().filter(|c| *c == '\n'));
        from = end;
    }
    kept + &code[from..]
}

const KEYWORD: &str = "use ";

/// Returns where each `use` statement begins and where its semicolon is.
fn use_statements(code: &str) -> Vec<(usize, usize)> {
    code.match_indices(KEYWORD)
        .map(|(start, _)| start)
        .filter(|start| !code[..*start].ends_with(is_word))
        .map(|start| (start, start + code[start..].find(';').unwrap_or_else(|| item_length(&code[start..]))))
        .collect()
}

/// Follows the branches of a `use` tree to their ends.
fn expand(prefix: &[String], tree: &str, line: usize, found: &mut Vec<Import>) {
    for branch in branches(tree) {
        let (path, group) = branch.split_once('{').map_or((branch, None), |(path, group)| (path, Some(group)));
        let (path, alias) = path.split_once(" as ").map_or((path, None), |(path, alias)| (path, Some(alias.trim())));
        let mut segments = prefix.to_vec();
        segments.extend(path.split("::").map(str::trim).filter(|segment| !segment.is_empty()).map(str::to_owned));
        if let Some(group) = group {
            expand(&segments, group.strip_suffix('}').unwrap_or(group), line, found);
            continue;
        }
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let name = alias.or(segments.last().map(String::as_str)).unwrap_or_default().to_owned();
        segments.retain(|segment| segment != "*");
        found.push(Import { name, path: Path { segments, line } });
    }
}

/// Splits a group of a `use` tree at its own commas.
fn branches(tree: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    tree.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|branch| !branch.is_empty())
    .collect()
}

/// Returns the paths of two or more segments outside of `use` statements.
pub fn inline_paths(code: &str) -> Vec<Path> {
    let mut found = Vec::new();
    for (index, line) in without_imports(code).lines().enumerate() {
        for run in without_visibility(line).split(|c| !is_word(c) && c != ':' && c != '$') {
            let segments: Vec<_> = run.trim_end_matches(':').split("::").map(str::to_owned).collect();
            if segments.len() > 1 && segments.iter().all(|segment| !segment.is_empty() && !segment.contains(':')) {
                found.push(Path { segments, line: index + 1 });
            }
        }
    }
    found
}

/// Returns a line without `pub(in crate::a)`, which limits a name and uses nothing.
fn without_visibility(line: &str) -> String {
    match line.split_once("pub(in ").and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) => format!("{before}pub{after}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_groups_aliases_globs_and_reexports_are_followed() {
        let code = "mod a;\npub(crate) use a::{B, c::{self, D as E,},\n  f::*};\nuse super::super::G as _;";
        let found: Vec<_> = imports(code)
            .into_iter()
            .map(|import| format!("{} {} {}", import.path.line, import.name, import.path.segments.join("::")))
            .collect();
        assert_eq!(found, ["2 B a::B", "2 c a::c", "2 E a::c::D", "2 * a::f", "4 _ super::super::G"]);
    }

    #[test]
    fn paths_in_place_are_found_without_generics_and_fields() {
        let code =
            "use a::B;\nlet x: crate::c::D = Vec::<e::F<'a>>::new();\nG { h: <T as self::i::J>::K, $crate::l::m }";
        let found: Vec<_> =
            inline_paths(code).into_iter().map(|path| format!("{} {}", path.line, path.segments.join("::"))).collect();
        assert_eq!(found, ["2 crate::c::D", "2 e::F", "3 self::i::J", "3 $crate::l::m"]);
    }

    #[test]
    fn a_word_that_ends_in_use_is_no_statement() {
        assert!(imports("fn f() -> impl Fn() + use<> { let reuse = 1; }").is_empty());
    }
}
