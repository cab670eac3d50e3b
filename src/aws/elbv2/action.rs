//! The default action of a listener.

use serde::{Deserialize, Serialize};

use crate::aws::TargetGroupArn;
use crate::resource::cloud_control::Property;
use crate::resource::{Declared, Input, Phase};

/// What a listener does with a request or a connection: one of three.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Action<P: Phase = Declared> {
    /// The sort of action.
    pub kind: ActionType,
    /// The groups to forward to.
    #[serde(default)]
    pub forward: Option<Forward<P>>,
    /// The response to send.
    #[serde(default)]
    pub fixed_response: Option<FixedResponse>,
    /// The place to send the caller to.
    #[serde(default)]
    pub redirect: Option<Redirect>,
}

/// The sort of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionType {
    /// Forwards to targets.
    Forward,
    /// Sends a response of its own.
    FixedResponse,
    /// Sends the caller elsewhere.
    Redirect,
}

/// The target groups of a listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Forward<P: Phase = Declared> {
    /// The groups: one, or up to five with weights.
    pub target_groups: Vec<WeightedTargetGroup<P>>,
    /// Whether a caller stays with its group.
    #[serde(default)]
    pub sticky: bool,
    /// For how long it does, 1 to 604,800 seconds.
    #[serde(default)]
    pub sticky_seconds: Option<u32>,
}

/// A target group with its part of the requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct WeightedTargetGroup<P: Phase = Declared> {
    /// The group.
    pub target_group: P::Of<TargetGroupArn>,
    /// The weight, 0 to 999; its part of the sum of all is its part of the requests.
    pub weight: u32,
}

/// A response of the load balancer itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedResponse {
    /// The status code: `2xx`, `4xx` or `5xx`, with digits for `x`.
    pub status: String,
    /// The type of the body: text/plain, text/css, text/html, application/javascript or application/json.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The body, up to 1024 characters.
    #[serde(default)]
    pub body: Option<String>,
}

/// The place to send a caller to. Parts of the request's own URL stand as `#{host}` and the like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// HTTP, HTTPS or `#{protocol}`.
    pub protocol: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: String,
    /// The path, from `/` on.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// Whether it is for good.
    pub status: RedirectStatus,
}

/// Whether a redirection is for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectStatus {
    /// It is: 301.
    Permanent,
    /// It is not: 302.
    Temporary,
}

impl Redirect {
    /// Creates a redirection to the same URL by HTTPS.
    pub fn to_https() -> Self {
        Self {
            protocol: "HTTPS".to_owned(),
            host: "#{host}".to_owned(),
            port: "443".to_owned(),
            path: "/#{path}".to_owned(),
            query: "#{query}".to_owned(),
            status: RedirectStatus::Permanent,
        }
    }
}

impl Action {
    fn of(kind: ActionType) -> Self {
        Self { kind, forward: None, fixed_response: None, redirect: None }
    }

    /// Creates an action that forwards to one group.
    pub fn forward(target_group: impl Into<Input<TargetGroupArn>>) -> Self {
        let group = WeightedTargetGroup { target_group: target_group.into(), weight: 1 };
        let forward = Forward { target_groups: vec![group], sticky: false, sticky_seconds: None };
        Self { forward: Some(forward), ..Self::of(ActionType::Forward) }
    }

    /// Creates an action that forwards to groups by their weights.
    pub fn split<G: Into<Input<TargetGroupArn>>>(groups: impl IntoIterator<Item = (G, u32)>) -> Self {
        let weighted = |(group, weight): (G, u32)| WeightedTargetGroup { target_group: group.into(), weight };
        let target_groups = groups.into_iter().map(weighted).collect();
        let forward = Forward { target_groups, sticky: false, sticky_seconds: None };
        Self { forward: Some(forward), ..Self::of(ActionType::Forward) }
    }

    /// Creates an action that sends a text.
    pub fn respond(status: u16, body: impl Into<String>) -> Self {
        let content_type = Some("text/plain".to_owned());
        let response = FixedResponse { status: status.to_string(), content_type, body: Some(body.into()) };
        Self { fixed_response: Some(response), ..Self::of(ActionType::FixedResponse) }
    }

    /// Creates an action that sends callers elsewhere.
    pub fn redirect(to: Redirect) -> Self {
        Self { redirect: Some(to), ..Self::of(ActionType::Redirect) }
    }

    /// Returns the problem of the action (CreateListener, and the types that it names).
    pub(super) fn problem(&self) -> Option<String> {
        let parts = [
            (ActionType::Forward, self.forward.is_some()),
            (ActionType::FixedResponse, self.fixed_response.is_some()),
            (ActionType::Redirect, self.redirect.is_some()),
        ];
        if parts.iter().any(|(kind, is_given)| (*kind == self.kind) != *is_given) {
            return Some("has not exactly the part that its type names".to_owned());
        }
        let forward = self.forward.as_ref().and_then(Forward::problem);
        let response = self.fixed_response.as_ref().and_then(FixedResponse::problem);
        forward.or(response).or_else(|| self.redirect.as_ref().and_then(Redirect::problem))
    }
}

impl Forward {
    fn problem(&self) -> Option<String> {
        if !(1..=5).contains(&self.target_groups.len()) {
            return Some(format!("forwards to {} target groups; AWS takes 1 to 5", self.target_groups.len()));
        }
        if let Some(wrong) = self.target_groups.iter().find(|group| group.weight > 999) {
            return Some(format!("has the weight {}; AWS takes 0 to 999", wrong.weight));
        }
        let groups: Vec<_> = self.target_groups.iter().map(|group| &group.target_group).collect();
        if crate::aws::lists::has_repeats(&groups) {
            return Some("forwards to a target group twice".to_owned());
        }
        if self.sticky != self.sticky_seconds.is_some() {
            return Some("`sticky` and `sticky_seconds` belong together: give both or none".to_owned());
        }
        let wrong = self.sticky_seconds.filter(|seconds| !(1..=604_800).contains(seconds))?;
        Some(format!("sticky_seconds is {wrong}; AWS takes 1 to 604800"))
    }
}

impl FixedResponse {
    fn problem(&self) -> Option<String> {
        const TYPES: [&str; 5] = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"];
        let is_status = self.status.parse().is_ok_and(|code: u16| matches!(code, 200..=299 | 400..=599));
        if !is_status {
            return Some(format!("responds with {}; AWS takes 2xx, 4xx and 5xx", self.status));
        }
        if let Some(wrong) = self.content_type.as_ref().filter(|given| !TYPES.contains(&given.as_str())) {
            return Some(format!("content_type is `{wrong}`; AWS takes {}", TYPES.join(", ")));
        }
        let is_long = self.body.as_ref().is_some_and(|body| body.chars().count() > 1024);
        is_long.then(|| "body is longer than 1024 characters".to_owned())
    }
}

impl Redirect {
    fn problem(&self) -> Option<String> {
        if !["HTTP", "HTTPS", "#{protocol}"].contains(&self.protocol.as_str()) {
            return Some(format!("protocol is `{}`; AWS takes HTTP, HTTPS and #{{protocol}}", self.protocol));
        }
        let is_port = self.port == "#{port}" || self.port.parse().is_ok_and(|port: u16| port > 0);
        if !is_port {
            return Some(format!("port is `{}`; AWS takes 1 to 65535 and #{{port}}", self.port));
        }
        if !self.path.starts_with('/') {
            return Some(format!("path `{}` does not begin with `/`", self.path));
        }
        // "To avoid a redirect loop, you must modify at least one of the following components: protocol, port, hostname or path."
        let is_same = self.protocol == "#{protocol}"
            && self.port == "#{port}"
            && self.host == "#{host}"
            && self.path == "/#{path}";
        is_same.then(|| "redirects to the same URL: change protocol, host, port or path".to_owned())
    }
}

/// The properties of an action.
pub(super) const ACTION: &[Property] = &[
    Property::words("kind", "Type", TYPES),
    Property::object("forward", "ForwardConfig", FORWARD).has_no_default(),
    Property::object("fixed_response", "FixedResponseConfig", FIXED_RESPONSE).has_no_default(),
    Property::object("redirect", "RedirectConfig", REDIRECT).has_no_default(),
];

const TYPES: &[(&str, &str)] =
    &[("forward", "forward"), ("fixed_response", "fixed-response"), ("redirect", "redirect")];

const FORWARD: &[Property] = &[
    Property::list("target_groups", "TargetGroups", WEIGHTED),
    Property::flag("sticky", "TargetGroupStickinessConfig/Enabled"),
    Property::plain("sticky_seconds", "TargetGroupStickinessConfig/DurationSeconds"),
];

const WEIGHTED: &[Property] = &[Property::plain("target_group", "TargetGroupArn"), Property::plain("weight", "Weight")];

const FIXED_RESPONSE: &[Property] = &[
    Property::plain("status", "StatusCode"),
    Property::plain("content_type", "ContentType"),
    Property::plain("body", "MessageBody"),
];

const REDIRECT: &[Property] = &[
    Property::plain("protocol", "Protocol"),
    Property::plain("host", "Host"),
    Property::plain("port", "Port"),
    Property::plain("path", "Path"),
    Property::plain("query", "Query"),
    Property::words("status", "StatusCode", &[("permanent", "HTTP_301"), ("temporary", "HTTP_302")]),
];
