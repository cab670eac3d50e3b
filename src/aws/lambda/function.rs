//! `lambda_function`: a Lambda function.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::code::{CODE, Code, Package};
use super::environment;
use super::settings::{
    ARCHITECTURES, Architecture, IMAGE, ImageConfig, LOG_FORMATS, LOG_LEVELS, LOOPS, LogFormat, LogLevel,
    RUNTIME_UPDATES, RecursiveLoop, RuntimeUpdate, SNAP_STARTS, SYSTEM_LOG_LEVELS, SnapStart, SystemLogLevel, TRACING,
    Tracing,
};
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{FunctionArn, FunctionName, LogGroupName, RoleArn, SecurityGroupId, SubnetId};
use crate::resource::cloud_control::{CloudControl, Placed, Property, did_you_mean, facts, revision};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 64;

/// Fields that are no part of a published version.
const UNVERSIONED: &[&str] =
    &["tags", "reserved_concurrency", "recursive_loop", "runtime_update", "runtime_version_arn"];

/// A Lambda function.
///
/// ```
/// # use ebbtide::aws::lambda::{Alias, Architecture, Code, Function, Version};
/// # use ebbtide::aws::{BucketName, RoleArn};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, role: &Input<RoleArn>, artifacts: &Input<BucketName>) {
/// let code = Code::object(artifacts, "router/3f2a9c.zip");
/// let function = Function { architecture: Architecture::Arm64, memory_mb: 512, ..Function::new(role, code, "python3.13", "router.handle") };
/// let router = stack.add("router", function);
/// let version = stack.add("router", Version::of(&router.name, &router.revision));
/// let live = stack.add("live", Alias::new(&router.name, "live", &version.version));
/// stack.output("ROUTER_ARN", &live.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Function<P: Phase = Declared> {
    /// The name, up to 64 letters, digits, hyphens and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The form of the code.
    #[serde(default)]
    pub package: Package,
    /// The code.
    pub code: Code<P>,
    /// The role of the function.
    pub role: P::Of<RoleArn>,
    /// The runtime of an archive, `python3.13`.
    #[serde(default)]
    pub runtime: Option<String>,
    /// The function within an archive that is called, up to 128 characters.
    #[serde(default)]
    pub handler: Option<String>,
    /// The settings of an image that differ from its own.
    #[serde(default)]
    pub image_config: Option<ImageConfig>,
    /// A description, up to 256 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// The processors.
    #[serde(default)]
    pub architecture: Architecture,
    /// The memory, 128 to 32,768 MB. The account's quota may be lower.
    #[serde(default = "least_memory")]
    pub memory_mb: u32,
    /// The disk below `/tmp`, 512 to 32,768 MB. The account's quota may be lower.
    #[serde(default = "least_disk")]
    pub disk_mb: u32,
    /// The time after which a call is ended, 1 to 5,400 seconds. The account's quota may be lower.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
    /// The variables of the environment, which are no place for secrets: they are in the record, in plans, and shown by AWS. Give the ARN of
    /// a secret instead.
    #[serde(default)]
    pub environment: BTreeMap<String, P::Of<String>>,
    /// The ARN of the KMS key that encrypts the environment; one of AWS's unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The ARNs of layers, up to five. A later one replaces files of an earlier one.
    #[serde(default)]
    pub layers: Vec<P::Of<String>>,
    /// The subnets of a VPC in which the function runs, up to 16.
    #[serde(default)]
    pub subnets: Vec<P::Of<SubnetId>>,
    /// The security groups in the VPC, up to five.
    #[serde(default)]
    pub security_groups: Vec<P::Of<SecurityGroupId>>,
    /// The ARN of the queue or topic for events that failed.
    #[serde(default)]
    pub dead_letter: Option<P::Of<String>>,
    /// The tracing of calls by X-Ray.
    #[serde(default)]
    pub tracing: Tracing,
    /// The log group; `/aws/lambda/NAME` unless given.
    #[serde(default)]
    pub log_group: Option<P::Of<LogGroupName>>,
    /// The form of logs.
    #[serde(default)]
    pub log_format: LogFormat,
    /// The least severe messages of the function that are logged, for logs in JSON.
    #[serde(default)]
    pub log_level: Option<LogLevel>,
    /// The least severe messages of Lambda that are logged, for logs in JSON.
    #[serde(default)]
    pub system_log_level: Option<SystemLogLevel>,
    /// The calls at a time that are kept for the function, and not exceeded by it.
    #[serde(default)]
    pub reserved_concurrency: Option<u32>,
    /// Whether versions start from a snapshot. AWS never shows it: once given, it is turned off by [`SnapStart::Off`].
    #[serde(default)]
    pub snap_start: Option<SnapStart>,
    /// The treatment of a function that calls itself by way of other services.
    #[serde(default)]
    pub recursive_loop: RecursiveLoop,
    /// The time at which the function gets a new version of its runtime.
    #[serde(default)]
    pub runtime_update: RuntimeUpdate,
    /// The ARN of the version of the runtime, for [`RuntimeUpdate::Manual`].
    #[serde(default)]
    pub runtime_version_arn: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn least_memory() -> u32 {
    128
}

fn least_disk() -> u32 {
    512
}

fn default_timeout() -> u32 {
    3
}

impl Function {
    /// Creates a function of an archive, given its runtime, `python3.13`, and the function within it that is called.
    pub fn new(role: impl Into<Input<RoleArn>>, code: Code, runtime: &str, handler: &str) -> Self {
        let (runtime, handler) = (Some(runtime.to_owned()), Some(handler.to_owned()));
        Self { runtime, handler, ..Self::of(role, code, Package::Zip) }
    }

    /// Creates a function of a container image.
    pub fn image(role: impl Into<Input<RoleArn>>, image: impl Into<Input<String>>) -> Self {
        Self::of(role, Code::image(image), Package::Image)
    }

    fn of(role: impl Into<Input<RoleArn>>, code: Code, package: Package) -> Self {
        Self {
            name: None,
            package,
            code,
            role: role.into(),
            runtime: None,
            handler: None,
            image_config: None,
            description: None,
            architecture: Architecture::X86_64,
            memory_mb: least_memory(),
            disk_mb: least_disk(),
            timeout_seconds: default_timeout(),
            environment: BTreeMap::new(),
            kms_key: None,
            layers: Vec::new(),
            subnets: Vec::new(),
            security_groups: Vec::new(),
            dead_letter: None,
            tracing: Tracing::PassThrough,
            log_group: None,
            log_format: LogFormat::Text,
            log_level: None,
            system_log_level: None,
            reserved_concurrency: None,
            snap_start: None,
            recursive_loop: RecursiveLoop::Terminate,
            runtime_update: RuntimeUpdate::Auto,
            runtime_version_arn: None,
            tags: Tags::new(),
        }
    }

    /// Reports the problems of what runs: code, runtime, handler.
    fn validate_code(&self, problems: &mut Problems) {
        self.code.validate(self.package, problems);
        let is_zip = self.package == Package::Zip;
        if self.runtime.is_some() != is_zip {
            problems.refuse("runtime", "is needed by an archive, and is that of an image by itself");
        }
        if let Some(runtime) = &self.runtime
            && let Some(facts) = facts(Self::TYPE)
        {
            let known = facts.properties.get("Runtime").and_then(|schema| schema["enum"].as_array());
            let known: Vec<&str> = known.into_iter().flatten().filter_map(Value::as_str).collect();
            if !known.contains(&runtime.as_str()) {
                let near = did_you_mean(runtime, known);
                problems.refuse("runtime", format!("`{runtime}` is no runtime of Lambda{near}"));
            }
        }
        let fits = |handler: &String| (1..=128).contains(&handler.len()) && !handler.contains(char::is_whitespace);
        if self.handler.is_some() != is_zip {
            problems.refuse("handler", "is needed by an archive, and is that of an image by itself");
        } else if self.handler.as_ref().is_some_and(|handler| !fits(handler)) {
            problems.refuse("handler", "has not 1 to 128 characters without spaces");
        }
        if let Some(config) = &self.image_config {
            if is_zip {
                problems.refuse("image_config", "is that of an image; the code is an archive");
            }
            if config.command.len() > 1500 || config.entry_point.len() > 1500 {
                problems.refuse("image_config", "has more than 1,500 words of a command");
            }
            if config.working_directory.as_ref().is_some_and(|directory| directory.len() > 1000) {
                problems.refuse("image_config", "has a working directory of more than 1,000 characters");
            }
        }
        if !is_zip && self.runtime_update != RuntimeUpdate::Auto {
            problems.refuse("runtime_update", "is that of an archive; an image has its own runtime");
        }
        if (self.runtime_update == RuntimeUpdate::Manual) != self.runtime_version_arn.is_some() {
            problems.refuse("runtime_version_arn", "is needed for manual updates of the runtime, and for no others");
        }
    }
}

impl<P: Phase> Function<P> {
    /// Returns the name that the function has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// Returns the reason why a text is not the name of a function or an alias.
pub(super) fn name_problem(name: &str, longest: usize, of: &str) -> Option<String> {
    let fits =
        (1..=longest).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    (!fits).then(|| format!("`{name}` is not the name of {of}: use 1 to {longest} letters, digits, `-` and `_`"))
}

/// The outputs of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FunctionOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<FunctionArn>,
    /// The name.
    pub name: P::Of<FunctionName>,
    /// Whether versions start from a snapshot: `On` or `Off`.
    pub snap_start: P::Of<Option<String>>,
    /// A digest of code and configuration, by which a version tells that they have changed.
    pub revision: P::Of<String>,
}

impl Resource for Function {
    const KIND: &'static str = "lambda_function";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Function: name, package);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const DERIVED_OUTPUTS: &'static [&'static str] = &["revision"];
    const TYPICAL_SECONDS: u32 = 10;
    type Resolved = Function<Resolved>;
    type Outputs<P: Phase> = FunctionOutputs<P>;

    fn billing(&self) -> Billing {
        let time = match self.architecture {
            Architecture::X86_64 => "lambda.gb_second",
            Architecture::Arm64 => "lambda.gb_second.arm",
        };
        Billing::Charges(vec![Charge::by_use("lambda.request", "requests"), Charge::by_use(time, "gb_seconds")])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(|name| name_problem(name, MAX_NAME_LENGTH, "a function")) {
            problems.refuse("name", problem);
        }
        self.validate_code(problems);
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 256) {
            problems.refuse("description", "is longer than 256 characters");
        }
        for (field, value, least, most) in [
            ("memory_mb", self.memory_mb, 128, 32_768),
            ("disk_mb", self.disk_mb, 512, 32_768),
            ("timeout_seconds", self.timeout_seconds, 1, 5400),
        ] {
            if !(least..=most).contains(&value) {
                problems.refuse(field, format!("is {value}; AWS takes {least} to {most}"));
            }
        }
        environment::validate(&self.environment, problems);
        if self.layers.len() > 5 || has_repeats(&self.layers) {
            problems.refuse("layers", "has a layer twice, or more than five");
        }
        if self.subnets.is_empty() != self.security_groups.is_empty() {
            problems.refuse("subnets", "and security groups are given together");
        }
        if self.subnets.len() > 16 || self.security_groups.len() > 5 {
            problems.refuse("subnets", "are more than 16, or the security groups are more than five");
        }
        if self.log_format == LogFormat::Text && (self.log_level.is_some() || self.system_log_level.is_some()) {
            problems.refuse("log_level", "is that of logs in JSON; the format is text");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another function is named {name}"))
    }

    /// Returns the declared group, else the one that Lambda makes (developer guide, "Configuring CloudWatch log groups").
    fn log_groups(&self, identity: &Identity) -> Vec<String> {
        match &self.log_group {
            Some(group) => group.known().map(ToString::to_string).into_iter().collect(),
            None => vec![format!("/aws/lambda/{}", self.aws_name(identity))],
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let arn = identity.scope.arn("lambda", &format!("function:{name}"));
        let arn = (!identity.scope.account.is_empty()).then_some(arn);
        let known = [("name", Some(name)), ("arn", arn), ("revision", revision(Self::PROPERTIES, self, UNVERSIONED))];
        known.into_iter().filter_map(|(output, value)| Some((output.to_owned(), json!(value?)))).collect()
    }
}

impl CloudControl for Function {
    const TYPE: &'static str = "AWS::Lambda::Function";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "FunctionName"),
        Property::words("package", "PackageType", &[("zip", "Zip"), ("image", "Image")]),
        Property::object("code", "Code", CODE).write_only(),
        Property::plain("role", "Role"),
        Property::plain("runtime", "Runtime"),
        Property::plain("handler", "Handler"),
        Property::object("image_config", "ImageConfig", IMAGE).has_no_default(),
        Property::plain("description", "Description").has_no_default(),
        Property::only_word("architecture", "Architectures", ARCHITECTURES),
        Property::plain("memory_mb", "MemorySize"),
        Property::plain("disk_mb", "EphemeralStorage/Size"),
        Property::plain("timeout_seconds", "Timeout"),
        Property::plain("environment", "Environment/Variables"),
        Property::plain("kms_key", "KmsKeyArn").has_no_default(),
        Property::plain("layers", "Layers").has_no_default().ordered(),
        Property::plain("subnets", "VpcConfig/SubnetIds"),
        Property::plain("security_groups", "VpcConfig/SecurityGroupIds"),
        Property::plain("dead_letter", "DeadLetterConfig/TargetArn").has_no_default(),
        Property::words("tracing", "TracingConfig/Mode", TRACING),
        Property::plain("log_group", "LoggingConfig/LogGroup"),
        Property::words("log_format", "LoggingConfig/LogFormat", LOG_FORMATS),
        Property::words("log_level", "LoggingConfig/ApplicationLogLevel", LOG_LEVELS),
        Property::words("system_log_level", "LoggingConfig/SystemLogLevel", SYSTEM_LOG_LEVELS),
        Property::plain("reserved_concurrency", "ReservedConcurrentExecutions").has_no_default(),
        Property::words("snap_start", "SnapStart/ApplyOn", SNAP_STARTS).write_only(),
        Property::words("recursive_loop", "RecursiveLoop", LOOPS),
        Property::words("runtime_update", "RuntimeManagementConfig/UpdateRuntimeOn", RUNTIME_UPDATES),
        Property::plain("runtime_version_arn", "RuntimeManagementConfig/RuntimeVersionArn").has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("name", "FunctionName"), ("snap_start", "SnapStartResponse/OptimizationStatus")];

    fn placed(inputs: &Function<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(name.clone(), Map::from_iter([("FunctionName".to_owned(), json!(name))]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip() -> Function {
        Function::new("role", Code::object("artifacts", "a.zip"), "python3.13", "a.handle")
    }

    fn image() -> Function {
        Function::image("role", "1.dkr.ecr.eu-west-1.amazonaws.com/a:1")
    }

    #[test]
    fn invalid_functions_are_refused() {
        let variable = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.into())]);
        let config = |words: usize| Some(ImageConfig { command: vec!["x".into(); words], ..ImageConfig::default() });
        let cases = [
            ("name", Function { name: Some("a b".into()), ..zip() }),
            ("name", Function { name: Some("x".repeat(65)), ..zip() }),
            ("code", Function { code: Code::image("a"), ..zip() }),
            ("code", Function { code: Code::object("a", "b"), ..image() }),
            ("code", Function { code: Code::object("a", ""), ..zip() }),
            ("runtime", Function { runtime: None, ..zip() }),
            ("runtime", Function { runtime: Some("python3.31".into()), ..zip() }),
            ("handler", Function { handler: None, ..zip() }),
            ("handler", Function { handler: Some("a b".into()), ..zip() }),
            ("image_config", Function { image_config: config(1), ..zip() }),
            ("image_config", Function { image_config: config(1501), ..image() }),
            ("description", Function { description: Some("x".repeat(257)), ..zip() }),
            ("memory_mb", Function { memory_mb: 64, ..zip() }),
            ("disk_mb", Function { disk_mb: 511, ..zip() }),
            ("timeout_seconds", Function { timeout_seconds: 0, ..zip() }),
            ("environment", Function { environment: variable("1A", "x"), ..zip() }),
            ("environment", Function { environment: variable("AWS_REGION", "x"), ..zip() }),
            ("environment", Function { environment: variable("AA", &"x".repeat(4096)), ..zip() }),
            ("layers", Function { layers: vec!["a".into(), "a".into()], ..zip() }),
            ("subnets", Function { subnets: vec!["subnet-1".into()], ..zip() }),
            ("log_level", Function { log_level: Some(LogLevel::Info), ..zip() }),
            ("runtime_update", Function { runtime_update: RuntimeUpdate::FunctionUpdate, ..image() }),
            ("runtime_version_arn", Function { runtime_update: RuntimeUpdate::Manual, ..zip() }),
            ("tags", Function { tags: Tags::from([("aws:x".into(), "y".into())]), ..zip() }),
        ];
        for good in [zip(), image()] {
            let mut problems = Problems::new();
            good.validate(&mut problems);
            assert!(problems.is_empty(), "{problems:?}");
        }
        for (field, function) in cases {
            let mut problems = Problems::new();
            function.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_revision_follows_what_a_version_has() {
        let of = |function: &Function| revision(Function::PROPERTIES, function, UNVERSIONED).unwrap();
        let tagged = Function { tags: Tags::from([("a".into(), "b".into())]), reserved_concurrency: Some(1), ..zip() };
        assert_eq!(of(&tagged), of(&zip()));
        assert_ne!(of(&Function { memory_mb: 256, ..zip() }), of(&zip()));
        assert_ne!(of(&Function { code: Code::object("artifacts", "b.zip"), ..zip() }), of(&zip()));
    }
}
