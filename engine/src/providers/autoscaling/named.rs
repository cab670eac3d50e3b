//! The part that scaling policies and scheduled actions share: both have a name under a scalable resource, and no tags.

use std::future::Future;

use super::target_calls::is_of_this_stack;
use crate::sdk::{Context, Error, ErrorKind};
use ebbtide::aws::ScalableResource;
use ebbtide::aws::autoscaling::MAX_NAME_LENGTH;
use ebbtide::resource::{Identity, Scope};

/// A resource with a name under a scalable resource. Its id consists of both, with an infix between them.
pub(super) trait Named: Sync {
    /// The part of an id between the scalable resource and the name.
    const INFIX: &'static str;
    /// The kind as error messages name it.
    const DESCRIPTION: &'static str;

    /// Returns the scalable resource.
    fn target(&self) -> &ScalableResource;

    /// Returns the name that the declaration gives, if any.
    fn given_name(&self) -> Option<&str>;

    /// Returns whether AWS has a resource of this kind with this name.
    fn exists(context: &Context, resource: &str, name: &str) -> impl Future<Output = Result<bool, Error>> + Send;

    /// Creates the resource, or replaces the one of the same name.
    fn put(&self, context: &Context, resource: &str, name: &str) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Finds a resource by its name. A name given in the declaration may belong to another stack: only the tags of the
/// target show the owner.
pub(super) async fn find<N: Named>(context: &Context, inputs: &N) -> Result<Option<String>, Error> {
    let (resource, name) = (inputs.target().as_str(), aws_name(&context.identity, inputs.given_name()));
    if !N::exists(context, resource, &name).await? {
        return Ok(None);
    }
    let is_ours = inputs.given_name().is_none() || is_of_this_stack(context, resource).await?;
    Ok(is_ours.then(|| id_of::<N>(resource, &name)))
}

/// Creates a resource and returns its id. AWS would replace one of the same name without an error: a given name may be that
/// of a resource under another owner's target.
pub(super) async fn create<N: Named>(context: &Context, inputs: &N) -> Result<String, Error> {
    let (resource, name) = (inputs.target().as_str(), aws_name(&context.identity, inputs.given_name()));
    if inputs.given_name().is_some()
        && N::exists(context, resource, &name).await?
        && !is_of_this_stack(context, resource).await?
    {
        let message =
            format!("{resource} has a {} named {name}, under a target that is not this stack's", N::DESCRIPTION);
        return Err(
            Error::new(ErrorKind::AlreadyExists, message).hint("give yours another name, or delete the other one")
        );
    }
    inputs.put(context, resource, &name).await?;
    Ok(id_of::<N>(resource, &name))
}

/// Returns the scalable resource and the name that an id consists of.
pub(super) fn parts_of<N: Named>(id: &str) -> Result<(&str, &str), Error> {
    id.split_once(N::INFIX).ok_or_else(|| Error::invalid(format!("`{id}` is not the id of a {}", N::DESCRIPTION)))
}

/// Returns whether a name was derived in this stack.
pub(super) fn is_derived(scope: &Scope, name: &str) -> bool {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let prefix: String = format!("{}-{}-", scope.environment, scope.stack).chars().map(plain).collect();
    let hash = name.rsplit('-').next().unwrap_or_default();
    name.starts_with(&prefix) && hash.len() == 10 && hash.chars().all(|c| c.is_ascii_hexdigit())
}

fn id_of<N: Named>(resource: &str, name: &str) -> String {
    format!("{resource}{}{name}", N::INFIX)
}

/// Returns the given name or derives one. A derived name is the same for every generation, because a resume creates
/// the resource again under the same name.
fn aws_name(identity: &Identity, given: Option<&str>) -> String {
    given.map_or_else(|| identity.content_name(None, MAX_NAME_LENGTH, &identity.address), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::autoscaling::{ScalingPolicy, ScheduledAction};
    use ebbtide::resource::Resolved;

    #[test]
    fn an_id_holds_the_resource_and_the_name() {
        type Policy = ScalingPolicy<Resolved>;
        type Action = ScheduledAction<Resolved>;
        let id = id_of::<Policy>("endpoint/llm/variant/v", "keep-busy");
        assert_eq!(id, "endpoint/llm/variant/v:policy/keep-busy");
        assert_eq!(parts_of::<Policy>(&id).unwrap(), ("endpoint/llm/variant/v", "keep-busy"));
        assert!(parts_of::<Policy>("endpoint/llm").is_err());
        assert!(parts_of::<Action>(&id).is_err());
        assert_eq!(id_of::<Action>("endpoint/llm/variant/v", "evening"), "endpoint/llm/variant/v:action/evening");
    }

    #[test]
    fn derived_names_differ_from_names_given_elsewhere() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adept_ai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let address = "autoscaling_policy.query-enhancer".parse().unwrap();
        let derived = aws_name(&scope.identity("lineage", &address, 1), None);
        assert_eq!(derived, aws_name(&scope.identity("lineage", &address, 2), None));
        assert!(is_derived(&scope, &derived), "{derived}");
        for other in ["by-hand", "prod-adept-ai-by-hand", "staging-adept-ai-x-0123456789"] {
            assert!(!is_derived(&scope, other), "{other}");
        }
        assert_eq!(aws_name(&scope.identity("lineage", &address, 1), Some("busy")), "busy");
    }
}
