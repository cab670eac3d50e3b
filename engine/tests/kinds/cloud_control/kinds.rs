//! Kinds of tests, for types that no shipped kind declares: identifiers that AWS assigns, types without tags, tags as a map.

use ebbtide::resource::cloud_control::{CloudControl, Placed, Property};
use ebbtide::resource::{Identity, Persistence, Phase, Resource, Tags, fields};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Declares the outputs of a kind.
macro_rules! outputs {
    ($name:ident: $($field:ident),+) => {
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(bound = "")]
        pub struct $name<P: Phase> {
            $(pub $field: P::Of<String>,)+
        }
    };
}

/// A guardrail: AWS assigns its ARN, and it has tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guardrail {
    pub name: String,
    pub refusal: String,
    pub other_refusal: String,
    pub description: Option<String>,
    pub tags: Tags,
}

outputs!(GuardrailOutputs: arn, id);

impl Resource for Guardrail {
    const KIND: &'static str = "test_guardrail";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = &[];
    type Resolved = Self;
    type Outputs<P: Phase> = GuardrailOutputs<P>;
}

impl CloudControl for Guardrail {
    const TYPE: &'static str = "AWS::Bedrock::Guardrail";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "Name"),
        Property::plain("refusal", "BlockedInputMessaging"),
        Property::plain("other_refusal", "BlockedOutputsMessaging"),
        Property::plain("description", "Description"),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "GuardrailArn"), ("id", "GuardrailId")];

    fn placed(_: &Self, _: &Identity) -> Placed {
        Placed::default()
    }
}

/// A version of a guardrail: AWS assigns its identifier, and there are neither tags nor a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardrailVersion {
    pub guardrail: String,
    pub description: String,
}

outputs!(GuardrailVersionOutputs: id, version);

impl Resource for GuardrailVersion {
    const KIND: &'static str = "test_guardrail_version";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(GuardrailVersion: guardrail, description);
    type Resolved = Self;
    type Outputs<P: Phase> = GuardrailVersionOutputs<P>;
}

impl CloudControl for GuardrailVersion {
    const TYPE: &'static str = "AWS::Bedrock::GuardrailVersion";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("guardrail", "GuardrailIdentifier").write_only(),
        Property::plain("description", "Description"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "GuardrailId"), ("version", "Version")];

    fn placed(_: &Self, _: &Identity) -> Placed {
        Placed::default()
    }
}

/// A security policy: its identifier is given, and it has no tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecurityPolicy {
    /// Derived unless given.
    pub name: Option<String>,
    pub policy: Value,
}

outputs!(SecurityPolicyOutputs: name);

impl Resource for SecurityPolicy {
    const KIND: &'static str = "test_security_policy";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(SecurityPolicy: name);
    type Resolved = Self;
    type Outputs<P: Phase> = SecurityPolicyOutputs<P>;
}

impl CloudControl for SecurityPolicy {
    const TYPE: &'static str = "AWS::OpenSearchServerless::SecurityPolicy";
    const PROPERTIES: &'static [Property] = &[Property::plain("name", "Name"), Property::json_text("policy", "Policy")];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("name", "Name")];

    fn placed(inputs: &Self, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| identity.name(32));
        let properties = [("Name".to_owned(), json!(name)), ("Type".to_owned(), json!("encryption"))];
        Placed {
            has_own_name: inputs.name.is_none(),
            ..Placed::at(format!("encryption|{name}"), Map::from_iter(properties))
        }
    }
}

/// A vault of backups: its tags are a map, and a part of a property is write-only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vault {
    pub name: String,
    pub lock: Option<Lock>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    pub least_days: u32,
    pub changeable_for_days: Option<u32>,
}

outputs!(VaultOutputs: arn);

impl Resource for Vault {
    const KIND: &'static str = "test_vault";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Vault: name);
    type Resolved = Self;
    type Outputs<P: Phase> = VaultOutputs<P>;
}

const LOCK: &[Property] = &[
    Property::plain("least_days", "MinRetentionDays"),
    Property::plain("changeable_for_days", "ChangeableForDays").write_only(),
];

impl CloudControl for Vault {
    const TYPE: &'static str = "AWS::Backup::BackupVault";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "BackupVaultName"),
        Property::object("lock", "LockConfiguration", LOCK).has_no_default(),
        Property::tag_map("BackupVaultTags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "BackupVaultArn")];

    fn placed(inputs: &Self, _: &Identity) -> Placed {
        Placed::at(inputs.name.clone(), Map::new())
    }
}
