//! `ebb permissions`: prints the least-privilege policy of a stack.

use std::path::PathBuf;

use clap::Args;
use owo_colors::OwoColorize as _;
use serde::Serialize;
use serde_json::Value;

use crate::cli::common::StackArg;
use crate::cli::context::CommandContext;
use crate::cli::error::{CommandError, DONE};
use crate::cli::output::{OUTPUT_FORMAT, count};
use crate::cli::runtime;
use crate::environment::Environment;
use crate::permissions::{Beside, INLINE, MANAGED, Permissions, Purpose, Repository, joined, size};
use ebbtide::schedule::Schedule;

/// Prints the least-privilege policy of a stack, or the trust policy of its role
#[derive(Debug, Args)]
pub(in crate::cli) struct PermissionsArgs {
    #[command(flatten)]
    stack: StackArg,
    /// The command that the credentials are for
    #[arg(long = "for", value_enum, default_value_t = Purpose::Apply)]
    purpose: Purpose,
    /// Prints the trust policy for workflows of a repository of GitHub: github:ORG/REPO, with @BRANCH or #ENVIRONMENT
    #[arg(long, value_name = "REPOSITORY")]
    trust: Option<Repository>,
    /// Writes policies that each fit into a managed policy to this directory: STACK-1.json, …
    #[arg(long, value_name = "DIR", conflicts_with = "trust")]
    out: Option<PathBuf>,
}

/// The permissions as `--json` prints them.
#[derive(Serialize)]
struct PermissionsView {
    format: u32,
    stack: String,
    environment: String,
    account: String,
    /// Policies that each fit into a managed policy. Together they are the policy of the stack.
    policies: Vec<Value>,
    /// The trust policy, if a repository is given.
    trust: Option<Value>,
    /// The kinds whose permissions are not known.
    unknown: Vec<String>,
}

pub(in crate::cli) fn run(context: &CommandContext, arguments: &PermissionsArgs) -> Result<u8, CommandError> {
    runtime::on_this_thread(permissions(context, arguments))
}

async fn permissions(context: &CommandContext, arguments: &PermissionsArgs) -> Result<u8, CommandError> {
    let environment = context.environment()?;
    let stack = context.declared_stack(arguments.stack.stack.as_deref())?;
    // The guard is enough: no call is needed to tell the account.
    let account = match &environment.aws().account {
        Some(account) => account.clone(),
        None => environment.connect().await?.account,
    };
    let declarations = context.declare_in_account(&environment, &stack, &account)?;
    let purpose = arguments.purpose;
    let beside = beside(&environment, &stack);
    let found = Permissions::of(&declarations, &context.providers, purpose, &beside);
    let trust = arguments.trust.as_ref().map(|repository| repository.trust(&declarations.scope, purpose));
    let unknown: Vec<String> = found.unknown.keys().cloned().collect();
    for (kind, resources) in &found.unknown {
        let resources = count(*resources, "resource");
        context.output.warn(&format!(
            "{} the permissions of {kind} are not known ({resources}): its provider names no calls, so add them by hand",
            "warning:".yellow().bold()
        ));
    }
    if context.output.is_json() {
        let environment = environment.name().to_owned();
        let Permissions { policies, .. } = found;
        let view = PermissionsView { format: OUTPUT_FORMAT, stack, environment, account, policies, trust, unknown };
        context.output.json(&view)?;
        return Ok(DONE);
    }
    if let Some(trust) = trust {
        context.output.result(&pretty(&trust)?)?;
        return Ok(DONE);
    }
    match &arguments.out {
        Some(folder) => write(context, folder, &stack, &found.policies),
        None => {
            let policy = joined(&found.policies);
            context.output.result(&pretty(&policy)?)?;
            context.output.note(&advice(size(&policy), found.policies.len()));
            Ok(DONE)
        }
    }
}

/// Returns how a policy of this length can be attached to a role.
fn advice(length: usize, policies: usize) -> String {
    let length_in_words = format!("{length} characters without white space");
    match length {
        length if length <= MANAGED => {
            format!("{length_in_words}: it fits into one managed policy (at most {MANAGED}).")
        }
        length if length <= INLINE => format!(
            "{length_in_words}: it fits into the inline policies of a role (at most {INLINE}); `--out DIR` writes {policies} \
             managed policies (at most {MANAGED} each)."
        ),
        _ => format!(
            "{length_in_words}: more than a managed policy ({MANAGED}) or the inline policies of a role ({INLINE}) may have; \
             `--out DIR` writes {policies} managed policies."
        ),
    }
}

fn write(context: &CommandContext, folder: &PathBuf, stack: &str, policies: &[Value]) -> Result<u8, CommandError> {
    let failed = |error| CommandError::failed(&format!("write to {}", folder.display()), error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    for (number, policy) in policies.iter().enumerate() {
        let file = folder.join(format!("{stack}-{}.json", number + 1));
        std::fs::write(&file, pretty(policy)?).map_err(failed)?;
        context.output.note(&format!("Wrote {} ({} characters without white space).", file.display(), size(policy)));
    }
    Ok(DONE)
}

fn pretty(policy: &Value) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(policy).map_err(|error| CommandError::failed("write the policy", error))?;
    Ok(text + "\n")
}

/// Returns what commands use beside the resources.
fn beside(environment: &Environment, stack: &str) -> Beside {
    let access = environment.state_access(stack);
    Beside {
        state: access
            .bucket
            .map(|(bucket, keys)| (format!("arn:{}:s3:::{bucket}", environment.scope(stack, "").partition()), keys)),
        keys: access.keys,
        topic: environment.notify().sns.clone(),
        bills: environment.reconciles(stack),
        role: environment.aws().assume_role.clone(),
        idle: environment.schedule(stack).is_some_and(Schedule::looks_at_use),
    }
}
