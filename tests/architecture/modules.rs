//! The modules of a crate, and which module uses which.

use std::collections::BTreeMap;

use crate::paths::{Import, Path, imports, inline_paths, without_imports};
use crate::sources::{Source, is_word};

/// The names of a module and its parents, from the root of the crate.
pub type ModulePath = Vec<String>;

/// The modules of a crate, by path.
pub struct Modules {
    modules: BTreeMap<ModulePath, Module>,
}

struct Module {
    file: String,
    code: String,
    imports: Vec<Import>,
    /// Whether the file only declares modules and re-exports names.
    is_transparent: bool,
}

/// One module's use of another one: of the module whose file defines the name.
#[derive(Clone, Debug)]
pub struct Use {
    pub from: ModulePath,
    pub to: ModulePath,
    /// The file of `from`, and the line.
    pub place: String,
    /// The path as it is written.
    pub path: String,
}

/// How many re-exports are followed from one name to its definition.
const MAX_REEXPORTS: usize = 8;

impl Modules {
    /// Reads the modules of a crate with this root, such as `engine/src`.
    pub fn new(root: &str, sources: &[Source]) -> Self {
        let sources = sources.iter().filter(|source| !source.is_test());
        Self { modules: sources.map(|source| (module_path(root, &source.path), Module::new(source))).collect() }
    }

    /// Returns whether a module only declares modules and re-exports names.
    pub fn is_transparent(&self, module: &[String]) -> bool {
        self.modules.get(module).is_none_or(|module| module.is_transparent)
    }

    /// Returns every use of one module by another.
    pub fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for (from, module) in &self.modules {
            let in_place = inline_paths(&module.code);
            let (globs, named): (Vec<_>, Vec<_>) = module.imports.iter().partition(|import| import.is_glob());
            let from_globs: Vec<_> = globs.into_iter().flat_map(|glob| self.named_by_glob(from, glob)).collect();
            for path in named.into_iter().map(|import| &import.path).chain(&in_place).chain(&from_globs) {
                let to = self.definer(from, &path.segments, MAX_REEXPORTS);
                uses.extend(to.filter(|to| to != from).map(|to| Use {
                    from: from.clone(),
                    to,
                    place: format!("{}:{}", module.file, path.line),
                    path: path.segments.join("::"),
                }));
            }
        }
        uses
    }

    /// Returns the paths of the names that a module really uses out of a glob import.
    fn named_by_glob(&self, from: &ModulePath, glob: &Import) -> Vec<Path> {
        let Some((at, [])) = self.walk(from, &glob.path.segments) else { return Vec::new() };
        let (Some(user), Some(target)) = (self.modules.get(from), self.modules.get(&at)) else { return Vec::new() };
        let exported = target.imports.iter().map(|import| &import.name).filter(|name| user.has_word(name));
        let path = |name: Option<&String>| {
            let segments = ["crate".to_owned()].into_iter().chain(at.iter().cloned()).chain(name.cloned());
            Path { segments: segments.collect(), line: glob.path.line }
        };
        let own = (!target.is_transparent).then(|| path(None));
        exported.map(|name| path(Some(name))).chain(own).collect()
    }

    /// Returns the module whose file defines what a path names, seen from a module; none for another crate's path.
    fn definer(&self, from: &[String], segments: &[String], reexports: usize) -> Option<ModulePath> {
        let (at, rest) = match self.walk(from, segments) {
            Some(found) => found,
            None => return self.definer_of_import(from, segments, reexports),
        };
        if rest.is_empty() || self.import(&at, &rest[0]).is_none() {
            // A path of nothing but `crate` and `super` names no item.
            let names_item = segments.iter().any(|segment| !is_anchor(segment));
            return names_item.then(|| self.glob_definer(&at, rest, reexports).unwrap_or(at));
        }
        self.definer_of_import(&at, rest, reexports)
    }

    /// Goes down from a module as far as segments name modules. Returns the module reached and the segments left; none for a
    /// path that begins with neither a module nor `crate`, `self` or `super`.
    fn walk<'a>(&self, from: &[String], segments: &'a [String]) -> Option<(ModulePath, &'a [String])> {
        let (mut at, mut rest) = (from.to_vec(), segments);
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "crate" | "$crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => {}
                name => {
                    at.push(name.to_owned());
                    if !self.modules.contains_key(&at) {
                        at.pop();
                        break;
                    }
                }
            }
            rest = others;
        }
        (rest.len() < segments.len()).then_some((at, rest))
    }

    /// Returns the import that brings a name into a module. `pub use name;` re-exports a macro of its own file or a crate.
    fn import(&self, module: &[String], name: &str) -> Option<&Import> {
        let mut imports = self.modules.get(module)?.imports.iter();
        imports.find(|import| import.name == name && import.path.segments != [name])
    }

    /// Returns the definer of a path whose first segment is a name that a module imports.
    fn definer_of_import(&self, from: &[String], segments: &[String], reexports: usize) -> Option<ModulePath> {
        let import = self.import(from, &segments[0])?;
        let whole: Vec<_> = import.path.segments.iter().chain(&segments[1..]).cloned().collect();
        self.definer(from, &whole, reexports.checked_sub(1)?)
    }

    /// Returns the definer of a name that a module re-exports with a glob.
    fn glob_definer(&self, at: &[String], rest: &[String], reexports: usize) -> Option<ModulePath> {
        let (name, module) = (rest.first()?, self.modules.get(at)?);
        module.imports.iter().filter(|import| import.is_glob()).find_map(|glob| {
            let target = self.definer(at, &glob.path.segments, reexports.checked_sub(1)?)?;
            self.modules.get(&target)?.has_word(name).then_some(target)
        })
    }
}

impl Module {
    fn new(source: &Source) -> Self {
        const ITEMS: [&str; 10] =
            ["fn", "struct", "enum", "union", "trait", "impl", "const", "static", "type", "macro_rules"];
        let is_root = ["/mod.rs", "/lib.rs"].iter().any(|name| source.path.ends_with(name));
        let own = without_imports(&source.code);
        let has_items = own.split(|c| !is_word(c)).any(|word| ITEMS.contains(&word));
        Self {
            file: source.path.clone(),
            code: source.code.clone(),
            imports: imports(&source.code),
            is_transparent: is_root && !has_items,
        }
    }

    fn has_word(&self, word: &str) -> bool {
        self.code.split(|c| !is_word(c)).any(|other| other == word)
    }
}

/// Returns whether a segment names a place in the tree and no item.
fn is_anchor(segment: &str) -> bool {
    matches!(segment, "crate" | "$crate" | "self" | "super")
}

/// Returns the module of a file: `src/plan/diff.rs` is `plan::diff`, `src/plan/mod.rs` is `plan`.
fn module_path(root: &str, file: &str) -> ModulePath {
    let inner = file.strip_prefix(root).unwrap_or(file).trim_start_matches('/').trim_end_matches(".rs");
    let mut names: ModulePath = inner.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|last| ["mod", "lib"].contains(&last.as_str())) {
        names.pop();
    }
    names
}

/// Reads modules from text, as `(file, text)`, for the tests of the rules.
#[cfg(test)]
pub fn modules_of(files: &[(&str, &str)]) -> Modules {
    let sources: Vec<_> = files.iter().map(|(file, text)| Source::new(file, text)).collect();
    Modules::new("src", &sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses(user: &str) -> Vec<String> {
        let modules = modules_of(&[
            ("src/lib.rs", "pub mod low;\npub mod user;\npub use low::Thing;"),
            (
                "src/low/mod.rs",
                "mod ids;\nmod thing;\npub mod tools;\npub use ids::*;\npub use thing::{Thing, make as build};",
            ),
            ("src/low/ids.rs", "ids! { FirstId }"),
            ("src/low/thing.rs", "pub struct Thing;"),
            ("src/low/tools.rs", "pub fn help() {}\nmacro_rules! list { () => {} }\npub use list;"),
            ("src/user.rs", user),
        ]);
        let mut uses = modules.uses();
        uses.retain(|one| one.place.starts_with("src/user.rs"));
        uses.into_iter().map(|one| format!("{} {}", one.place, one.to.join("::"))).collect()
    }

    #[test]
    fn names_lead_to_the_file_that_defines_them() {
        for (user, to) in [
            ("use crate::low::Thing;", "low::thing"),
            ("use super::low::build;", "low::thing"),
            ("use crate::Thing;", "low::thing"),
            ("use crate::low::FirstId;", "low::ids"),
            ("use crate::low::tools::help;", "low::tools"),
            ("use crate::low::tools::list;", "low::tools"),
            ("fn f() -> crate::low::Thing {}", "low::thing"),
            ("use crate::low::*; fn f(x: Thing) {}", "low::thing"),
        ] {
            assert_eq!(uses(user), [format!("src/user.rs:1 {to}")], "{user}");
        }
    }

    #[test]
    fn paths_through_an_imported_module_are_followed() {
        let found = uses("use crate::low::{self, tools as t};\nfn f() { low::build(t::help()) }");
        assert_eq!(
            found,
            ["src/user.rs:1 low", "src/user.rs:1 low::tools", "src/user.rs:2 low::thing", "src/user.rs:2 low::tools"]
        );
    }

    #[test]
    fn other_crates_and_tests_are_no_uses() {
        let user = "use std::fmt;\nuse serde;\nfn f(x: fmt::Formatter, y: serde::Value) {}\n#[cfg(test)]\nmod tests { use crate::Thing; }";
        assert!(uses(user).is_empty());
    }
}
