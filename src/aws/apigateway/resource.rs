//! `apigateway_resource`: a part of the path of a REST API.

use serde::{Deserialize, Serialize};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{ApiResourceId, RestApiId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, fields,
};

/// A part of the path of a REST API, below its root or another part.
///
/// A replacement deletes the part first, with those below it: AWS takes one variable part below another part. Callers notice
/// nothing, since a stage serves a deployment, which is a snapshot.
///
/// ```
/// # use ebbtide::aws::apigateway::{ApiResource, RestApi};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let api = stack.add("front", RestApi::new());
/// let documents = stack.add("documents", ApiResource::below_root(&api.id, &api.root, "documents"));
/// let document = stack.add("document", ApiResource::below(&api.id, &documents.id, "{id}"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ApiResource<P: Phase = Declared> {
    /// The API.
    pub api: P::Of<RestApiId>,
    /// The part above it.
    pub parent: P::Of<ApiResourceId>,
    /// The part: letters, digits and `._:-`, or a variable such as `{id}`, or `{proxy+}` for all parts that follow.
    pub path_part: String,
}

impl ApiResource {
    /// Creates a part below the root of an API, which is an output of the API.
    pub fn below_root(
        api: impl Into<Input<RestApiId>>,
        root: impl Into<Input<ApiResourceId>>,
        path_part: impl Into<String>,
    ) -> Self {
        Self::below(api, root, path_part)
    }

    /// Creates a part below another one.
    pub fn below(
        api: impl Into<Input<RestApiId>>,
        parent: impl Into<Input<ApiResourceId>>,
        path_part: impl Into<String>,
    ) -> Self {
        Self { api: api.into(), parent: parent.into(), path_part: path_part.into() }
    }
}

/// The outputs of a part of a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ApiResourceOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<ApiResourceId>,
}

impl Resource for ApiResource {
    const KIND: &'static str = "apigateway_resource";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(ApiResource: api, parent, path_part);
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DELETED_WITH: &'static [&'static str] = fields!(ApiResource: api, parent);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = ApiResource<Resolved>;
    type Outputs<P: Phase> = ApiResourceOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not the parts of its paths")
    }

    fn validate(&self, problems: &mut Problems) {
        if !is_path_part(&self.path_part) {
            let advice = "use letters, digits and `._:-`, a variable such as `{id}`, or `{proxy+}`";
            problems.refuse("path_part", format!("`{}` is not a part of a path: {advice}", self.path_part));
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let place = |part: &Self| (format!("{:?} {:?}", part.api, part.parent), part.path_part.clone());
        let mut conflicts = repeat_conflicts(
            all,
            |part| Some(place(part)),
            |(_, part)| format!("another part of the same path is {part}"),
        );
        // AWS: "A sibling of this resource already has a variable path part -- only one is allowed".
        let variable = |part: &Self| part.path_part.starts_with('{').then(|| place(part).0);
        let siblings =
            repeat_conflicts(all, variable, |_| "another part there is a variable, and AWS takes one".to_owned());
        let repeated: Vec<usize> = conflicts.iter().map(|conflict| conflict.index).collect();
        conflicts.extend(siblings.into_iter().filter(|sibling| !repeated.contains(&sibling.index)));
        conflicts
    }
}

/// Returns whether a text is a part of a path. AWS takes `a-zA-Z0-9._-:`, and variables in braces (claudia#11, aws-cdk#22477).
fn is_path_part(part: &str) -> bool {
    let is_plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c));
    match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(variable) => is_plain(variable.strip_suffix('+').unwrap_or(variable)),
        None => is_plain(part),
    }
}

impl CloudControl for ApiResource {
    const TYPE: &'static str = "AWS::ApiGateway::Resource";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("api", "RestApiId"),
        Property::plain("parent", "ParentId"),
        Property::plain("path_part", "PathPart"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "ResourceId")];

    fn placed(_inputs: &ApiResource<Resolved>, _identity: &Identity) -> Placed {
        Placed::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_parts_are_refused() {
        for (part, fits) in [
            ("documents", true),
            ("v1.0_a-b:c", true),
            ("{id}", true),
            ("{proxy+}", true),
            ("", false),
            ("a/b", false),
            ("{a", false),
            ("{+}", false),
            ("a{id}", false),
        ] {
            let mut problems = Problems::new();
            ApiResource::below("api", "root", part).validate(&mut problems);
            assert_eq!(problems.is_empty(), fits, "{part}: {problems:?}");
        }
    }

    #[test]
    fn parts_that_cannot_be_beside_each_other_are_refused() {
        let parts = ["a", "b", "{id}", "{name}", "a"].map(|part| ApiResource::below("api", "root", part));
        let conflicts = ApiResource::conflicts(&parts);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [4, 3], "{conflicts:?}");
        let elsewhere = [ApiResource::below("api", "root", "{id}"), ApiResource::below("api", "other", "{name}")];
        assert!(ApiResource::conflicts(&elsewhere).is_empty());
    }
}
