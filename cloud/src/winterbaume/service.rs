//! A service of winterbaume with its patches, as a service of the cloud.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use winterbaume_core::{MockRequest, MockResponse};

use super::host::{HostedService, Plain};
use super::partitions;
use super::patches::{self, Asked, Patches};
use super::retimed::Shift;
use crate::documents::{CallContext, Tables};
use crate::error_response;
use crate::route::{S3Target, operation, path_and_query};
use crate::service::{Fault, Service};
use crate::usage::{Place, Use};

/// Returns all services of winterbaume; `folder` is where S3 keeps the bodies of its objects.
pub fn all(folder: &Path) -> Vec<Box<dyn Service>> {
    fn service(name: &'static str, global: bool, host: impl HostedService, patches: impl Patches) -> Box<dyn Service> {
        Box::new(PatchedService {
            name,
            global,
            host: Box::new(host),
            patches: Box::new(patches),
            loaded: Mutex::default(),
        })
    }
    vec![
        service("iam", true, Plain::new(winterbaume_iam::IamService::new), patches::Iam),
        service("s3", true, Plain::new(winterbaume_s3::S3Service::new), patches::S3::new(folder)),
        service(
            "secretsmanager",
            false,
            Plain::new(winterbaume_secretsmanager::SecretsManagerService::new),
            patches::SecretsManager,
        ),
        service("logs", false, Plain::new(winterbaume_cloudwatchlogs::CloudWatchLogsService::new), patches::Logs),
        service("sts", true, Plain::new(winterbaume_sts::StsService::new), patches::Nothing),
    ]
}

/// One service of winterbaume: its memory is a cache of our document.
struct PatchedService {
    name: &'static str,
    global: bool,
    host: Box<dyn HostedService>,
    patches: Box<dyn Patches>,
    /// The region and the document that the host's memory is equal to.
    loaded: Mutex<Option<(String, Tables)>>,
}

impl Service for PatchedService {
    fn name(&self) -> &'static str {
        self.name
    }

    fn global(&self) -> bool {
        self.global
    }

    fn seen(&self, document: Tables, _now_ms: i64) -> Tables {
        self.patches.seen(document)
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        self.patches.uses(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let asked = Asked { operation: operation(self.name, request), request };
        match self.respond(&asked, context) {
            Ok(response) => response,
            Err(fault) => error_response::write(self.name, request, fault),
        }
    }
}

impl PatchedService {
    fn respond(&self, asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<MockResponse, Fault> {
        if let Some(response) = self.patches.intercept(asked, context)? {
            return Ok(response);
        }
        let region = if self.global { "us-east-1" } else { context.region };
        // A panic below leaves nothing here, so that the next call loads the document afresh.
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let held = match loaded.take().filter(|(at, tables)| at == region && tables == context.own) {
            Some(held) => held,
            None => {
                self.host.load(region, context.own)?;
                (region.to_owned(), context.own.clone())
            }
        };
        let shift = Shift::of_call(self.name, &asked.operation, context.now_ms);
        let response = self.host.handle(self.at_home(asked.request, region));
        let mut response = readable(asked, self.name, response);
        if reads_only(asked) {
            *loaded = Some(held);
        } else {
            let stored = self.host.stored(region, context.own)?;
            let mut own = match &shift {
                Some(shift) => shift.document(&stored, context.own)?,
                None => stored,
            };
            // ARNs of another partition and instants of the system are put right in the document alone: the host has to load
            // them.
            let moved = partitions::move_tables(&mut own, self.name, context.partition()) || shift.is_some();
            *loaded = (!moved).then(|| (held.0, own.clone()));
            *context.own = own;
        }
        drop(loaded);
        partitions::move_body(&mut response, self.name, context.partition());
        // A read shows instants that were moved when they were written; sessions are not written.
        if let Some(shift) = shift.filter(|_| !reads_only(asked) || self.name == "sts") {
            response = shift.response(response);
        }
        if response.status >= 300 {
            return Ok(response);
        }
        self.patches.amend(asked, response, context)
    }

    /// Returns the request as winterbaume expects it: at the host of AWS, whose labels say the region.
    fn at_home(&self, request: &MockRequest, region: &str) -> MockRequest {
        let mut request = request.clone();
        request.uri = match self.name {
            "s3" => S3Target::of(&request.uri).uri(region),
            "iam" => format!("https://iam.amazonaws.com{}", path_and_query(&request.uri)),
            name => format!("https://{name}.{region}.amazonaws.com{}", path_and_query(&request.uri)),
        };
        if self.global {
            // The scope of the signature would choose another region's state.
            request.headers.remove("authorization");
        }
        request
    }
}

/// Returns whether the call cannot change anything, by the conventions of AWS's names.
fn reads_only(asked: &Asked<'_>) -> bool {
    ["Get", "List", "Describe", "Head", "Batch", "Filter", "Simulate", "Decode"]
        .iter()
        .any(|verb| asked.operation.starts_with(verb))
}

/// "Not implemented" comes as a server error, which clients retry in vain: it becomes an error that names the missing
/// operation.
fn readable(asked: &Asked<'_>, service: &str, response: MockResponse) -> MockResponse {
    if response.status < 500 {
        return response;
    }
    let reason = String::from_utf8_lossy(&response.body);
    let message = format!("the embedded {service} service cannot do {}: {reason}", asked.operation);
    error_response::write(service, asked.request, Fault::new("EmbeddedCloudNotImplemented", message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_services_find_roles_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let services = all(folder.path());
        let iam = services.iter().find(|service| service.name() == "iam").unwrap();
        let mut document = Tables::default();
        document.put("roles", "exec", json!({ "arn": "arn:aws:iam::123456789012:role/x/exec", "path": "/x/" }));
        let seen = iam.seen(document, 0);
        let role = seen.get("Role", "exec").unwrap();
        assert_eq!(
            (role["Arn"].as_str(), role["Path"].as_str()),
            (Some("arn:aws:iam::123456789012:role/x/exec"), Some("/x/"))
        );
    }
}
