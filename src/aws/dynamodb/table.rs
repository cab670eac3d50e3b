//! `dynamodb_table`: a table.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::key::{ATTRIBUTE, Attribute, AttributeType, INDEX, Index, KEY_PART, KeyPart, key_problem};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{Arn, TableName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 255;

/// A table that is billed by use: nothing of it costs by the hour.
///
/// ```
/// # use ebbtide::aws::dynamodb::{Table, TimeToLive};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let time_to_live = Some(TimeToLive { attribute: "expires".into(), enabled: true });
/// let results = stack.add("comparison", Table { time_to_live, ..Table::new("document") });
/// stack.output("COMPARISON_TABLE", &results.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Table<P: Phase = Declared> {
    /// The name, 3 to 255 letters, digits, `_`, `-` and `.`; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The attributes of the key and of the indexes' keys, and no others.
    pub attributes: Vec<Attribute>,
    /// The key.
    pub key: Vec<KeyPart>,
    /// The global secondary indexes.
    #[serde(default)]
    pub indexes: Vec<Index>,
    /// The attribute with the time at which an item expires.
    #[serde(default)]
    pub time_to_live: Option<TimeToLive>,
    /// The contents of the stream of changes; no stream unless given.
    #[serde(default)]
    pub stream: Option<StreamView>,
    /// Whether the table can be restored to each point in time of the last 35 days.
    #[serde(default)]
    pub point_in_time_recovery: bool,
    /// Whether AWS refuses to delete the table.
    #[serde(default)]
    pub deletion_protection: bool,
    /// The class of its storage.
    #[serde(default)]
    pub class: TableClass,
    /// The encryption with a key of KMS; one with a key that DynamoDB owns, which costs nothing, unless given.
    #[serde(default)]
    pub encryption: Option<TableEncryption<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The encryption of a table with a key of KMS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TableEncryption<P: Phase = Declared> {
    /// Whether the key is one of KMS.
    pub enabled: bool,
    /// The sort of key.
    pub kind: TableKey,
    /// The ARN of the key; that of the key `alias/aws/dynamodb` of the account unless given.
    #[serde(default)]
    pub key: Option<P::Of<Arn>>,
}

/// The sort of key that encrypts a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKey {
    /// A key of KMS.
    Kms,
}

impl TableEncryption {
    /// Encrypts with a key of one's own. Its creation needs `kms:CreateGrant` on the key, and each reader and writer `kms:Decrypt`
    /// (DynamoDB's guide, "Encryption at rest: How it works", "Authorizing use of your customer managed key").
    pub fn with(key: impl Into<Input<Arn>>) -> Self {
        Self { enabled: true, kind: TableKey::Kms, key: Some(key.into()) }
    }
}

/// The attribute with the time at which an item expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToLive {
    /// The attribute, a number of seconds since 1970.
    pub attribute: String,
    /// Whether items expire.
    pub enabled: bool,
}

/// The contents of a stream of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamView {
    /// The keys of items.
    KeysOnly,
    /// Items as they are after a change.
    NewImage,
    /// Items as they were before a change.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// The class of a table's storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableClass {
    /// For items that are read often.
    #[default]
    Standard,
    /// For items that are read seldom.
    InfrequentAccess,
}

impl Table {
    /// Creates a table whose items have a text as their key.
    pub fn new(hash: impl Into<String>) -> Self {
        let hash = hash.into();
        Self {
            name: None,
            attributes: vec![Attribute { name: hash.clone(), kind: AttributeType::Text }],
            key: vec![KeyPart::hash(hash)],
            indexes: Vec::new(),
            time_to_live: None,
            stream: None,
            point_in_time_recovery: false,
            deletion_protection: false,
            class: TableClass::default(),
            encryption: None,
            tags: Tags::new(),
        }
    }
}

impl<P: Phase> Table<P> {
    /// Returns the name that the table has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

impl Table {
    fn validate_keys(&self, problems: &mut Problems) {
        if let Some(problem) = key_problem(&self.key, &self.attributes) {
            problems.refuse("key", problem);
        }
        for index in &self.indexes {
            if let Some(problem) = key_problem(&index.key, &self.attributes) {
                problems.refuse("indexes", format!("the key of `{}` {problem}", index.name));
            }
            if !is_name(&index.name) {
                problems.refuse("indexes", format!("`{}` {NAME_HINT}", index.name));
            }
        }
        let keys = || self.indexes.iter().flat_map(|index| &index.key).chain(&self.key);
        for attribute in &self.attributes {
            if !keys().any(|part| part.attribute == attribute.name) {
                let text = format!(
                    "has `{}`, which is in no key: leave it out, items can have it all the same",
                    attribute.name
                );
                problems.refuse("attributes", text);
            }
        }
    }
}

/// The outputs of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TableOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<TableName>,
    /// The ARN of the stream; empty without one.
    pub stream_arn: P::Of<Option<Arn>>,
}

impl Resource for Table {
    const KIND: &'static str = "dynamodb_table";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(Table: name, key);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 20;
    type Resolved = Table<Resolved>;
    type Outputs<P: Phase> = TableOutputs<P>;

    fn billing(&self) -> Billing {
        let class = match self.class {
            TableClass::Standard => "dynamodb",
            TableClass::InfrequentAccess => "dynamodb.infrequent_access",
        };
        let mut charges = vec![
            Charge::by_use(format!("{class}.storage"), "storage_gb"),
            Charge::by_use(format!("{class}.read"), "read_units"),
            Charge::by_use(format!("{class}.write"), "write_units"),
        ];
        charges.extend(self.point_in_time_recovery.then(|| Charge::by_use("dynamodb.pitr", "storage_gb")));
        Billing::Charges(charges)
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = self.name.as_deref().filter(|name| !is_name(name)) {
            problems.refuse("name", format!("`{name}` {NAME_HINT}"));
        }
        self.validate_keys(problems);
        if self.time_to_live.as_ref().is_some_and(|ttl| ttl.attribute.is_empty()) {
            problems.refuse("time_to_live", "names no attribute");
        }
        if let Some(encryption) = &self.encryption {
            if !encryption.enabled {
                problems.refuse("encryption", "is not enabled; leave it out for a key that DynamoDB owns");
            }
            // AWS shows the ARN of a key, however it was named.
            let key = encryption.key.as_ref().and_then(Input::known);
            if key.is_some_and(|key| !key.as_str().starts_with("arn:") || !key.as_str().contains(":key/")) {
                problems.refuse("encryption", "has a key that is not given by its ARN, `arn:aws:kms:…:key/…`");
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |table| table.name.as_ref(), |name| format!("another table is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(identity.scope.arn("dynamodb", &format!("table/{name}"))));
        }
        known
    }
}

impl CloudControl for Table {
    const TYPE: &'static str = "AWS::DynamoDB::Table";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "TableName"),
        Property::list("attributes", "AttributeDefinitions", ATTRIBUTE),
        Property::list("key", "KeySchema", KEY_PART).ordered(),
        Property::list("indexes", "GlobalSecondaryIndexes", INDEX),
        Property::object("time_to_live", "TimeToLiveSpecification", TIME_TO_LIVE).has_no_default(),
        Property::words("stream", "StreamSpecification/StreamViewType", STREAM_VIEWS).has_no_default(),
        Property::plain("point_in_time_recovery", "PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"),
        Property::plain("deletion_protection", "DeletionProtectionEnabled"),
        Property::words(
            "class",
            "TableClass",
            &[("standard", "STANDARD"), ("infrequent_access", "STANDARD_INFREQUENT_ACCESS")],
        ),
        Property::object("encryption", "SSESpecification", ENCRYPTION),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("name", "TableName"), ("stream_arn", "StreamArn")];
    const DATA: Option<&'static str> = Some("items");

    fn placed(inputs: &Table<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        // AWS's default is capacity that is billed by the hour.
        let properties = [("TableName", json!(name)), ("BillingMode", json!("PAY_PER_REQUEST"))];
        let properties = properties.map(|(name, value)| (name.to_owned(), value));
        Placed::at(name, Map::from_iter(properties))
    }
}

const TIME_TO_LIVE: &[Property] =
    &[Property::plain("attribute", "AttributeName"), Property::plain("enabled", "Enabled")];

const ENCRYPTION: &[Property] = &[
    Property::plain("enabled", "SSEEnabled"),
    Property::words("kind", "SSEType", &[("kms", "KMS")]),
    Property::plain("key", "KMSMasterKeyId"),
];

const STREAM_VIEWS: &[(&str, &str)] = &[
    ("keys_only", "KEYS_ONLY"),
    ("new_image", "NEW_IMAGE"),
    ("old_image", "OLD_IMAGE"),
    ("new_and_old_images", "NEW_AND_OLD_IMAGES"),
];

/// The end of the message for a wrong name.
const NAME_HINT: &str = "is not a name that AWS takes: use 3 to 255 letters, digits, `_`, `-` and `.`";

fn is_name(name: &str) -> bool {
    (3..=MAX_NAME_LENGTH).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::dynamodb::Projection;

    #[test]
    fn invalid_tables_are_refused() {
        let index = |name: &str, attribute: &str| Index {
            name: name.into(),
            key: vec![KeyPart::hash(attribute)],
            projection: Projection::All,
        };
        let cases = [
            ("name", Table { name: Some("a".into()), ..Table::new("id") }),
            ("key", Table { key: vec![KeyPart::range("id")], ..Table::new("id") }),
            ("key", Table { key: vec![KeyPart::hash("id"), KeyPart::range("at")], ..Table::new("id") }),
            ("indexes", Table { indexes: vec![index("by-at", "at")], ..Table::new("id") }),
            ("indexes", Table { indexes: vec![index("x", "id")], ..Table::new("id") }),
            (
                "attributes",
                Table {
                    attributes: ["id", "at"]
                        .map(|name| Attribute { name: name.into(), kind: AttributeType::Text })
                        .into(),
                    ..Table::new("id")
                },
            ),
            (
                "time_to_live",
                Table {
                    time_to_live: Some(TimeToLive { attribute: String::new(), enabled: true }),
                    ..Table::new("id")
                },
            ),
            ("encryption", Table { encryption: Some(TableEncryption::with("alias/documents")), ..Table::new("id") }),
            (
                "encryption",
                Table {
                    encryption: Some(TableEncryption {
                        enabled: false,
                        ..TableEncryption::with("arn:aws:kms:eu-west-1:123456789012:key/1")
                    }),
                    ..Table::new("id")
                },
            ),
        ];
        for (field, table) in cases {
            let mut problems = Problems::new();
            table.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }
}
