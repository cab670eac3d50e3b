//! `lambda_permission`: the permission to call a function.

use serde::{Deserialize, Serialize};

use crate::aws::{Arn, FunctionName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{Billing, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields};

/// The permission of a service, an account or an organization to call a function. AWS changes nothing of it: a change makes another
/// one.
///
/// ```
/// # use ebbtide::aws::{FunctionName, RestApiId};
/// # use ebbtide::aws::apigateway::RestApi;
/// # use ebbtide::aws::lambda::Permission;
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, router: &Input<FunctionName>, api: &Input<RestApiId>) {
/// let calls = RestApi::execution_arn(stack.scope(), api, "*/POST/documents");
/// stack.add("api-to-router", Permission::of_service(router, "apigateway.amazonaws.com").from(calls));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Permission<P: Phase = Declared> {
    /// The name of the function; with `:` and a version or an alias behind it for those alone.
    pub function: P::Of<FunctionName>,
    /// The action, `lambda:InvokeFunction`.
    #[serde(default = "invoke")]
    pub action: String,
    /// The service, the account or the ARN of a user or role that may call the function.
    pub principal: P::Of<String>,
    /// The ARN of the resource for which a service may call it; `*` stands for anything.
    #[serde(default)]
    pub source_arn: Option<P::Of<Arn>>,
    /// The account, 12 digits, for whose resources a service may call it.
    #[serde(default)]
    pub source_account: Option<String>,
    /// The organization, `o-…`, whose accounts may call it.
    #[serde(default)]
    pub organization: Option<String>,
    /// The token of events of an Alexa skill.
    #[serde(default)]
    pub event_source_token: Option<String>,
    /// The authorization of callers of the function's URL.
    #[serde(default)]
    pub url_authorization: Option<UrlAuthorization>,
    /// Whether it is called by its URL alone.
    #[serde(default)]
    pub by_url_alone: Option<bool>,
}

/// The authorization of callers of a function's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlAuthorization {
    /// By the rights of IAM.
    Iam,
    /// None: everybody may call.
    None,
}

fn invoke() -> String {
    "lambda:InvokeFunction".to_owned()
}

impl Permission {
    /// Lets a service, `apigateway.amazonaws.com`, call a function. Name its resource with [`from`](Self::from), or its resources
    /// in all accounts may.
    pub fn of_service(function: impl Into<Input<FunctionName>>, service: &str) -> Self {
        Self {
            function: function.into(),
            action: invoke(),
            principal: service.into(),
            source_arn: None,
            source_account: None,
            organization: None,
            event_source_token: None,
            url_authorization: None,
            by_url_alone: None,
        }
    }

    /// Lets the service call it for one resource alone.
    #[must_use]
    pub fn from(self, arn: impl Into<Input<String>>) -> Self {
        let arn: Input<String> = arn.into();
        Self { source_arn: Some(Input::join(arn.parts())), ..self }
    }
}

/// The outputs of a permission.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct PermissionOutputs<P: Phase> {
    /// The id of the statement in the policy of the function.
    pub id: P::Of<String>,
}

impl Resource for Permission {
    const KIND: &'static str = "lambda_permission";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(
        Permission: function, action, principal, source_arn, source_account, organization, event_source_token,
        url_authorization, by_url_alone
    );
    const DELETED_WITH: &'static [&'static str] = fields!(Permission: function);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Permission<Resolved>;
    type Outputs<P: Phase> = PermissionOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the calls of a function, not the permission to call it")
    }

    fn validate(&self, problems: &mut Problems) {
        let name = self.action.strip_prefix("lambda:");
        let is_action =
            name.is_some_and(|name| name == "*" || !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic()));
        if !(is_action || self.action == "*") || self.action.len() > 256 {
            problems.refuse("action", format!("`{}` is no action of Lambda, such as `{}`", self.action, invoke()));
        }
        if self.principal.known().is_some_and(|principal| !(1..=256).contains(&principal.len())) {
            problems.refuse("principal", "has not 1 to 256 characters");
        }
        let is_account = |account: &String| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        if self.source_account.as_ref().is_some_and(|account| !is_account(account)) {
            problems.refuse("source_account", "has not 12 digits");
        }
        let arn = self.source_arn.as_ref().and_then(Input::known);
        if let Some(arn) =
            arn.filter(|arn| arn.as_str().splitn(6, ':').count() != 6 || !arn.as_str().starts_with("arn:"))
        {
            problems.refuse("source_arn", format!("`{arn}` is not an ARN"));
        }
        let is_organization = |id: &String| {
            id.strip_prefix("o-").is_some_and(|rest| {
                (10..=32).contains(&rest.len())
                    && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
            })
        };
        if let Some(id) = self.organization.as_ref().filter(|id| !is_organization(id)) {
            problems
                .refuse("organization", format!("`{id}` is not the id of an organization: `o-` and 10 to 32 letters"));
        }
        let is_token = |token: &String| {
            (1..=256).contains(&token.len()) && token.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        if self.event_source_token.as_ref().is_some_and(|token| !is_token(token)) {
            problems.refuse("event_source_token", "has not 1 to 256 letters, digits, `.`, `_` and `-`");
        }
        let is_of_urls = ["lambda:InvokeFunctionUrl", "lambda:*", "*"].contains(&self.action.as_str());
        if self.url_authorization.is_some() && !is_of_urls {
            problems.refuse("url_authorization", "is that of the action lambda:InvokeFunctionUrl");
        }
    }
}

impl CloudControl for Permission {
    const TYPE: &'static str = "AWS::Lambda::Permission";
    const PROPERTIES: &'static [Property] = &[
        // AWS may show ARNs for both.
        Property::plain("function", "FunctionName").rewritten(),
        Property::plain("action", "Action"),
        Property::plain("principal", "Principal").rewritten(),
        Property::plain("source_arn", "SourceArn").has_no_default(),
        Property::plain("source_account", "SourceAccount").has_no_default(),
        Property::plain("organization", "PrincipalOrgID").has_no_default(),
        Property::plain("event_source_token", "EventSourceToken").has_no_default(),
        Property::words("url_authorization", "FunctionUrlAuthType", &[("iam", "AWS_IAM"), ("none", "NONE")])
            .has_no_default(),
        Property::plain("by_url_alone", "InvokedViaFunctionUrl"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "Id")];

    fn placed(_inputs: &Permission<Resolved>, _identity: &Identity) -> Placed {
        Placed::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_permissions_are_refused() {
        let permission = || Permission::of_service("router", "apigateway.amazonaws.com");
        let cases = [
            ("action", Permission { action: "s3:GetObject".into(), ..permission() }),
            ("principal", Permission { principal: "".into(), ..permission() }),
            ("source_account", Permission { source_account: Some("1".into()), ..permission() }),
            ("source_arn", permission().from("api")),
            ("organization", Permission { organization: Some("o-1".into()), ..permission() }),
            ("event_source_token", Permission { event_source_token: Some("a b".into()), ..permission() }),
            ("url_authorization", Permission { url_authorization: Some(UrlAuthorization::None), ..permission() }),
        ];
        for (field, permission) in cases {
            let mut problems = Problems::new();
            permission.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        permission().from("arn:aws:execute-api:eu-west-1:123456789012:a/*/POST/b").validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
}
