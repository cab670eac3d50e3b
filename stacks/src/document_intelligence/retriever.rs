//! The function that looks up similar documents before the language model is asked.

use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::lambda::{Code, Function};
use ebbtide::aws::{FunctionArn, RoleArn};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::Settings;
use super::vectors::Store;

/// Declares the role of the function, if its code is known.
pub(super) fn role(stack: &mut Stack, settings: &Settings) -> Option<Input<RoleArn>> {
    settings.language.retriever.as_ref()?;
    let search = match settings.vectors.domain {
        // The domain's own policy names the role, and the role the domain's calls.
        Some(_) => ["es:ESHttpGet", "es:ESHttpPost"].as_slice(),
        None => ["aoss:APIAccessAll"].as_slice(),
    };
    let policy = Policy::new()
        .allow(search.iter().copied().chain(["bedrock:InvokeModel"]))
        .on_everything()
        .allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])
        .on_everything();
    Some(stack.add("retriever", Role::new(Policy::trust("lambda.amazonaws.com")).policy("retrieve", policy)).arn)
}

/// Declares the function, if its code is known.
pub(super) fn declare(
    stack: &mut Stack,
    settings: &Settings,
    role: &Input<RoleArn>,
    store: &Store,
) -> Option<Input<FunctionArn>> {
    let code = settings.language.retriever.as_ref()?;
    let from = Code::object(code.bucket.as_str(), code.key.as_str());
    let function = Function::new(role, from, &code.runtime, &code.handler);
    let environment = [("VECTORS".to_owned(), store.endpoint.clone())].into();
    Some(stack.add("retriever", Function { timeout_seconds: 30, environment, ..function }).arn)
}
