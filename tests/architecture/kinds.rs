//! Declarations and providers: a kind has one file in the library and the file of the same name in the engine, unless Cloud Control
//! manages it: such kinds have one provider together.

use std::collections::BTreeMap;

use crate::sources::{Source, sources};

const DECLARATIONS: &str = "src/aws";
const PROVIDERS: &str = "engine/src/providers";

/// Returns the kinds that have only one of the two files.
fn unmatched(sources: &[Source]) -> Vec<String> {
    let mut declarations = files_with(sources, DECLARATIONS, "const KIND:");
    let by_cloud_control = files_with(sources, DECLARATIONS, "impl CloudControl for ");
    declarations.retain(|name, _| !by_cloud_control.contains_key(name));
    let providers = files_with(sources, PROVIDERS, "impl Provider for ");
    let missing = |these: &BTreeMap<&str, String>, others: &BTreeMap<&str, String>, folder: &str, code: &str| {
        let alone = these.iter().filter(|(name, _)| !others.contains_key(*name));
        let message =
            |(name, place): (&&str, &String)| format!("{place}: {folder}/{name} lacks `{code}`. Write it there");
        alone.map(message).collect::<Vec<_>>()
    };
    let mut found = missing(&declarations, &providers, PROVIDERS, "impl Provider for …");
    found.extend(missing(&providers, &declarations, DECLARATIONS, "const KIND"));
    found
}

/// Returns the files `SERVICE/THING.rs` below a folder whose code has a text, each with the place of the text.
fn files_with<'a>(sources: &'a [Source], folder: &str, text: &str) -> BTreeMap<&'a str, String> {
    let mut found = BTreeMap::new();
    for source in sources {
        let Some(name) = source.path.strip_prefix(folder).map(|name| name.trim_start_matches('/')) else { continue };
        let line = source.code.lines().position(|line| line.contains(text));
        if let Some(line) = line.filter(|_| name.matches('/').count() == 1) {
            found.insert(name, format!("{}:{}", source.path, line + 1));
        }
    }
    found
}

/// Returns the declarations of kinds whose provider, or whose table, knows of data that is lost with a resource, and that do not say so.
fn silent_about_data(sources: &[Source]) -> Vec<String> {
    let mut holding = BTreeMap::new();
    for sign in ["guard_data(", "data: Some("] {
        holding.extend(files_with(sources, PROVIDERS, sign));
    }
    // The provider of Cloud Control is one for many kinds.
    holding.extend(files_with(sources, DECLARATIONS, "const DATA: Option<&'static str> = Some("));
    let declared = files_with(sources, DECLARATIONS, "const HOLDS_DATA: bool = true;");
    let kinds = files_with(sources, DECLARATIONS, "const KIND:");
    let silent = holding.keys().filter(|name| kinds.contains_key(*name) && !declared.contains_key(*name));
    silent.map(|name| format!("{}: its kind holds data. Write `const HOLDS_DATA: bool = true`", kinds[name])).collect()
}

#[test]
fn a_kind_that_holds_data_says_so() {
    let files = [sources(DECLARATIONS), sources(PROVIDERS)].concat();
    crate::assert_none(&silent_about_data(&files));
    let bucket = Source::new("src/aws/s3/bucket.rs", "const KIND: &'static str = \"s3_bucket\";");
    let provider = Source::new("engine/src/providers/s3/bucket.rs", "guard_data(context, bucket, data).await?;");
    assert_eq!(silent_about_data(&[bucket, provider]).len(), 1);
}

#[test]
fn every_kind_has_a_declaration_and_a_provider() {
    let files = [sources(DECLARATIONS), sources(PROVIDERS)].concat();
    assert!(files.iter().any(|file| file.code.contains("const KIND:")), "no kinds found");
    crate::assert_none(&unmatched(&files));
}

#[test]
fn a_kind_with_only_one_of_its_files_is_a_violation() {
    let declaration =
        Source::new("src/aws/ec2/vpc.rs", "impl Resource for Vpc {\n const KIND: &'static str = \"ec2_vpc\";}");
    let provider = Source::new("engine/src/providers/ec2/vpc.rs", "impl Provider for Vpc {}");
    assert!(unmatched(&[declaration.clone(), provider.clone()]).is_empty());
    let generic =
        "impl Resource for Queue {\n const KIND: &'static str = \"sqs_queue\";}\nimpl CloudControl for Queue {}";
    assert!(unmatched(&[Source::new("src/aws/sqs/queue.rs", generic)]).is_empty());
    assert_eq!(
        unmatched(&[declaration]),
        ["src/aws/ec2/vpc.rs:2: engine/src/providers/ec2/vpc.rs lacks `impl Provider for …`. Write it there"]
    );
    assert_eq!(
        unmatched(&[provider]),
        ["engine/src/providers/ec2/vpc.rs:1: src/aws/ec2/vpc.rs lacks `const KIND`. Write it there"]
    );
}
