//! The guard in front of the services: what the caller's policies do not allow is refused, in the words of AWS.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use winterbaume_core::MockRequest;

use super::condition::Keys;
use super::members::{self, RequestTags};
use super::needs::{self, Need, Place};
use super::policy::{Check, Decision, Policy, evaluate};
use super::{derived, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::cloudcontrol;
use crate::wire::json;

/// The caller of a cloud: a role with identity policies.
#[derive(Clone, Debug)]
pub struct Caller {
    policies: Vec<Policy>,
    log: Option<PathBuf>,
}

impl Caller {
    /// Reads the policies of the caller from files. Each permission that a call needs is added to `log`, a line of JSON each.
    pub fn read(policies: &[PathBuf], log: Option<PathBuf>) -> Result<Self, String> {
        let policies = policies.iter().map(|file| read(file).map_err(|why| format!("{}: {why}", file.display())));
        Ok(Self { policies: policies.collect::<Result<_, _>>()?, log })
    }

    /// Returns the policies.
    pub(super) fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// Refuses a call that the policies do not allow.
    pub(crate) fn check(
        &self,
        service: &str,
        operation: &str,
        request: &MockRequest,
        context: &CallContext<'_>,
    ) -> Result<(), Fault> {
        for check in checks(service, operation, request, context)? {
            self.note(&check)?;
            let decision = evaluate(&self.policies, &check);
            if decision != Decision::Allowed {
                return Err(refusal(service, &check, decision, context));
            }
        }
        Ok(())
    }

    /// Returns why the policies do not let a handler of Cloud Control act. A read is refused at once; other requests end as failed.
    pub(crate) fn handler_denial(
        &self,
        service: &str,
        operation: &str,
        request: &MockRequest,
        context: &CallContext<'_>,
    ) -> Result<Option<String>, Fault> {
        if service != "cloudcontrolapi" {
            return Ok(None);
        }
        let input = json::body(request)?;
        for need in cloudcontrol::handler_needs(operation, &input, context) {
            let mut keys = keys_of_caller(context);
            keys.extend(need.passed_to.map(|service| ("iam:passedtoservice".to_owned(), vec![service])));
            let check = Check { action: need.action, resource: need.resource, keys };
            self.note(&check)?;
            let decision = evaluate(&self.policies, &check);
            if decision != Decision::Allowed {
                let refusal = refusal(service, &check, decision, context);
                let reads = ["GetResource", "ListResources"].contains(&operation);
                return if reads { Err(refusal) } else { Ok(Some(refusal.message)) };
            }
        }
        Ok(None)
    }

    /// Returns the refusal in place of "not found": without the permission to list, S3 does not tell which objects exist (API
    /// reference of GetObject and HeadObject).
    pub(crate) fn hidden(
        &self,
        operation: &str,
        request: &MockRequest,
        context: &CallContext<'_>,
    ) -> Result<(), Fault> {
        if !["GetObject", "HeadObject"].contains(&operation) {
            return Ok(());
        }
        let (members, _) = members::of("s3", request);
        let bucket = members.get("bucket").and_then(|values| values.first()).cloned().unwrap_or_default();
        let resource = format!("arn:{}:s3:::{bucket}", context.partition());
        let check = Check { action: "s3:ListBucket".to_owned(), resource, keys: keys_of_caller(context) };
        self.note(&check)?;
        match evaluate(&self.policies, &check) {
            Decision::Allowed => Ok(()),
            decision => Err(refusal("s3", &check, decision, context)),
        }
    }

    fn note(&self, check: &Check) -> Result<(), Fault> {
        let Some(log) = &self.log else { return Ok(()) };
        let write = || {
            let mut line = serde_json::to_vec(check)?;
            line.push(b'\n');
            // One write of a whole line, so that the lines of several processes do not mix.
            OpenOptions::new().create(true).append(true).open(log)?.write_all(&line)
        };
        write().map_err(|error| Fault::new("EmbeddedCloudFailure", format!("{}: {error}", log.display())))
    }
}

fn read(file: &Path) -> Result<Policy, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    Policy::read(&serde_json::from_str(&text).map_err(|error| error.to_string())?)
}

/// Returns the permissions that a call needs.
fn checks(
    service: &str,
    operation: &str,
    request: &MockRequest,
    context: &CallContext<'_>,
) -> Result<Vec<Check>, Fault> {
    let Some(needs) = needs::of(service, operation) else {
        let message = format!("the embedded cloud does not know which permissions {service}:{operation} needs");
        return Err(Fault::new("EmbeddedCloudUnknownPermission", message));
    };
    if needs.is_empty() {
        return Ok(Vec::new());
    }
    let (mut members, request_tags) = members::of(service, request);
    derived::add(service, &mut members, &request_tags, context);
    let place = Place { partition: context.partition(), region: context.region, account: context.account };
    let tagged = tags::of_resources(context);
    let mut checks = Vec::new();
    for need in needs {
        for resource in need.resources(&members, place) {
            let mut keys = keys_of_caller(context);
            // Roles that are passed, and those that services make, see no tags of the request.
            let is_of_service = !need.action.starts_with("iam:") || service == "iam";
            if (service != "ec2" || need.is_new) && is_of_service {
                add_request_tags(&mut keys, &request_tags);
            }
            for (key, value) in tagged.get(&resource).into_iter().flatten() {
                keys.insert(format!("aws:resourcetag/{}", key.to_ascii_lowercase()), vec![value.clone()]);
            }
            add_keys(&mut keys, need, &members, context.region);
            checks.push(Check { action: need.action.to_owned(), resource, keys });
        }
    }
    if service == "ec2" && operation != "CreateTags" && !request_tags.is_empty() {
        checks.extend(tagging_on_creation(operation, &members, &request_tags, place, context));
    }
    Ok(checks)
}

/// Tags of a creation need the permission for CreateTags, with the name of the call in `ec2:CreateAction` ("Grant permission to tag
/// Amazon EC2 resources during creation").
fn tagging_on_creation(
    operation: &str,
    members: &members::Members,
    request_tags: &RequestTags,
    place: Place<'_>,
    context: &CallContext<'_>,
) -> Vec<Check> {
    let kinds = members.get("TagSpecification.ResourceType").cloned().unwrap_or_default();
    let check = |kind: String| {
        let mut keys = keys_of_caller(context);
        add_request_tags(&mut keys, request_tags);
        keys.insert("ec2:createaction".to_owned(), vec![operation.to_owned()]);
        let resource = format!("arn:{}:ec2:{}:{}:{kind}/*", place.partition, place.region, place.account);
        Check { action: "ec2:CreateTags".to_owned(), resource, keys }
    };
    kinds.into_iter().map(check).collect()
}

fn keys_of_caller(context: &CallContext<'_>) -> Keys {
    let key = |name: &str, value: &str| (name.to_owned(), vec![value.to_owned()]);
    Keys::from([key("aws:principalaccount", context.account), key("aws:requestedregion", context.region)])
}

fn add_request_tags(keys: &mut Keys, tags: &RequestTags) {
    for (key, value) in tags {
        // "The tag key portion of this condition key is not case sensitive": keys that differ in case alone are the same.
        keys.insert(format!("aws:requesttag/{}", key.to_ascii_lowercase()), vec![value.clone()]);
        keys.entry("aws:tagkeys".to_owned()).or_default().push(key.clone());
    }
}

/// Adds the keys of a service.
fn add_keys(keys: &mut Keys, need: &Need, members: &members::Members, region: &str) {
    let mut put = |name: &str, values: Option<Vec<String>>| {
        if let Some(values) = values {
            keys.insert(name.to_owned(), values);
        }
    };
    put("iam:passedtoservice", need.passed_to.map(|service| vec![service.to_owned()]));
    match need.action {
        "kms:CreateGrant" => put("kms:viaservice", Some(vec![format!("sagemaker.{region}.amazonaws.com")])),
        "iam:CreateServiceLinkedRole" => {
            put("iam:awsservicename", Some(vec!["sagemaker.application-autoscaling.amazonaws.com".to_owned()]));
        }
        "iam:AttachRolePolicy" | "iam:DetachRolePolicy" => put("iam:policyarn", members.get("PolicyArn").cloned()),
        "s3:ListBucket" | "s3:ListBucketVersions" => put("s3:prefix", members.get("prefix").cloned()),
        action if action.starts_with("application-autoscaling:") => {
            put("application-autoscaling:service-namespace", members.get("ServiceNamespace").cloned());
        }
        _ => {}
    }
}

/// Returns a refusal in the form of its service, in the words of "Troubleshoot access denied error messages" of the IAM User Guide.
fn refusal(service: &str, check: &Check, decision: Decision, context: &CallContext<'_>) -> Fault {
    let Check { action, resource, .. } = check;
    let caller = format!("arn:{}:sts::{}:assumed-role/ebb/session", context.partition(), context.account);
    let why = match decision {
        Decision::Denied => "with an explicit deny in an identity-based policy".to_owned(),
        _ => format!("because no identity-based policy allows the {action} action"),
    };
    let said = format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {why}");
    // The codes are those of each service's "Common errors" page.
    let (status, code, message) = match service {
        "ec2" => (403, "UnauthorizedOperation", format!("You are not authorized to perform this operation. {said}.")),
        "s3" | "iam" | "sts" => (403, "AccessDenied", said),
        "monitoring" => (403, "AccessDenied", said),
        "sns" => (403, "AuthorizationError", said),
        "bedrock" => (403, "AccessDeniedException", said),
        _ => (400, "AccessDeniedException", said),
    };
    Fault { status, code: code.to_owned(), message }
}
