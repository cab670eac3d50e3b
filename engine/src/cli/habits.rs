//! Habits of other tools: where `ebb` has what Terraform, Pulumi, CDK and kubectl have under another name.
//!
//! A name that means exactly the same is an alias of the command or the flag. Any other is an error that names what does it here.

use std::cell::LazyCell;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The commands of other tools, and where `ebb` has them.
const COMMANDS: [(&str, &str); 26] = [
    ("bootstrap", "`ebb state init s3://BUCKET` creates the bucket for state; nothing else has to be prepared"),
    ("config", "settings are in environments/NAME.toml; `ebb environment schema` describes them"),
    ("console", "`ebb output` prints outputs, `ebb state show ADDRESS` a resource"),
    ("delete", "`ebb destroy` deletes a stack; a resource goes when it is no longer declared"),
    ("describe", "`ebb status` shows a stack, `ebb state show ADDRESS` a resource"),
    (
        "drift",
        "`ebb plan --detailed-exitcode` marks what was changed outside of ebb, and exits with 2 if there is anything",
    ),
    ("fmt", "stacks are Rust: `cargo fmt` formats them"),
    ("force-unlock", "`ebb state unlock` breaks the lock of a command that no longer runs"),
    ("get", "`ebb status` shows a stack, `ebb output` its outputs"),
    ("import", "it creates what it manages, and cannot take over what exists already (docs/not-yet.md)"),
    ("list", "`ebb status` shows all stacks, `ebb state list` the resources of one"),
    ("login", "credentials are found as the AWS CLI finds them; `aws sso login` renews them"),
    ("ls", "`ebb status` shows all stacks, `ebb state list` the resources of one"),
    ("mv", "`ebb state rename OLD NEW` records a resource under another address"),
    ("new", "`ebb init DIRECTORY` creates a project"),
    ("providers", "every provider is in the program; `ebb version` shows its version"),
    ("refresh", "every plan reads AWS; nothing has to be refreshed before"),
    ("rm", "`ebb state forget ADDRESS` drops a resource from the record"),
    (
        "rollback",
        "`ebb state rollback --serial N` brings back what was declared; `ebb rollout back` takes traffic back",
    ),
    ("scale", "instance counts are settings in environments/NAME.toml, and auto scaling sets them between its bounds"),
    ("stack", "`ebb status` shows all stacks"),
    ("start", "`ebb resume` brings a paused stack back"),
    ("stop", "`ebb pause` puts a stack to sleep"),
    ("synth", "`ebb plan --out FILE` saves a plan, `ebb graph` draws what is declared"),
    ("taint", "it replaces a resource only where a change of its inputs needs that (docs/not-yet.md)"),
    ("workspace", "each file environments/NAME.toml is an environment; `-e NAME` chooses one"),
];

/// The flags of other tools, and what `ebb` has instead.
const FLAGS: [(&str, &str); 15] = [
    ("auto-approve", "`--yes` proceeds without asking"),
    ("destroy", "`ebb destroy`, or `ebb plan --target destroyed`"),
    ("dry-run", "`ebb plan` shows what `ebb apply` would do"),
    ("exclude", "a plan is of a whole stack (docs/not-yet.md)"),
    ("force", "`--yes` proceeds without asking, `--include-data ADDRESS` deletes data"),
    ("input", "without a terminal, ebb never asks; `--yes` proceeds"),
    ("lock-timeout", "`--wait 10m` waits for a stack that another command holds"),
    ("namespace", "`--env NAME` chooses the environment"),
    ("parallelism", "`--parallel N` limits the operations at once"),
    ("refresh", "every plan reads AWS"),
    ("refresh-only", "`ebb plan --detailed-exitcode` marks what was changed outside of ebb"),
    ("replace", "a resource is replaced only where a change of its inputs needs that (docs/not-yet.md)"),
    ("skip-preview", "`--yes` proceeds without asking"),
    ("target", "a plan is of a whole stack; `--target` of `ebb plan` takes running, paused or destroyed"),
    ("var", "settings are in environments/NAME.toml, under [stacks.STACK]"),
];

/// Returns why an argument with one dash is a mistake: a long flag in Terraform's spelling, that clap would take apart into
/// flags of one letter (`-out=x` into `-o ut=x`).
pub(super) fn one_dash(arguments: &[OsString], grammar: impl FnOnce() -> clap::Command) -> Option<String> {
    // Most command lines have no such word, and need no second grammar.
    let grammar = LazyCell::new(grammar);
    let words = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
    words.take_while(|word| word != "--").find_map(|word| {
        let flag = word.strip_prefix('-').filter(|rest| rest.len() > 2 && !rest.starts_with('-'))?;
        let (name, value) = flag.split_once('=').map_or((flag, ""), |(name, value)| (name, value));
        if is_flag(&grammar, name) {
            let value = if value.is_empty() { String::new() } else { format!(" {value}") };
            return Some(format!("`{word}` has one dash: write `--{name}{value}`"));
        }
        advice(&FLAGS, name).map(|advice| format!("ebb has no `{word}`: {advice}"))
    })
}

/// Returns what does here the thing that another tool does by a command or flag that clap does not know.
pub(super) fn elsewhere(error: &clap::Error) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = word(ContextKind::InvalidSubcommand)?;
            advice(&COMMANDS, name).map(|advice| format!("ebb has no command `{name}`: {advice}"))
        }
        ErrorKind::UnknownArgument => {
            let flag = word(ContextKind::InvalidArg)?;
            let name = flag.trim_start_matches('-').split('=').next()?;
            advice(&FLAGS, name).map(|advice| format!("ebb has no `{flag}` here: {advice}"))
        }
        // An address where a target belongs.
        ErrorKind::InvalidValue if word(ContextKind::InvalidValue)?.contains('.') => {
            let flag = word(ContextKind::InvalidArg)?;
            flag.starts_with("--target")
                .then(|| format!("`--target` takes no address: {}", advice(&FLAGS, "target").unwrap_or_default()))
        }
        _ => None,
    }
}

fn advice(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == name).map(|(_, advice)| *advice)
}

/// Returns whether any command has this long flag.
fn is_flag(command: &clap::Command, name: &str) -> bool {
    command.get_arguments().any(|argument| {
        argument.get_long() == Some(name) || argument.get_all_aliases().is_some_and(|all| all.contains(&name))
    }) || command.get_subcommands().any(|command| is_flag(command, name))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::*;
    use crate::cli::commands::Arguments;

    fn arguments(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn said(line: &str) -> Option<String> {
        one_dash(&arguments(line), Arguments::command)
            .or_else(|| Arguments::try_parse_from(arguments(line)).err().and_then(|error| elsewhere(&error)))
    }

    #[test]
    fn habits_work_or_the_error_names_what_does() {
        for line in ["ebb up shop", "ebb deploy shop", "ebb preview shop", "ebb diff", "ebb down shop --auto-approve"] {
            assert!(Arguments::try_parse_from(arguments(line)).is_ok(), "{line}");
        }
        for (line, expected) in [
            ("ebb plan -out=x", "`-out=x` has one dash: write `--out x`"),
            ("ebb plan -json", "write `--json`"),
            ("ebb apply -auto-approve", "write `--auto-approve`"),
            ("ebb -env prod plan", "write `--env`"),
            ("ebb apply -target=ec2_vpc.main", "write `--target ec2_vpc.main`"),
            ("ebb plan --target ec2_vpc.main", "`--target` takes no address: a plan is of a whole stack"),
            ("ebb apply --target=ec2_vpc.main", "a plan is of a whole stack"),
            ("ebb plan -destroy", "`ebb destroy`"),
            ("ebb plan -var=zones=3", "environments/NAME.toml"),
            ("ebb apply --force", "`--yes`"),
            ("ebb import aws_vpc.main vpc-1", "docs/not-yet.md"),
            ("ebb workspace list", "`-e NAME`"),
            ("ebb stop shop", "`ebb pause`"),
        ] {
            assert!(said(line).is_some_and(|said| said.contains(expected)), "{line}: {:?}", said(line));
        }
    }

    #[test]
    fn flags_of_one_letter_may_stand_together() {
        for line in ["ebb plan -qy", "ebb plan -vvv", "ebb -edev plan", "ebb -C/tmp plan", "ebb apply -- -out=x"] {
            assert_eq!(one_dash(&arguments(line), Arguments::command), None, "{line}");
        }
    }

    #[test]
    fn no_advice_is_about_a_name_that_exists() {
        let grammar = Arguments::command();
        for (name, _) in COMMANDS {
            assert!(grammar.find_subcommand(name).is_none(), "{name}");
        }
        assert!(COMMANDS.is_sorted_by_key(|(name, _)| *name) && FLAGS.is_sorted_by_key(|(name, _)| *name));
    }
}
