//! Source files, and their code without comments, literals and tests.

use std::fs;
use std::path::Path;

/// A source file.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path from the root of the repository.
    pub path: String,
    /// The file as it is.
    pub text: String,
    /// The file without comments, contents of literals, and tests, on the same lines.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: without_tests(&without_literals(text)) }
    }

    /// Returns whether the whole file is a test module.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("_tests.rs")
    }
}

/// Returns the path of a file or folder of the repository.
pub fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns the Rust files of a folder and its subfolders, sorted by path.
pub fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in fs::read_dir(in_repository(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            found.extend(sources(&path));
        } else if path.ends_with(".rs") {
            found.push(Source::new(&path, &fs::read_to_string(entry.path()).unwrap()));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Replaces comments, strings and characters by spaces.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match hidden_length(rest, code.ends_with(is_word)) {
            Some(length) => {
                code.extend(rest[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
                rest = &rest[length..];
            }
            None => {
                code.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    code
}

/// Returns whether a character belongs to an identifier.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of the comment or literal that a text begins with. After a word, `r` is a part of that word.
fn hidden_length(text: &str, after_word: bool) -> Option<usize> {
    if text.starts_with("//") {
        return text.find('\n').or(Some(text.len()));
    } else if text.starts_with("/*") {
        return Some(end_of(text, 2, "*/"));
    }
    let raw = text.strip_prefix("br").or_else(|| text.strip_prefix('r')).filter(|_| !after_word).unwrap_or_default();
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    if raw[hashes..].starts_with('"') {
        let opening = text.len() - raw.len() + hashes + 1;
        return Some(end_of(text, opening, &format!("\"{}", &raw[..hashes])));
    }
    quoted_length(text)
}

/// Returns where a text that is open from `from` on is closed by `mark`.
fn end_of(text: &str, from: usize, mark: &str) -> usize {
    text[from..].find(mark).map_or(text.len(), |at| from + at + mark.len())
}

/// Returns the length of the string or character that a text begins with; a lifetime is neither.
fn quoted_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut inner = text.char_indices().skip(1);
    let is_character = text.starts_with("'\\") || text.chars().nth(2) == Some('\'');
    if quote == '\'' && !is_character {
        return None;
    }
    while let Some((at, c)) = inner.next() {
        if c == '\\' {
            inner.next();
        } else if c == quote {
            return Some(at + 1);
        }
    }
    Some(text.len())
}

/// Removes every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const TEST: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(TEST) {
        let end = start + TEST.len() + item_length(&rest[start + TEST.len()..]);
        kept.push_str(&rest[..start]);
        kept.extend(rest[start..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    kept + rest
}

/// Returns the length of the item that a text begins with: up to its semicolon or its closing brace.
pub fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn comments_and_literals_are_not_code() {
    for (text, code) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b\n */ c", "a     \n    c"),
        (r#"f("a\"{", 1)"#, "f(      , 1)"),
        (r##"f(r#"a"{"#)"##, "f(        )"),
        (r#"f(r"\", 'x', '\'', '{')"#, "f(    ,    ,     ,    )"),
        ("f(b\"{\")", "f(b   )"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
    ] {
        assert_eq!(without_literals(text), code, "{text}");
    }
}

#[test]
fn tests_are_not_code() {
    let text = "a();\n#[cfg(test)]\nmod tests {\n fn f(x: [u8; 2]) {}\n}\nb();\n#[cfg(test)]\n#[path = \"a.rs\"]\nmod a;\nc();";
    assert_eq!(Source::new("src/a.rs", text).code, "a();\n\n\n\n\nb();\n\n\n\nc();");
}
