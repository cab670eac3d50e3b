//! No cycles: the files and subfolders of one folder have an order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::modules::{ModulePath, Modules, Use};
use crate::sources::sources;

/// A folder's files and subfolders, each with those that it uses and one place of such a use.
type Graph = BTreeMap<String, BTreeMap<String, String>>;

/// Returns one violation for each cycle between the files and subfolders of a folder.
fn cycles(root: &str, modules: &Modules) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, graph) in folders(modules) {
        let mut reported = BTreeSet::new();
        for start in graph.keys() {
            let Some(cycle) = shortest_cycle(&graph, start).filter(|_| !reported.contains(start)) else { continue };
            reported.extend(cycle.iter().cloned());
            found.push(message(&[&[root.to_owned()], folder.as_slice()].concat().join("/"), &graph, &cycle));
        }
    }
    found
}

/// Returns the graph of each folder. A use belongs to the innermost folder that holds both of its ends.
fn folders(modules: &Modules) -> BTreeMap<ModulePath, Graph> {
    let mut folders: BTreeMap<ModulePath, Graph> = BTreeMap::new();
    for Use { from, to, place, path } in modules.uses() {
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let folder = &from[..common];
        // A `mod.rs` without code of its own is no member of its folder.
        let is_member = |module: &ModulePath| module.len() > common || !modules.is_transparent(module);
        if is_member(&from) && is_member(&to) {
            let member = |module: &ModulePath| module.get(common).map_or("mod.rs", String::as_str).to_owned();
            let uses = folders.entry(folder.to_vec()).or_default().entry(member(&from)).or_default();
            uses.entry(member(&to)).or_insert_with(|| format!("{place}: `{path}`"));
        }
    }
    folders
}

/// Returns the shortest way from a member back to itself, without the return.
fn shortest_cycle(graph: &Graph, start: &str) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![start.to_owned()]]);
    let mut reached = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in way.last().and_then(|last| graph.get(last)).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                return Some(way);
            }
            if reached.insert(next) {
                ways.push_back([way.clone(), vec![next.clone()]].concat());
            }
        }
    }
    None
}

fn message(folder: &str, graph: &Graph, cycle: &[String]) -> String {
    let steps = cycle.iter().zip(cycle.iter().cycle().skip(1));
    let places: Vec<_> = steps.map(|(from, to)| format!("\n  {}", graph[from][to])).collect();
    format!("{folder}: a cycle of {}. Move what they share to a file below them:{}", cycle.join(", "), places.concat())
}

fn cycles_in(root: &str) -> Vec<String> {
    cycles(root, &Modules::new(root, &sources(root)))
}

#[test]
fn the_files_of_the_library_have_an_order() {
    crate::assert_none(&cycles_in("src"));
}

#[test]
fn the_files_of_the_engine_have_an_order() {
    crate::assert_none(&cycles_in("engine/src"));
}

#[test]
fn the_files_of_the_embedded_cloud_have_an_order() {
    crate::assert_none(&cycles_in("cloud/src"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::modules_of;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        cycles("src", &modules_of(files))
    }

    #[test]
    fn files_that_use_each_other_through_reexports_are_a_cycle() {
        let found = found(&[
            ("src/plan/mod.rs", "mod a; mod b; mod c; pub use a::A; pub use b::B; pub use c::C;"),
            ("src/plan/a.rs", "use super::B;\npub struct A;"),
            ("src/plan/b.rs", "\nuse crate::plan::C; pub struct B;"),
            ("src/plan/c.rs", "pub struct C(super::A);"),
        ]);
        let expected = "src/plan: a cycle of a, b, c. Move what they share to a file below them:\
            \n  src/plan/a.rs:1: `super::B`\n  src/plan/b.rs:2: `crate::plan::C`\n  src/plan/c.rs:1: `super::A`";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_file_and_a_subfolder_that_use_each_other_are_a_cycle() {
        let found = found(&[
            ("src/a.rs", "use crate::b::inner::B; pub struct A;"),
            ("src/b/mod.rs", "pub mod inner;"),
            ("src/b/inner.rs", "use crate::a::A; pub struct B;"),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_mod_file_with_code_is_a_member_of_its_folder() {
        let child = ("src/b/inner.rs", "use super::help; pub fn f() { help() }");
        assert_eq!(found(&[("src/b/mod.rs", "mod inner; pub fn help() {} fn g() { inner::f() }"), child]).len(), 1);
        assert_eq!(found(&[("src/b/mod.rs", "mod inner; pub fn help() {}"), child]).len(), 0);
    }

    #[test]
    fn an_order_is_no_cycle() {
        let found = found(&[
            ("src/plan/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("src/plan/a.rs", "use super::B; pub struct A;"),
            ("src/plan/b.rs", "pub struct B; #[cfg(test)] mod tests { use super::super::A; }"),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }
}
