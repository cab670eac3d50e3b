//! The connection of an environment: the SDK's configuration, and the account of the credentials.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::time::Instant;

use crate::environment::error::Location;
use crate::environment::loaded::Environment;
use crate::environment::zones;
use crate::sdk;
use crate::sdk::{Aws, Backoff, CallName as _, ErrorKind, Hint, PropagationDelay};
use crate::state::StateError;
use ebbtide::stack::RegionZones;

/// How long AWS may be unreachable before the first error is reported.
const REACHED_WITHIN: Duration = Duration::from_secs(5);
/// How long AWS may throttle the first call.
const THROTTLED_WITHIN: Duration = Duration::from_secs(300);
/// The longest delay between two attempts of the first call.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// The longest time of one attempt of the first call. Loading credentials, as from SSO, is part of it.
const ATTEMPT: Duration = Duration::from_secs(10);

/// The number of attempts until a call fails.
const ATTEMPTS: u32 = 8;

/// The content of the objects that an environment lists for its embedded cloud.
#[cfg(feature = "embedded")]
const STAND_IN: &str = "A stand-in of the embedded cloud.\n";

/// The clients of an environment, before the account of their credentials is known.
#[derive(Clone, Debug)]
pub struct Clients {
    /// The clients.
    pub aws: Arc<Aws>,
    #[cfg(feature = "embedded")]
    cloud: Option<ebbtide_cloud::Cloud>,
}

/// The clients of an environment and the account of their credentials.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The clients.
    pub clients: Clients,
    /// The account, 12 digits, as STS reports it.
    pub account: String,
}

/// The reasons why a connection fails.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The environment uses the embedded cloud, and this binary was built without it.
    #[error("environment `{0}` uses the embedded cloud, and this `ebb` was built without it")]
    NotBuiltIn(String),
    /// The environment has no embedded cloud.
    #[error("environment `{0}` is not embedded: it has no cloud to serve")]
    NotEmbedded(String),
    /// The embedded cloud cannot be opened.
    #[error("{0}")]
    Cloud(String),
    /// EBB_CLOUD_FAULTS is not a list of faults.
    #[error("EBB_CLOUD_FAULTS: {0}")]
    Faults(String),
    /// EBB_CLOUD_POLICIES does not list policies.
    #[error("EBB_CLOUD_POLICIES: {0}")]
    Policies(String),
    /// AWS rejects the credentials, or cannot be reached.
    #[error("cannot determine the account of the credentials: {}", without_noise(.0))]
    Identity(sdk::Error),
    /// AWS does not list the zones of the region.
    #[error("cannot look up the zones of the region: {0}")]
    Zones(sdk::Error),
    /// The state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The credentials belong to another account than the guard of the environment.
    #[error(
        "environment `{environment}` is guarded: {location} says account {guard}, but these credentials belong to account {found}"
    )]
    OtherAccount {
        /// The environment.
        environment: String,
        /// The place of the guard.
        location: Location,
        /// The account of the guard.
        guard: String,
        /// The account that the credentials belong to.
        found: String,
    },
}

/// Returns an error in words. That there are no credentials is reported by the SDK as the failure of the last place where it looked,
/// which few use.
fn without_noise(error: &sdk::Error) -> String {
    let text = error.to_string();
    let Some((_, cause)) = text.split_once("an error occurred while loading credentials") else { return text };
    match cause.contains("IMDS") {
        true => "there are no credentials in the environment, in a profile or of this machine".to_owned(),
        false => format!("the credentials could not be loaded{cause}"),
    }
}

impl Hint for ConnectError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NotBuiltIn(_) => Some("build it with the feature `embedded`".to_owned()),
            Self::NotEmbedded(_) => Some("choose an environment with `embedded = true`, such as local".to_owned()),
            Self::Cloud(_) | Self::Faults(_) | Self::Policies(_) => None,
            Self::State(error) => error.hint(),
            Self::Identity(error) if error.kind == ErrorKind::Credentials => Some(
                "sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; nothing was changed"
                    .to_owned(),
            ),
            Self::Zones(error) => error.hint.clone().or_else(|| Some("nothing was changed".to_owned())),
            Self::Identity(error) if error.kind == ErrorKind::Unavailable => Some(
                "check the network, the proxy (HTTPS_PROXY) and `region` and `endpoint_url` in the environment; nothing was changed".to_owned(),
            ),
            Self::Identity(error) => error.hint.clone().or_else(|| Some("nothing was changed".to_owned())),
            Self::OtherAccount { .. } => {
                Some("use the credentials of that account, or correct the guard; nothing was changed".to_owned())
            }
        }
    }
}

impl Environment {
    /// Makes the clients and checks the account of their credentials. An embedded environment uses no network.
    pub async fn connect(&self) -> Result<Connection, ConnectError> {
        let clients = self.clients().await?;
        let account = account(&clients.aws).await?;
        let connection = Connection { clients, account };
        match &self.aws().account {
            Some(guard) if *guard != connection.account => Err(ConnectError::OtherAccount {
                environment: self.name().to_owned(),
                location: self.account_location(),
                guard: guard.clone(),
                found: connection.account,
            }),
            _ => Ok(connection),
        }
    }

    /// Makes the clients. An embedded environment uses no network.
    pub async fn clients(&self) -> Result<Clients, ConnectError> {
        if self.aws().embedded { self.embedded().await } else { self.real().await }
    }

    async fn real(&self) -> Result<Clients, ConnectError> {
        let settings = self.aws();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(settings.region.clone()))
            .retry_config(retries())
            .timeout_config(timeouts());
        if let Some(name) = app_name() {
            loader = loader.app_name(name);
        }
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(url) = &settings.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        let mut config = loader.load().await;
        if let Some(role) = &settings.assume_role {
            let provider = AssumeRoleProvider::builder(role).configure(&config).session_name("ebbtide").build().await;
            config = config.to_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build();
        }
        let path_style = config.endpoint_url().is_some();
        Ok(Clients {
            aws: Arc::new(Aws::new(config, path_style).with_shared_pace()),
            #[cfg(feature = "embedded")]
            cloud: None,
        })
    }

    #[cfg(not(feature = "embedded"))]
    async fn embedded(&self) -> Result<Clients, ConnectError> {
        Err(ConnectError::NotBuiltIn(self.name().to_owned()))
    }

    #[cfg(feature = "embedded")]
    async fn embedded(&self) -> Result<Clients, ConnectError> {
        let cloud = self.open_cloud()?;
        for uri in &self.aws().objects {
            cloud.put_object(&self.aws().region, uri, STAND_IN).await.map_err(ConnectError::Cloud)?;
        }
        for uri in &self.aws().images {
            cloud.put_image(uri).await.map_err(ConnectError::Cloud)?;
        }
        for (name, value) in &self.aws().quotas {
            let set = cloud.set_quota(&self.aws().region, name, f64::from(*value)).await;
            set.map_err(ConnectError::Cloud)?;
        }
        let mut config = aws_config::SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.aws().region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
            .http_client(cloud.http_client())
            .time_source(cloud.time_source())
            .retry_config(retries())
            .timeout_config(timeouts());
        config.set_app_name(app_name());
        let clock = cloud.clone();
        let now = move || jiff::Timestamp::from_millisecond(clock.now_ms()).unwrap_or(jiff::Timestamp::MAX);
        Ok(Clients { aws: Arc::new(Aws::new(config.build(), true).with_clock(now)), cloud: Some(cloud) })
    }

    /// Opens the embedded cloud of this environment, with the faults that EBB_CLOUD_FAULTS lists. EBB_CLOUD_POLICIES lists files
    /// with the policies of the caller; the permissions that calls need are added to the file EBB_CLOUD_ACCESS_LOG.
    #[cfg(feature = "embedded")]
    pub fn open_cloud(&self) -> Result<ebbtide_cloud::Cloud, ConnectError> {
        if !self.aws().embedded {
            return Err(ConnectError::NotEmbedded(self.name().to_owned()));
        }
        if let Some(cloud) = self.rehearsal() {
            return Ok(cloud.clone());
        }
        let mut settings = ebbtide_cloud::Settings::default();
        if let Some(transition) = self.aws().transition_ms {
            settings.transition = Duration::from_millis(transition);
        }
        let cloud = ebbtide_cloud::Cloud::open(&self.cloud_directory(), settings)
            .map_err(|error| ConnectError::Cloud(error.to_string()))?;
        if let Some(spec) = std::env::var("EBB_CLOUD_FAULTS").ok().filter(|spec| !spec.is_empty()) {
            let observer = ebbtide_cloud::FaultInjector::from_spec(&spec)
                .map_err(|error| ConnectError::Faults(error.to_string()))?;
            cloud.faults().install(observer);
        }
        if let Some(files) = std::env::var_os("EBB_CLOUD_POLICIES").filter(|files| !files.is_empty()) {
            let files: Vec<_> = std::env::split_paths(&files).collect();
            let log = std::env::var_os("EBB_CLOUD_ACCESS_LOG").map(Into::into);
            cloud.restrict(ebbtide_cloud::access::Caller::read(&files, log).map_err(ConnectError::Policies)?);
        }
        Ok(cloud)
    }
}

impl Connection {
    /// Looks up the availability zones that the account has in the region.
    pub async fn zones(&self) -> Result<RegionZones, ConnectError> {
        zones::look_up(&self.clients.aws).await.map_err(ConnectError::Zones)
    }
}

impl Clients {
    /// Returns the time within which a new resource becomes visible in this cloud.
    pub fn propagation(&self) -> PropagationDelay {
        #[cfg(feature = "embedded")]
        if let Some(cloud) = &self.cloud {
            return PropagationDelay::within(cloud.faults().longest_lag() * 2);
        }
        PropagationDelay::AWS
    }

    /// Returns the number of calls of this process to the embedded cloud; `None` for other clouds.
    pub fn calls(&self) -> Option<u64> {
        #[cfg(feature = "embedded")]
        return self.cloud.as_ref().map(|cloud| cloud.faults().calls());
        #[cfg(not(feature = "embedded"))]
        None
    }
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(30))
        .operation_timeout(Duration::from_secs(300))
        .build()
}

fn app_name() -> Option<AppName> {
    AppName::new("ebbtide").ok()
}

/// Returns the account of the credentials. A person waits for it, so a connection that cannot be made is given up soon.
/// Throttling passes, and nothing could be done without it.
async fn account(aws: &Aws) -> Result<String, ConnectError> {
    let start = Instant::now();
    let mut delays = Backoff::RETRY.delays();
    loop {
        let error = match identity(aws).await {
            Ok(account) => return Ok(account),
            Err(error) => error,
        };
        let patience = match error.kind {
            ErrorKind::Throttled => THROTTLED_WITHIN,
            ErrorKind::Unavailable => REACHED_WITHIN,
            _ => return Err(ConnectError::Identity(error)),
        };
        match delays.next().map(|delay| delay.min(LONGEST_DELAY)) {
            Some(delay) if start.elapsed() + delay <= patience => tokio::time::sleep(delay).await,
            _ => return Err(ConnectError::Identity(error)),
        }
    }
}

/// Asks STS once for the account of the credentials.
async fn identity(aws: &Aws) -> Result<String, sdk::Error> {
    // Each attempt is ours, and short: with those of the SDK the first message would take most of a minute.
    let attempt = aws_sdk_sts::config::Builder::new().retry_config(RetryConfig::disabled()).timeout_config(
        TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_timeout(ATTEMPT).build(),
    );
    let call = aws.sts().get_caller_identity().customize().config_override(attempt);
    let account = call.send().await.named("sts:GetCallerIdentity")?.account;
    account.ok_or_else(|| sdk::Error::new(ErrorKind::Invalid, "the response of GetCallerIdentity has no account"))
}
