//! `cloudtrail_trail`: a trail, the record of calls to AWS.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::lists::repeat_conflicts;
use crate::aws::logs::group_of_arn;
use crate::aws::{BucketName, RoleArn, TrailArn};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 128;

/// A trail. The policy of its bucket has to let CloudTrail write, or AWS refuses the trail.
///
/// ```
/// # use ebbtide::aws::BucketName;
/// # use ebbtide::aws::cloudtrail::{EventSelector, FieldSelector, Trail};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, bucket: &Input<BucketName>) {
/// let objects = EventSelector::new("objects")
///     .with(FieldSelector::equals("eventCategory", ["Data"]))
///     .with(FieldSelector::equals("resources.type", ["AWS::S3::Object"]));
/// let management = EventSelector::new("management").with(FieldSelector::equals("eventCategory", ["Management"]));
/// let trail = Trail { multi_region: true, validate_files: true, ..Trail::to(bucket) };
/// stack.add("audit", Trail { events: vec![management, objects], ..trail });
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Trail<P: Phase = Declared> {
    /// The name, 3 to 128 letters, digits, dots, hyphens and underscores; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The bucket that the files are written to.
    pub bucket: P::Of<BucketName>,
    /// The beginning of the keys of the files.
    #[serde(default)]
    pub prefix: Option<String>,
    /// Whether events are written.
    #[serde(default = "yes")]
    pub logging: bool,
    /// Whether the events of services without a region, such as IAM, are written.
    #[serde(default = "yes")]
    pub global_services: bool,
    /// Whether the events of all regions are written.
    #[serde(default)]
    pub multi_region: bool,
    /// Whether the events of all accounts of the organization are written.
    #[serde(default)]
    pub organization: bool,
    /// Whether files with digests are written, by which a changed file is recognized.
    #[serde(default)]
    pub validate_files: bool,
    /// The id, ARN or alias of the KMS key that encrypts the files.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// The name of the topic that hears of each file.
    #[serde(default)]
    pub topic_name: Option<P::Of<String>>,
    /// The ARN of a log group that gets the events as well, with `:*` at its end.
    #[serde(default)]
    pub log_group: Option<P::Of<String>>,
    /// The role for the log group.
    #[serde(default)]
    pub log_role: Option<P::Of<RoleArn>>,
    /// The events; all management events unless given.
    #[serde(default)]
    pub events: Vec<EventSelector>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// Events with these values in their fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSelector {
    /// The name.
    pub name: String,
    /// The fields, one of which is `eventCategory`.
    pub fields: Vec<FieldSelector>,
}

impl EventSelector {
    /// Creates a selector without fields.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), fields: Vec::new() }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, field: FieldSelector) -> Self {
        self.fields.push(field);
        self
    }
}

/// The values of a field of events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldSelector {
    /// The field: `eventCategory`, `readOnly`, `resources.type`, `resources.ARN`, `eventSource`, …
    pub field: String,
    /// Values, one of which it has.
    #[serde(default)]
    pub equals: Vec<String>,
    /// Values, none of which it has.
    #[serde(default)]
    pub not_equals: Vec<String>,
    /// Beginnings, one of which it has.
    #[serde(default)]
    pub starts_with: Vec<String>,
    /// Beginnings, none of which it has.
    #[serde(default)]
    pub not_starts_with: Vec<String>,
    /// Ends, one of which it has.
    #[serde(default)]
    pub ends_with: Vec<String>,
    /// Ends, none of which it has.
    #[serde(default)]
    pub not_ends_with: Vec<String>,
}

impl FieldSelector {
    /// Creates the selector of a field that has one of some values.
    pub fn equals<T: Into<String>>(field: impl Into<String>, values: impl IntoIterator<Item = T>) -> Self {
        Self { field: field.into(), equals: values.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        let Self { field: _, equals, not_equals, starts_with, not_starts_with, ends_with, not_ends_with } = self;
        [equals, not_equals, starts_with, not_starts_with, ends_with, not_ends_with].iter().all(|list| list.is_empty())
    }
}

fn yes() -> bool {
    true
}

impl Trail {
    /// Creates a trail of the management events of its region, and of services without a region.
    pub fn to(bucket: impl Into<Input<BucketName>>) -> Self {
        Self {
            name: None,
            bucket: bucket.into(),
            prefix: None,
            logging: true,
            global_services: true,
            multi_region: false,
            organization: false,
            validate_files: false,
            kms_key: None,
            topic_name: None,
            log_group: None,
            log_role: None,
            events: Vec::new(),
            tags: Tags::new(),
        }
    }

    /// Returns whether a selector has data events, which are billed.
    fn has_data_events(&self) -> bool {
        let is_data = |field: &FieldSelector| field.field == "eventCategory" && field.equals == ["Data"];
        self.events.iter().any(|selector| selector.fields.iter().any(is_data))
    }
}

impl<P: Phase> Trail<P> {
    /// Returns the name that the trail has in AWS.
    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of a trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct TrailOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<TrailArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The ARN of the topic, if there is one.
    pub topic_arn: P::Of<Option<String>>,
}

impl Resource for Trail {
    const KIND: &'static str = "cloudtrail_trail";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Trail: name);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Trail<Resolved>;
    type Outputs<P: Phase> = TrailOutputs<P>;

    fn billing(&self) -> Billing {
        // The first copy of management events is free in each region.
        let extra = Charge::by_use("cloudtrail.management_extra_copy", "extra_management_events");
        let data = self.has_data_events().then(|| Charge::by_use("cloudtrail.data_event", "data_events"));
        Billing::Charges(std::iter::once(extra).chain(data).collect())
    }

    fn validate(&self, problems: &mut Problems) {
        let is_edge = |c: char| c.is_ascii_alphanumeric();
        let fits = |name: &str| {
            (3..=MAX_NAME_LENGTH).contains(&name.len())
                && name.chars().all(|c| is_edge(c) || "._-".contains(c))
                && name.starts_with(is_edge)
                && name.ends_with(is_edge)
        };
        if let Some(name) = self.name.as_ref().filter(|name| !fits(name)) {
            let advice = "use 3 to 128 letters, digits, `.`, `_` and `-`, with a letter or digit at both ends";
            problems.refuse("name", format!("`{name}` is not the name of a trail: {advice}"));
        }
        if self.prefix.as_ref().is_some_and(|prefix| prefix.len() > 200) {
            problems.refuse("prefix", "is longer than 200 characters");
        }
        if self.log_group.is_some() != self.log_role.is_some() {
            problems.refuse("log_group", "needs a role for it in `log_role`, and the other way round");
        }
        if self.multi_region && !self.global_services {
            problems.refuse("global_services", "cannot be left out by a trail of all regions");
        }
        for selector in &self.events {
            if !selector.fields.iter().any(|field| field.field == "eventCategory") {
                problems.refuse("events", format!("{}: has no field eventCategory", selector.name));
            }
            if let Some(field) = selector.fields.iter().find(|field| field.is_empty()) {
                problems.refuse("events", format!("{}: {} has no value", selector.name, field.field));
            }
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |trail| trail.name.as_ref(), |name| format!("another trail is named {name}"))
    }

    /// Returns the group that gets the events as well.
    fn log_groups(&self, _identity: &Identity) -> Vec<String> {
        self.log_group.as_ref().and_then(Input::known).and_then(|arn| group_of_arn(arn)).into_iter().collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let mut known = Map::from_iter([("name".to_owned(), json!(name))]);
        if !identity.scope.account.is_empty() {
            known.insert("arn".to_owned(), json!(identity.scope.arn("cloudtrail", &format!("trail/{name}"))));
        }
        known
    }
}

impl CloudControl for Trail {
    const TYPE: &'static str = "AWS::CloudTrail::Trail";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "TrailName"),
        Property::plain("bucket", "S3BucketName"),
        Property::plain("prefix", "S3KeyPrefix").has_no_default(),
        Property::plain("logging", "IsLogging"),
        Property::plain("global_services", "IncludeGlobalServiceEvents"),
        Property::flag("multi_region", "IsMultiRegionTrail"),
        Property::flag("organization", "IsOrganizationTrail"),
        Property::flag("validate_files", "EnableLogFileValidation"),
        Property::plain("kms_key", "KMSKeyId").has_no_default(),
        Property::plain("topic_name", "SnsTopicName").has_no_default(),
        Property::plain("log_group", "CloudWatchLogsLogGroupArn").has_no_default(),
        Property::plain("log_role", "CloudWatchLogsRoleArn").has_no_default(),
        Property::list("events", "AdvancedEventSelectors", SELECTOR),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("arn", "Arn"), ("name", "TrailName"), ("topic_arn", "SnsTopicArn")];

    fn placed(inputs: &Trail<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.aws_name(identity);
        Placed::at(name.clone(), Map::from_iter([("TrailName".to_owned(), json!(name))]))
    }
}

const SELECTOR: &[Property] = &[Property::plain("name", "Name"), Property::list("fields", "FieldSelectors", FIELD)];

const FIELD: &[Property] = &[
    Property::plain("field", "Field"),
    Property::plain("equals", "Equals"),
    Property::plain("not_equals", "NotEquals"),
    Property::plain("starts_with", "StartsWith"),
    Property::plain("not_starts_with", "NotStartsWith"),
    Property::plain("ends_with", "EndsWith"),
    Property::plain("not_ends_with", "NotEndsWith"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_trails_are_refused() {
        let trail = || Trail::to("audit");
        let events = |field: FieldSelector| vec![EventSelector::new("a").with(field)];
        let cases = [
            ("name", Trail { name: Some("a".into()), ..trail() }),
            ("name", Trail { name: Some("audit-".into()), ..trail() }),
            ("prefix", Trail { prefix: Some("x".repeat(201)), ..trail() }),
            ("log_group", Trail { log_group: Some("arn".into()), ..trail() }),
            ("global_services", Trail { multi_region: true, global_services: false, ..trail() }),
            ("events", Trail { events: events(FieldSelector::equals("readOnly", ["true"])), ..trail() }),
            ("events", Trail { events: events(FieldSelector::equals("eventCategory", [""; 0])), ..trail() }),
            ("tags", Trail { tags: Tags::from([("team".into(), "a,b".into())]), ..trail() }),
        ];
        for (field, trail) in cases {
            let mut problems = Problems::new();
            trail.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn data_events_are_billed() {
        let data = EventSelector::new("data").with(FieldSelector::equals("eventCategory", ["Data"]));
        let charges = |trail: Trail| match trail.billing() {
            Billing::Charges(charges) => charges.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(charges(Trail::to("audit")), 1);
        assert_eq!(charges(Trail { events: vec![data], ..Trail::to("audit") }), 2);
    }
}
