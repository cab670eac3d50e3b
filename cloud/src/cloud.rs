//! One embedded cloud: its folder, its services, and the way of a call through them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use http::header::DATE;
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use tokio::sync::{Mutex, OwnedMutexGuard};
use winterbaume_core::{MockRequest, MockResponse};

use crate::access::Caller;
use crate::clock::{Clock, SystemClock, http_date};
use crate::documents::{CallContext, HandlerFault, OwnCall, Tables};
use crate::durations::{Durations, milliseconds};
use crate::faults::FaultInjector;
use crate::route::{Route, operation};
use crate::service::{Fault, Service};
use crate::services::cost_explorer::{self, Charge, CostExplorer};
use crate::services::{cloudcontrol, quotas};
use crate::store::{Exclusive, Store, StoreError};
use crate::usage::{Entry, Metered, Place, reading};
use crate::{access, consistency, error_response, meter, services, winterbaume, wire};

/// How the embedded cloud behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a transition takes (an endpoint coming into service, a NAT gateway becoming available), unless
    /// `durations` are given.
    pub transition: Duration,
    /// How long each transition takes, if they are not all the same.
    pub durations: Option<Durations>,
    /// How old a role must be before SageMaker can assume it; until then it refuses as if the role did not exist.
    pub assumable_after: Duration,
    /// How long the network interfaces of an interface endpoint, a NAT gateway or a SageMaker endpoint stay after its
    /// deletion is over: so long their subnets and security groups cannot be deleted.
    pub interfaces_linger: Duration,
    /// How long after a change every other read of a bucket's configuration still shows the old one. On AWS this lasts for
    /// minutes, above all for lifecycles, and old and new come in turn (terraform-provider-aws, pull requests 32850 and
    /// 41764).
    pub buckets_settle: Duration,
    /// How long an instance of an asynchronous endpoint takes for a request of its queue.
    pub processing: Duration,
    /// How long after the beginning of its minute a data point shows that AWS publishes. On AWS this is more than a minute.
    pub metrics_lag: Duration,
    /// How long after usage Cost Explorer knows of it. AWS refreshes its data at least once a day.
    pub bill_lag: Duration,
    /// The account, 12 digits. All clouds of one process must share it.
    pub account: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            transition: Duration::from_millis(200),
            durations: None,
            assumable_after: Duration::ZERO,
            interfaces_linger: Duration::ZERO,
            buckets_settle: Duration::ZERO,
            processing: Duration::from_secs(60),
            metrics_lag: Duration::ZERO,
            bill_lag: Duration::from_secs(24 * 60 * 60),
            account: "123456789012".to_owned(),
        }
    }
}

/// Why an embedded cloud cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made or written.
    #[error("the embedded cloud cannot use the folder {}: {why}; make it writable, or choose another folder", folder.display())]
    Folder {
        /// The folder that was asked for.
        folder: PathBuf,
        /// The system's message.
        why: String,
    },
    /// Another cloud of this process was opened with another account.
    #[error(
        "this process already has an embedded cloud with the account {existing}, so none with {asked} can be opened"
    )]
    Account {
        /// The account that the process has.
        existing: String,
        /// The account that was asked for.
        asked: String,
    },
}

/// Why the meter cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MeterError(String);

/// How a fault changes the cloud for one call: how far behind the present it may look, and whether AWS lacks instances.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    /// The age of the documents that a read sees, in milliseconds.
    pub lag_ms: i64,
    /// How long earlier versions of documents are remembered for such reads, in milliseconds.
    pub memory_ms: i64,
    /// Whether AWS has no instances for the endpoint that the call creates or updates.
    pub no_capacity: bool,
    /// How the handler of a creation fails that the call asks Cloud Control for.
    pub handler_fault: Option<HandlerFault>,
    /// Whether the caller's policies do not matter.
    pub is_trusted: bool,
}

/// The instant of a call.
struct Moment {
    /// The present, in milliseconds since the Unix epoch.
    now: i64,
    /// The past that a read sees, if it lags behind.
    as_of: Option<i64>,
    view: View,
}

/// An embedded cloud on a folder. Cheap to clone; clones are the same cloud.
///
/// Several processes, and several clouds of one process, may use the same folder at once: they see each other's
/// effects.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    settings: Settings,
    clock: Arc<dyn Clock>,
    faults: FaultInjector,
    /// The caller, if policies limit it.
    caller: OnceLock<Caller>,
    services: BTreeMap<&'static str, Box<dyn Service>>,
    store: Arc<Mutex<Store>>,
    /// How often each setting of buckets was read.
    bucket_reads: std::sync::Mutex<HashMap<String, u64>>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Cloud").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

impl Cloud {
    /// Opens the cloud that lives in `folder`, creating the folder if need be. Its clock is the system's.
    pub fn open(folder: &Path, settings: Settings) -> Result<Self, OpenError> {
        Self::open_with_clock(folder, settings, SystemClock)
    }

    /// Opens the cloud that lives in `folder` with a clock of the caller's. Every service takes the time from it; see
    /// [`virtual_time`](crate::virtual_time) for one that does not run with the system's.
    pub fn open_with_clock(folder: &Path, settings: Settings, clock: impl Clock) -> Result<Self, OpenError> {
        winterbaume_core::set_default_account_id(settings.account.clone());
        let existing = winterbaume_core::default_account_id();
        if existing != settings.account {
            return Err(OpenError::Account { existing: existing.to_owned(), asked: settings.account });
        }
        let store = Store::open(folder)
            .map_err(|error| OpenError::Folder { folder: folder.to_owned(), why: error.to_string() })?;
        let services = services::all()
            .into_iter()
            .chain(winterbaume::all(folder))
            .map(|service| (service.name(), service))
            .collect();
        Ok(Self(Arc::new(Inner {
            folder: folder.to_owned(),
            settings,
            clock: Arc::new(clock),
            faults: FaultInjector::default(),
            caller: OnceLock::new(),
            services,
            store: Arc::new(Mutex::new(store)),
            bucket_reads: std::sync::Mutex::default(),
        })))
    }

    /// Returns the folder in which the cloud lives.
    pub fn folder(&self) -> &Path {
        &self.0.folder
    }

    /// Returns the account of the cloud, 12 digits.
    pub fn account(&self) -> &str {
        &self.0.settings.account
    }

    /// Returns the present by the clock of the cloud, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// Credentials that the cloud accepts (it accepts any; signatures are not checked).
    pub fn credentials(&self) -> Credentials {
        Credentials::new("AKIAEBBTIDEEMBEDDED0", "embedded-cloud-secret", None, None, "embedded-cloud")
    }

    /// Limits the calls to this cloud to those that the caller's policies allow. A cloud has one caller: later ones are ignored.
    pub fn restrict(&self, caller: Caller) {
        let _ = self.0.caller.set(caller);
    }

    /// Returns the fault injector, which counts, delays and fails calls.
    pub fn faults(&self) -> &FaultInjector {
        &self.0.faults
    }

    /// Handles one request without the fault injector. Its effect survives the end of the process.
    ///
    /// Dropping the future does not leave a call half done: once begun, it is finished on a thread of its own.
    pub async fn handle(&self, request: MockRequest) -> MockResponse {
        self.handle_in(request, View::default()).await
    }

    /// Puts an object into the cloud, `s3://BUCKET/KEY`, and makes its bucket in a region, unless they are there. Not seen by
    /// the fault injector.
    pub async fn put_object(&self, region: &str, uri: &str, body: &str) -> Result<(), String> {
        let wrong = || format!("{uri} is not the location of an object: write s3://BUCKET/KEY");
        let (bucket, key) = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
        let send = async |method: &str, path: &str, body: &str| {
            let uri = format!("http://s3.{region}.amazonaws.com/{path}");
            let body = body.to_owned().into();
            let request = MockRequest { method: method.to_owned(), uri, headers: HeaderMap::new(), body };
            self.handle_in(request, View { is_trusted: true, ..View::default() }).await
        };
        let object = format!("{bucket}/{key}");
        if send("HEAD", &object, "").await.status == 200 {
            return Ok(());
        }
        if send("HEAD", bucket, "").await.status == 404 {
            let place = match region {
                "us-east-1" => String::new(),
                region => format!(
                    "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
                ),
            };
            made(uri, &send("PUT", bucket, &place).await)?;
        }
        made(uri, &send("PUT", &object, body).await)
    }

    /// Sets a quota of SageMaker in a region, such as `ml.g5.xlarge for endpoint usage`. Not seen by the fault injector.
    pub async fn set_quota(&self, region: &str, name: &str, value: f64) -> Result<(), String> {
        if !quotas::is_known(name) {
            return Err(format!("there is no quota {name}; there is, for example, `ml.g5.xlarge for endpoint usage`"));
        }
        let (document, name) = (document_name(&quotas::Quotas, region), name.to_owned());
        self.edit(document, move |tables| quotas::set(tables, &name, value)).await
    }

    /// Puts an image into ECR, `ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG`, of this account. Its repository is not one of Cloud Control. Not
    /// seen by the fault injector.
    pub async fn put_image(&self, uri: &str) -> Result<(), String> {
        let image = cloudcontrol::Image::of(uri).filter(|image| image.account == self.account());
        let image = image.ok_or_else(|| format!("{uri} is not an image in ECR of the account {}", self.account()))?;
        let document = document_name(&cloudcontrol::Ecr, &image.region);
        self.edit(document, move |tables| image.stand_in(tables)).await
    }

    /// Changes the document of a service.
    async fn edit(&self, name: String, change: impl FnOnce(&mut Tables) + Send + 'static) -> Result<(), String> {
        let mut store = Arc::clone(&self.0.store).lock_owned().await;
        let now_ms = self.now_ms();
        let edited = tokio::task::spawn_blocking(move || {
            let mut folder = store.exclusive().map_err(|error| error.to_string())?;
            let before = folder.read(&name, now_ms, None).map_err(|error| error.to_string())?;
            let mut document = Tables::clone(&before);
            change(&mut document);
            if document == *before {
                return Ok(());
            }
            folder.replace(&name, document, now_ms).map_err(|error| error.to_string())
        });
        edited.await.unwrap_or_else(|error| Err(format!("the cloud was not changed: {error}")))
    }

    /// Adds a charge to the bill that no resource of this cloud makes, such as traffic or a credit: Cost Explorer has it like
    /// others, and the meter does not. Not seen by the fault injector.
    pub async fn charge(&self, charge: Charge) -> Result<(), String> {
        let mut store = Arc::clone(&self.0.store).lock_owned().await;
        let now_ms = self.now_ms();
        let name = document_name(&CostExplorer, "");
        let added = tokio::task::spawn_blocking(move || {
            let mut folder = store.exclusive().map_err(|error| error.to_string())?;
            let mut document = Tables::clone(&*folder.read(&name, now_ms, None).map_err(|error| error.to_string())?);
            cost_explorer::add(&mut document, &charge).map_err(|error| error.to_string())?;
            folder.replace(&name, document, now_ms).map_err(|error| error.to_string())
        });
        added.await.unwrap_or_else(|error| Err(format!("the charge was not added: {error}")))
    }

    /// Returns what the meter has for a time, by resource, item and beginning: what existed for how long, in the units of AWS's
    /// bill. Usage that goes on is counted until now.
    pub async fn metered(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Metered>, MeterError> {
        let mut store = Arc::clone(&self.0.store).lock_owned().await;
        let inner = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || {
            let now_ms = inner.clock.now_ms();
            let entries = inner.entries(&mut store.exclusive().map_err(error_response::failure)?, now_ms)?;
            Ok(reading::read(&entries, from.as_millisecond(), to.as_millisecond().min(now_ms)))
        });
        match read.await {
            Ok(read) => read.map_err(|fault: Fault| MeterError(fault.message)),
            Err(error) => Err(MeterError(format!("the meter broke down: {error}"))),
        }
    }

    /// Handles one request with a view that may lag behind.
    pub(crate) async fn handle_in(&self, request: MockRequest, view: View) -> MockResponse {
        let service = Route::of(&request).map(|route| route.service).unwrap_or_default();
        self.as_sent(&service, self.undated(request, view).await)
    }

    /// Returns a response in the form of its service's protocol, with its date, which every response of AWS has.
    pub(crate) fn as_sent(&self, service: &str, response: MockResponse) -> MockResponse {
        let mut response = wire::json::as_aws_sends(service, response);
        if let Ok(date) = HeaderValue::from_str(&http_date(self.now_ms())) {
            response.headers.insert(DATE, date);
        }
        response
    }

    async fn undated(&self, request: MockRequest, view: View) -> MockResponse {
        let Some(route) = Route::of(&request) else {
            let fault = Fault {
                status: 403,
                code: "MissingAuthenticationToken".into(),
                message: "the request is not signed, so its service and region are unknown".into(),
            };
            return error_response::write("", &request, fault);
        };
        let store = Arc::clone(&self.0.store).lock_owned().await;
        let inner = Arc::clone(&self.0);
        let (service, asked) = (route.service.clone(), request.clone());
        match tokio::task::spawn_blocking(move || inner.act(store, &route, &asked, view)).await {
            Ok(Ok(response)) => response,
            Ok(Err(fault)) => error_response::write(&service, &request, fault),
            Err(error) => {
                let message = format!("the embedded {service} service broke down: {error}");
                error_response::write(&service, &request, Fault::new(error_response::FAILURE, message))
            }
        }
    }
}

/// Returns the error of a request that did not succeed.
fn made(uri: &str, response: &MockResponse) -> Result<(), String> {
    if response.status < 300 {
        return Ok(());
    }
    Err(format!("{uri}: {} {}", response.status, String::from_utf8_lossy(&response.body)))
}

impl Inner {
    fn act(
        &self,
        mut store: OwnedMutexGuard<Store>,
        route: &Route,
        request: &MockRequest,
        view: View,
    ) -> Result<MockResponse, Fault> {
        let Some(service) = self.services.get(route.service.as_str()) else {
            let known: Vec<_> = self.services.keys().copied().collect();
            let message = format!("the embedded cloud has no service '{}'; it has {}", route.service, known.join(", "));
            return Err(Fault::new("EmbeddedCloudUnknownService", message));
        };
        let now = self.clock.now_ms();
        let operation = operation(&route.service, request);
        let settle_ms = milliseconds(self.settings.buckets_settle);
        let lag_ms = if settle_ms > 0 && consistency::is_bucket_configuration(&route.service, &operation) {
            let mut reads = self.bucket_reads.lock().unwrap_or_else(PoisonError::into_inner);
            let count = reads.entry(operation).or_default();
            *count += 1;
            if count.is_multiple_of(2) { 0 } else { settle_ms }
        } else if view.lag_ms > 0 && consistency::may_lag(&route.service, &operation) {
            view.lag_ms
        } else {
            0
        };
        let as_of = (lag_ms > 0).then(|| now.saturating_sub(lag_ms));
        let folder = RefCell::new(store.exclusive().map_err(error_response::failure)?);
        folder.borrow_mut().remember_for(view.memory_ms.max(settle_ms));
        let (response, calls) = self.call(&folder, service.as_ref(), route, request, Moment { now, as_of, view })?;
        for OwnCall { service: called, operation, input } in calls {
            let route = Route { service: called.to_owned(), region: route.region.clone() };
            if let Some(service) = self.services.get(called) {
                let request = wire::json::request(operation, &input);
                let moment = Moment { now, as_of: None, view: View { is_trusted: true, ..View::default() } };
                // As on AWS, what it asks for may be refused, and then nothing changes.
                self.call(&folder, service.as_ref(), &route, &request, moment)?;
            }
        }
        Ok(response)
    }

    /// Lets a service handle a call, and stores its document. Returns the calls that the service makes to others, too.
    fn call(
        &self,
        folder: &RefCell<Exclusive<'_>>,
        service: &dyn Service,
        route: &Route,
        request: &MockRequest,
        Moment { now, as_of, view }: Moment,
    ) -> Result<(MockResponse, Vec<OwnCall>), Fault> {
        let name = document_name(service, &route.region);
        let before = folder.borrow_mut().read(&name, now, as_of).map_err(error_response::failure)?;
        let mut own = Tables::clone(&before);

        let trouble: RefCell<Option<StoreError>> = RefCell::new(None);
        let unmetered: RefCell<Option<Fault>> = RefCell::new(None);
        let others = |other: &str| {
            let Some(other) = self.services.get(other) else { return Tables::default() };
            match folder.borrow_mut().read(&document_name(other.as_ref(), &route.region), now, as_of) {
                Ok(tables) => other.seen(Tables::clone(&tables), now),
                Err(error) => {
                    *trouble.borrow_mut() = Some(error);
                    Tables::default()
                }
            }
        };
        let Settings { transition, assumable_after, interfaces_linger, account, .. } = &self.settings;
        let durations = self.settings.durations.unwrap_or(Durations::all(*transition));
        let meter = || match self.entries(&mut folder.borrow_mut(), now) {
            Ok(entries) => entries,
            Err(fault) => {
                *unmetered.borrow_mut() = Some(fault);
                Vec::new()
            }
        };
        let mut context = CallContext::new(&mut own, &others, &route.region, account, now, durations);
        context.assumable_after_ms = milliseconds(*assumable_after);
        context.processing_ms = milliseconds(self.settings.processing);
        context.metrics_lag_ms = milliseconds(self.settings.metrics_lag);
        context.interfaces_linger_ms = milliseconds(*interfaces_linger);
        context.no_capacity = view.no_capacity;
        context.handler_fault = view.handler_fault;
        context.bill_lag_ms = milliseconds(self.settings.bill_lag);
        context.meter = Some(&meter);
        let caller = self.caller.get().filter(|_| !view.is_trusted);
        let asked = operation(&route.service, request);
        if let Some(caller) = caller {
            caller.check(&route.service, &asked, request, &context)?;
            context.denied = caller.handler_denial(&route.service, &asked, request, &context)?;
        }
        let response = match (route.service.as_str(), asked.as_str()) {
            ("iam", "SimulatePrincipalPolicy") => access::simulate(self.caller.get(), request, &context),
            ("sts", "GetCallerIdentity") => access::identity(&context),
            _ => service.call(request, &mut context),
        };
        if let Some(caller) = caller.filter(|_| response.status == 404 && route.service == "s3") {
            caller.hidden(&asked, request, &context)?;
        }
        let mut calls = std::mem::take(&mut context.calls);
        let stays = response.status < 400 || context.keeps_refusal;

        if let Some(error) = trouble.take() {
            return Err(error_response::failure(error));
        }
        if let Some(fault) = unmetered.take() {
            return Err(fault);
        }
        // A refused call leaves no trace, whatever the service did on the way to its error, unless refusals are counted; nor does
        // a read of the past.
        if stays && as_of.is_none() && own != *before {
            let place = Place { region: &route.region, account, now_ms: now, durations };
            meter::note(&folder.borrow(), service, &mut own, &place)?;
            folder.borrow_mut().replace(&name, own, now).map_err(error_response::failure)?;
        }
        if !stays || as_of.is_some() {
            calls.clear();
        }
        Ok((response, calls))
    }

    fn entries(&self, folder: &mut Exclusive<'_>, now_ms: i64) -> Result<Vec<Entry>, Fault> {
        meter::entries(folder, |name| self.services.contains_key(name), now_ms)
    }
}

/// Returns the name of the document (without `.json`) of a service in a region.
fn document_name(service: &dyn Service, region: &str) -> String {
    if service.global() { service.name().to_owned() } else { format!("{}.{region}", service.name()) }
}
