//! Stacks made for the tests: good ones, and one that makes the mistake its settings name.

use ebbtide::Definition;
use ebbtide::aws::VpcId;
use ebbtide::aws::autoscaling::{ScalableTarget, ScheduledAction};
use ebbtide::aws::bedrock::CustomizationJob;
use ebbtide::aws::cloudwatch::{
    Alarm, Comparison, Dashboard, Metric, MissingData, Statistic, TextWidget, Watch, Widget,
};
use ebbtide::aws::ec2::{Cidr, Subnet, Vpc};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::s3::{Bucket, PublicAccessBlock};
use ebbtide::aws::sagemaker::{
    AsyncInference, Container, Endpoint, EndpointConfig, Instances, Model, ModelData, ModelForm, Variant,
};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::components::network::{Nat, Network};
use ebbtide::policies::{budget, no_public_access};
use ebbtide::resource::cloud_control::Any;
use ebbtide::resource::{Input, Part};
use ebbtide::stack::Stack;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    /// The network's block.
    cidr: Cidr,
    /// How private subnets reach the internet.
    #[serde(default)]
    nat: Nat,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Mistakes {
    mistake: Option<Mistake>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mistake {
    DuplicateAddress,
    Cycle,
    Overlap,
    VpcTooLarge,
    Zone,
    UnknownReference,
    BucketName,
    PastAction,
    AnyProperty,
    AnyType,
    AnyOutput,
    AnyUnknown,
}

pub fn definitions() -> Vec<Definition> {
    let mut all = vec![
        Definition::new("shop", "a network that can sleep", shop),
        Definition::new("vault", "a bucket", vault),
        Definition::new("safe", "secrets from everywhere", safe),
        Definition::new("wrong", "a stack with a mistake", wrong),
    ];
    // It cannot do without settings, and other projects have none for it.
    let settings = std::fs::read_to_string("environments/local.toml").unwrap_or_default();
    if settings.contains("[stacks.trained]") {
        all.push(Definition::new("trained", "a job, and an alarm named after its model", trained));
    }
    if settings.contains("[stacks.served]") {
        all.push(Definition::new("served", "an endpoint, with all that has to be there before it", served));
    }
    if settings.contains("[stacks.guarded]") {
        let versions = ebbtide::stack::Policy::new("bucket-versions", |declared, violations| {
            for (address, _) in declared.of::<Bucket>().filter(|(_, bucket)| !bucket.versioning) {
                violations.add(address, "keeps no versions of objects", "set `versioning: true`");
            }
        });
        let guarded = Definition::new("guarded", "buckets under policies", guarded);
        let policies = [no_public_access(), versions.advisory().except("s3_bucket.scratch", "it can be made again")];
        all.push(guarded.policies(policies).policy(budget().advisory()));
    }
    all
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Guarded {
    /// Whether a bucket is open to everyone.
    public: bool,
}

fn guarded(stack: &mut Stack, settings: &Guarded) {
    let public_access = if settings.public { PublicAccessBlock::NONE } else { PublicAccessBlock::ALL };
    stack.add("site", Bucket { public_access, ..Bucket::new() });
    stack.add("scratch", Bucket::new());
}

fn shop(stack: &mut Stack, settings: &Settings) {
    let network = Network { nat: settings.nat, ..Network::new(settings.cidr) }.declare(stack, "main");
    stack.output("VPC_ID", &network.vpc_id);
    if let Some(address) = network.nat_addresses.first() {
        stack.output("NAT_ADDRESS", address);
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NoSettings {}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Vault {
    /// Whether there is an endpoint that queues its requests.
    endpoint: bool,
    /// Whether there is an endpoint of two variants, with alarms.
    sides: bool,
    /// Whether there is a vault for copies, a resource of any type.
    copies: bool,
    /// The name of that vault, which AWS cannot change.
    copies_name: Option<String>,
}

fn vault(stack: &mut Stack, settings: &Vault) {
    let bucket = stack.add("models", Bucket::new());
    stack.output("BUCKET", &bucket.name);
    if settings.copies {
        let name = settings.copies_name.as_deref().unwrap_or("copies");
        let copies = Any::new("AWS::Backup::BackupVault").with("BackupVaultName", name).tag("team", "llm");
        let copies = stack.add("copies", copies);
        stack.output("COPIES", &copies.get::<String>("BackupVaultArn"));
    }
    if settings.endpoint {
        let role = stack.add("bulk", Role::new(Policy::trust("sagemaker.amazonaws.com")));
        let model = stack.add("bulk", Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
        let variant = Variant::on_instances("AllTraffic", &model.name, Instances::new("ml.g5.xlarge", 1));
        let answers = AsyncInference::to("s3://answers/bulk/");
        let config = EndpointConfig { async_inference: Some(answers), ..EndpointConfig::new(variant) };
        let config = stack.add("bulk", config);
        stack.add("bulk", Endpoint::new("bulk-v1", &config.name));
    }
    if settings.sides {
        sides(stack);
    }
}

/// Declares an endpoint of two variants, and alarms, one of which takes missing data for good.
fn sides(stack: &mut Stack) {
    let role = stack.add("bulk", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let variants = [("old", 1.0), ("new", 0.0)].map(|(name, weight)| {
        let model = stack.add(name, Model::new(&role.arn, Container::new("1.dkr.ecr/vllm:1", None)));
        Variant { weight, ..Variant::on_instances(name, &model.name, Instances::new("ml.m5.large", 1)) }
    });
    let config = EndpointConfig { variants: variants.to_vec(), ..EndpointConfig::new(variants[0].clone()) };
    let config = stack.add("bulk", config);
    stack.add("bulk", Endpoint::new("bulk-v1", &config.name));
    for (name, missing_data) in [("accuracy", MissingData::Missing), ("patient", MissingData::NotBreaching)] {
        let latency = Metric::of_variant("ModelLatency", "bulk-v1", "new", Statistic::Average);
        let alarm = Alarm::new(Watch::Metric(latency), Comparison::Greater, 100.0);
        stack.add(name, Alarm { missing_data, ..alarm });
    }
}

#[derive(Deserialize, JsonSchema)]
struct Served {
    /// The image.
    image: String,
    /// The number of instances at first.
    instances: u32,
    /// The most instances.
    most: u32,
}

/// Declares an endpoint that scales.
fn served(stack: &mut Stack, settings: &Served) {
    let role = stack.add("llm", Role::new(Policy::trust("sagemaker.amazonaws.com")));
    let data = ModelData { uri: "s3://models-of-tests/llm.tar.gz".into(), form: ModelForm::Archive };
    let model = stack.add("llm", Model::new(&role.arn, Container::new(settings.image.as_str(), Some(data))));
    let instances = Instances::new("ml.g5.xlarge", settings.instances);
    let config = EndpointConfig::new(Variant::on_instances("AllTraffic", &model.name, instances));
    let config = stack.add("llm", config);
    let endpoint = stack.add("llm", Endpoint::new("llm-v1", &config.name));
    let bounds = (settings.instances, settings.most);
    stack.add("llm", ScalableTarget::variant(&endpoint.name, "AllTraffic", bounds));
}

#[derive(Deserialize, JsonSchema)]
struct Trained {
    /// The id of the base model.
    base_model: String,
    /// How often the training data is gone through.
    epochs: u32,
}

/// Declares a job, and a dashboard that shows its result.
fn trained(stack: &mut Stack, settings: &Trained) {
    let role = stack.add("training", Role::new(Policy::trust("bedrock.amazonaws.com")));
    let mut job = CustomizationJob::new(
        settings.base_model.as_str(),
        &role.arn,
        "s3://training-data-of-tests/train.jsonl",
        "s3://training-data-of-tests/metrics/",
    );
    job.hyper_parameters.insert("epochCount".to_owned(), settings.epochs.to_string());
    job.training_tokens = Some(1_200_000);
    let job = stack.add("expert", job);
    let text = [Part::Text("The model is ".to_owned())].into_iter().chain(job.model_name.parts());
    let widget = TextWidget { markdown: Input::join(text), width: 12, height: 3 };
    stack.add("result", Dashboard { name: None, widgets: vec![Widget::Text(widget)] });
    stack.output("MODEL", &job.model_arn);
}

/// Declares a secret of each source, and a network that bills.
fn safe(stack: &mut Stack, _settings: &NoSettings) {
    let sources = [
        ("environment", SecretSource::Environment("CANARY_VALUE".to_owned())),
        ("other", SecretSource::Environment("CANARY_OTHER".to_owned())),
        ("file", SecretSource::File("canary.txt".to_owned())),
        ("generated", SecretSource::generated(40)),
    ];
    for (name, source) in sources {
        let secret = stack.add(name, Secret::new(source));
        stack.output(name, &secret.arn);
    }
    let cidr = "10.30.0.0/16".parse().expect("a block");
    Network { nat: Nat::One, ..Network::new(cidr) }.declare(stack, "main");
}

fn wrong(stack: &mut Stack, mistakes: &Mistakes) {
    let block = |text: &str| text.parse::<Cidr>().expect("a block");
    let vpc = stack.add("main", Vpc::new(block("10.0.0.0/16"))).vpc_id;
    let mut subnet = |vpc: &Input<VpcId>, name: &str, text: &str| {
        stack.add(name, Subnet::private(vpc, block(text), "eu-west-1a")).subnet_id
    };
    let first = subnet(&vpc, "a", "10.0.0.0/24");
    match mistakes.mistake {
        None => {}
        Some(Mistake::DuplicateAddress) => drop(subnet(&vpc, "a", "10.0.1.0/24")),
        Some(Mistake::Overlap) => drop(subnet(&vpc, "b", "10.0.0.128/25")),
        Some(Mistake::UnknownReference) => {
            let missing = Input::reference("ec2_vpc.missing".parse().expect("an address"), "vpc_id");
            subnet(&missing, "b", "10.0.1.0/24");
        }
        Some(Mistake::BucketName) => {
            stack.add("models", Bucket { name: Some("Models_of_ours".to_owned()), ..Bucket::new() });
        }
        Some(Mistake::PastAction) => {
            let action = ScheduledAction::new("endpoint/llm/variant/v", "at(2020-02-29T08:00:00)", (1, 2));
            stack.add("once", ScheduledAction { zone: "Europe/Berlin".to_owned(), ..action });
        }
        Some(Mistake::AnyProperty) => {
            let vault = Any::new("AWS::Backup::BackupVault").with("BackupVaultNam", "copies");
            stack.add("copies", vault.with("LockConfiguration", json!({ "MinRetentionDays": "7" })));
        }
        Some(Mistake::AnyType) => {
            stack.add("copies", Any::new("Backup::Vault"));
        }
        Some(Mistake::AnyOutput) => {
            let vault = stack.add("copies", Any::new("AWS::Backup::BackupVault").with("BackupVaultName", "copies"));
            stack.output("ARN", &vault.get::<String>("BackupVaultAr"));
        }
        Some(Mistake::AnyUnknown) => {
            stack.add("copies", Any::new("AWS::Backup::BackupVaults").with("BackupVaultName", "copies"));
        }
        Some(Mistake::Zone) => {
            stack.add("z", Subnet::private(&vpc, block("10.0.1.0/24"), "eu-west-1z"));
        }
        Some(Mistake::VpcTooLarge) => {
            stack.add("large", Vpc::new(block("10.0.0.0/8")));
        }
        Some(Mistake::Cycle) => stack.after(&vpc, &first),
    }
}
