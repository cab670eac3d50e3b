//! `ecr_repository`: a repository of container images.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, RepositoryName};
use crate::resource::cloud_control::{CloudControl, Placed, Property, canonical};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 256;

/// A repository of container images. AWS never deletes one that contains images.
///
/// ```
/// # use ebbtide::aws::ecr::{Repository, TagMutability};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let tag_mutability = TagMutability::Immutable;
/// let images = stack.add("router", Repository { tag_mutability, ..Repository::keeping(20) });
/// stack.output("IMAGES", &images.uri);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Repository<P: Phase = Declared> {
    /// The name: lower-case letters and digits, with single `.`, `_`, `/` and hyphens between them, 2 to 256 characters; derived
    /// from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether a tag of an image can move to another image.
    #[serde(default)]
    pub tag_mutability: TagMutability,
    /// Whether an image is scanned for vulnerabilities when it is pushed.
    #[serde(default)]
    pub scan_on_push: bool,
    /// The lifecycle policy, a document with `rules`. Unless given, images are kept.
    #[serde(default)]
    pub lifecycle: Option<Map<String, Value>>,
    /// The encryption at rest.
    #[serde(default)]
    pub encryption: RepositoryEncryption,
    /// The ARN of the KMS key, for [`RepositoryEncryption::Kms`]; the key of ECR unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<Arn>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// Whether a tag of an image can move to another image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagMutability {
    /// It can.
    #[default]
    Mutable,
    /// It stays with its image.
    Immutable,
}

/// The encryption of images at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepositoryEncryption {
    /// By keys of S3.
    #[default]
    Aes256,
    /// By a key of KMS.
    Kms,
}

impl Repository {
    /// Creates a repository that keeps all its images.
    pub fn new() -> Self {
        Self {
            name: None,
            tag_mutability: TagMutability::default(),
            scan_on_push: false,
            lifecycle: None,
            encryption: RepositoryEncryption::default(),
            kms_key: None,
            tags: Tags::new(),
        }
    }

    /// Creates a repository that keeps a number of images, the latest.
    pub fn keeping(images: u32) -> Self {
        let selection = json!({ "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": images });
        let description = format!("keep the latest {images}");
        let rule = json!({
            "rulePriority": 1, "description": description, "selection": selection, "action": { "type": "expire" },
        });
        Self { lifecycle: Some(Map::from_iter([("rules".to_owned(), json!([rule]))])), ..Self::new() }
    }
}

impl Default for Repository {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> Repository<P> {
    /// Returns the name that the repository has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH).to_ascii_lowercase())
    }
}

/// The outputs of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RepositoryOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<RepositoryName>,
    /// The URI, to which images are pushed: an image's name without its tag.
    pub uri: P::Of<String>,
}

impl Resource for Repository {
    const KIND: &'static str = "ecr_repository";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(Repository: name, encryption, kms_key);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Repository<Resolved>;
    type Outputs<P: Phase> = RepositoryOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::by_use("ecr.storage", "storage_gb")])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = self.name.as_deref().filter(|name| !is_name(name)) {
            let text = format!(
                "`{name}` is not the name of a repository: use 2 to {MAX_NAME_LENGTH} lower-case letters and digits, with \
                 single `.`, `_`, `/` or hyphens between them"
            );
            problems.refuse("name", text);
        }
        if let Some(lifecycle) = &self.lifecycle {
            let length = canonical(&Value::Object(lifecycle.clone())).len();
            if !lifecycle.get("rules").is_some_and(Value::is_array) {
                problems.refuse("lifecycle", "has no list `rules`; leave it out to keep all images");
            } else if !(100..=30_720).contains(&length) {
                problems.refuse("lifecycle", format!("has {length} characters as JSON; AWS takes 100 to 30720"));
            }
        }
        if self.kms_key.is_some() && self.encryption != RepositoryEncryption::Kms {
            problems.refuse("kms_key", "is for the encryption `kms`: set it, or leave the key out");
        }
        validate_tags(&self.tags, problems);
        for (key, value) in &self.tags {
            if value.is_empty() || value.chars().count() > 255 || key.chars().count() > 127 {
                let text = format!("`{key}`: ECR takes keys of up to 127 characters and values of 1 to 255");
                problems.refuse("tags", text);
            }
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another repository is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let (scope, name) = (&identity.scope, self.aws_name(identity));
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !scope.account.is_empty() {
            let uri = format!("{}.dkr.ecr.{}.{}/{name}", scope.account, scope.region, scope.dns_suffix());
            known.insert("arn".to_owned(), json!(scope.arn("ecr", &format!("repository/{name}"))));
            known.insert("uri".to_owned(), json!(uri));
        }
        known
    }
}

impl CloudControl for Repository {
    const TYPE: &'static str = "AWS::ECR::Repository";
    // `EmptyOnDelete` is left out: Cloud Control's deletions do not heed it (terraform-provider-awscc#1466).
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "RepositoryName"),
        Property::words("tag_mutability", "ImageTagMutability", &[("mutable", "MUTABLE"), ("immutable", "IMMUTABLE")]),
        Property::plain("scan_on_push", "ImageScanningConfiguration/ScanOnPush"),
        Property::json_text("lifecycle", "LifecyclePolicy/LifecyclePolicyText").has_no_default(),
        Property::words(
            "encryption",
            "EncryptionConfiguration/EncryptionType",
            &[("aes256", "AES256"), ("kms", "KMS")],
        ),
        Property::plain("kms_key", "EncryptionConfiguration/KmsKey"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("name", "RepositoryName"), ("uri", "RepositoryUri")];

    fn placed(inputs: &Repository<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(name.clone(), Map::from_iter([("RepositoryName".to_owned(), json!(name))]))
    }
}

/// Returns whether a repository can have a name: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`, also several of these with `/` between them.
fn is_name(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_part = |part: &str| {
        let between = part.split(is_word).filter(|between| !between.is_empty());
        part.starts_with(is_word)
            && part.ends_with(is_word)
            && between.into_iter().all(|text| [".", "_", "__"].contains(&text) || text.chars().all(|c| c == '-'))
    };
    (2..=MAX_NAME_LENGTH).contains(&name.len()) && name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_repositories_are_refused() {
        let rules = |rules: Value| Some(Map::from_iter([("rules".to_owned(), rules)]));
        let tags = |value: &str| Tags::from([("team".into(), value.into())]);
        let cases = [
            ("name", Repository { name: Some("Router".into()), ..Repository::new() }),
            ("lifecycle", Repository { lifecycle: Some(Map::new()), ..Repository::new() }),
            ("lifecycle", Repository { lifecycle: rules(json!([])), ..Repository::new() }),
            ("kms_key", Repository { kms_key: Some("arn:aws:kms:eu-west-1:1:key/k".into()), ..Repository::new() }),
            ("tags", Repository { tags: tags(""), ..Repository::new() }),
        ];
        for (field, repository) in cases {
            let mut problems = Problems::new();
            repository.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        Repository::keeping(1).validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }

    #[test]
    fn names_are_those_of_the_pattern() {
        assert!(["a1", "team/router", "a.b_c__d---e"].into_iter().all(is_name));
        assert!(["a", "-a", "a-", "a..b", "a//b", "A1", "a___b", "a.-b"].into_iter().all(|name| !is_name(name)));
    }
}
