//! `elbv2_listener`: a port of a load balancer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::action::{ACTION, Action};
use super::protocol::{PROTOCOLS, Protocol};
use super::settings::{check_listener, listener_default};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{ListenerArn, LoadBalancerArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Replacement, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The security policy of encrypted listeners that constructors choose: TLS 1.3 and 1.2.
const TLS_1_3: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/// A port of a load balancer, and what becomes of its requests or connections. It comes and goes with its load balancer, also in a pause.
///
/// Rules beside the default, logins and mutual authentication are not part of it: [`Any`](crate::resource::cloud_control::Any) declares
/// a listener with those.
///
/// ```
/// # use ebbtide::aws::elbv2::{Action, Listener, LoadBalancerOutputs, Redirect, TargetGroupOutputs};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(
/// #     stack: &mut Stack, front: &LoadBalancerOutputs<Declared>, old: &TargetGroupOutputs<Declared>,
/// #     new: &TargetGroupOutputs<Declared>, certificate: &str,
/// # ) {
/// let split = Action::split([(&old.arn, 9), (&new.arn, 1)]);
/// stack.add("https", Listener::https(&front.arn, 443, certificate, split));
/// stack.add("http", Listener::http(&front.arn, 80, Action::redirect(Redirect::to_https())));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Listener<P: Phase = Declared> {
    /// The load balancer.
    pub load_balancer: P::Of<LoadBalancerArn>,
    /// The protocol: HTTP and HTTPS of an Application Load Balancer, the others of a Network Load Balancer.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// The default action, a list of one.
    pub default_actions: Vec<Action<P>>,
    /// The certificate, a list of one: for HTTPS and TLS.
    #[serde(default)]
    pub certificates: Vec<Certificate<P>>,
    /// The security policy, which names versions of TLS and ciphers: for HTTPS and TLS.
    #[serde(default)]
    pub ssl_policy: Option<String>,
    /// Settings under AWS's own keys, `tcp.idle_timeout.seconds`. Those that are not declared are AWS's to choose.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The certificate of a listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Certificate<P: Phase = Declared> {
    /// The ARN, in ACM or IAM.
    pub arn: P::Of<String>,
}

impl Listener {
    fn new(load_balancer: Input<LoadBalancerArn>, protocol: Protocol, port: u16, action: Action) -> Self {
        Self {
            load_balancer,
            protocol,
            port,
            default_actions: vec![action],
            certificates: Vec::new(),
            ssl_policy: None,
            attributes: BTreeMap::new(),
            tags: Tags::new(),
        }
    }

    /// Creates a listener for HTTP.
    pub fn http(load_balancer: impl Into<Input<LoadBalancerArn>>, port: u16, action: Action) -> Self {
        Self::new(load_balancer.into(), Protocol::Http, port, action)
    }

    /// Creates a listener for TCP.
    pub fn tcp(load_balancer: impl Into<Input<LoadBalancerArn>>, port: u16, action: Action) -> Self {
        Self::new(load_balancer.into(), Protocol::Tcp, port, action)
    }

    /// Creates a listener for HTTPS with a certificate, for TLS 1.3 and 1.2.
    pub fn https(
        load_balancer: impl Into<Input<LoadBalancerArn>>,
        port: u16,
        certificate: impl Into<<Declared as Phase>::Of<String>>,
        action: Action,
    ) -> Self {
        let certificates = vec![Certificate { arn: certificate.into() }];
        let ssl_policy = Some(TLS_1_3.to_owned());
        Self { certificates, ssl_policy, ..Self::new(load_balancer.into(), Protocol::Https, port, action) }
    }

    /// Creates a listener for TLS with a certificate, for TLS 1.3 and 1.2.
    pub fn tls(
        load_balancer: impl Into<Input<LoadBalancerArn>>,
        port: u16,
        certificate: impl Into<<Declared as Phase>::Of<String>>,
        action: Action,
    ) -> Self {
        Self { protocol: Protocol::Tls, ..Self::https(load_balancer, port, certificate, action) }
    }

    /// Declares a setting.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.insert(key.into(), value.into());
        self
    }
}

/// The outputs of a listener.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ListenerOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<ListenerArn>,
}

impl Resource for Listener {
    const KIND: &'static str = "elbv2_listener";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(Listener: load_balancer);
    // A target group belongs to one load balancer at a time (TargetGroupAssociationLimit), so the listener of the old load balancer goes
    // before that of the new one comes (terraform-provider-aws#22005).
    const REPLACEMENT: Replacement = Replacement::DeleteFirst;
    const DELETED_WITH: &'static [&'static str] = fields!(Listener: load_balancer);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Listener<Resolved>;
    type Outputs<P: Phase> = ListenerOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills load balancers, and their listeners not")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.port == 0 {
            problems.refuse("port", "is 0; AWS takes 1 to 65535");
        }
        match self.default_actions.as_slice() {
            [action] => {
                action.problem().into_iter().for_each(|problem| problems.refuse("default_actions", problem));
                let forwards = action.forward.as_ref();
                if !self.protocol.is_http() && forwards.is_none() {
                    problems.refuse("default_actions", "does not forward, as a Network Load Balancer always does");
                }
                if !self.protocol.is_http() && forwards.is_some_and(|forward| forward.sticky) {
                    problems.refuse("default_actions", "is sticky, which is for HTTP alone");
                }
            }
            actions => problems.refuse("default_actions", format!("has {} actions; give one", actions.len())),
        }
        let (protocol, is_encrypted) = (self.protocol.word(), self.protocol.is_encrypted());
        if is_encrypted && self.certificates.len() != 1 {
            let message = format!("has {} certificates; {protocol} needs one", self.certificates.len());
            problems.refuse("certificates", message);
        }
        if !is_encrypted && !self.certificates.is_empty() {
            problems.refuse("certificates", format!("is not for {protocol}: leave it out"));
        }
        match (&self.ssl_policy, is_encrypted) {
            (None, true) => problems.refuse("ssl_policy", format!("is missing: {TLS_1_3}, for example")),
            (Some(_), false) => problems.refuse("ssl_policy", format!("is not for {protocol}: leave it out")),
            _ => {}
        }
        check_listener(self.protocol.is_http(), &self.attributes, problems);
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let place = |one: &Self| Some((format!("{:?}", one.load_balancer), one.port));
        repeat_conflicts(all, place, |(_, port)| format!("another listener of the same load balancer has port {port}"))
    }
}

impl CloudControl for Listener {
    const TYPE: &'static str = "AWS::ElasticLoadBalancingV2::Listener";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("load_balancer", "LoadBalancerArn"),
        Property::words("protocol", "Protocol", PROTOCOLS),
        Property::plain("port", "Port"),
        Property::list("default_actions", "DefaultActions", ACTION),
        Property::list("certificates", "Certificates", CERTIFICATE),
        Property::plain("ssl_policy", "SslPolicy"),
        Property::settings("attributes", "ListenerAttributes", listener_default),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "ListenerArn")];

    fn placed(_inputs: &Listener<Resolved>, _identity: &Identity) -> Placed {
        Placed { identifier: None, properties: Map::new(), has_own_name: false }
    }
}

const CERTIFICATE: &[Property] = &[Property::plain("arn", "CertificateArn")];

#[cfg(test)]
mod tests {
    use super::super::{FixedResponse, Forward, Redirect};
    use super::*;

    fn listener(action: Action) -> Listener {
        Listener::http("lb", 80, action)
    }

    fn forward() -> Action {
        Action::forward("tg")
    }

    #[test]
    fn invalid_listeners_are_refused() {
        let https = || Listener::https("lb", 443, "arn", forward());
        let sticky = |sticky, sticky_seconds| {
            let forward = forward().forward.map(|forward| Forward { sticky, sticky_seconds, ..forward });
            Action { forward, ..Action::forward("tg") }
        };
        let with_type = |content_type: &str| {
            let response = Action::respond(200, "OK").fixed_response;
            let response = response.map(|one| FixedResponse { content_type: Some(content_type.into()), ..one });
            Action { fixed_response: response, ..Action::respond(200, "OK") }
        };
        let redirect = |change: fn(&mut Redirect)| {
            let mut to = Redirect::to_https();
            change(&mut to);
            Action::redirect(to)
        };
        let same = |to: &mut Redirect| {
            to.protocol = "#{protocol}".into();
            to.port = "#{port}".into();
        };
        let actions = [
            Action { forward: None, ..forward() },
            Action::split([("a", 1), ("a", 2)]),
            Action::split([("a", 1000)]),
            Action::split(["a", "b", "c", "d", "e", "f"].map(|group| (group, 1))),
            sticky(true, None),
            sticky(true, Some(0)),
            Action::respond(302, "OK"),
            Action::respond(200, "x".repeat(1025)),
            with_type("image/png"),
            redirect(same),
            redirect(|to| to.protocol = "FTP".into()),
            redirect(|to| to.port = "0".into()),
            redirect(|to| to.path = "new".into()),
        ];
        let mut cases: Vec<_> = actions.into_iter().map(|action| ("default_actions", listener(action))).collect();
        cases.extend([
            ("port", Listener::http("lb", 0, forward())),
            ("default_actions", Listener { default_actions: Vec::new(), ..listener(forward()) }),
            ("default_actions", Listener::tcp("lb", 80, Action::respond(200, "OK"))),
            ("default_actions", Listener::tcp("lb", 80, sticky(true, Some(60)))),
            ("certificates", Listener { certificates: Vec::new(), ..https() }),
            ("certificates", Listener { certificates: https().certificates, ..listener(forward()) }),
            ("ssl_policy", Listener { ssl_policy: None, ..https() }),
            ("ssl_policy", Listener { ssl_policy: Some("x".into()), ..listener(forward()) }),
            ("attributes", listener(forward()).with("tcp.idle_timeout.seconds", "60")),
            ("tags", Listener { tags: Tags::from([("team".into(), "a,b".into())]), ..listener(forward()) }),
        ]);
        for (field, listener) in cases {
            let mut problems = Problems::new();
            listener.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        for valid in [https(), listener(sticky(true, Some(60))), listener(Action::redirect(Redirect::to_https()))] {
            let mut problems = Problems::new();
            valid.validate(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
    }

    #[test]
    fn a_port_is_taken_once() {
        let conflicts = Listener::conflicts(&[listener(forward()), https_on(80), https_on(443)]);
        assert_eq!(conflicts.iter().map(|one| one.index).collect::<Vec<_>>(), [1]);
    }

    fn https_on(port: u16) -> Listener {
        Listener::https("lb", port, "arn", forward())
    }
}
