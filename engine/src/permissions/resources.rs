//! The resources of a stack as policies name them: ARNs, with `*` for what is not known before they exist.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::iam;
use ebbtide::aws::sagemaker::EndpointConfig;
use ebbtide::resource::{Address, Resource, references};
use ebbtide::stack::Declarations;
use serde_json::{Map, Value};

use crate::providers::{EcrImage, KnownCalls, Providers};

/// The declared resources of a stack.
pub(super) struct Resources<'a> {
    pub(super) declarations: &'a Declarations,
    pub(super) providers: &'a Providers,
    /// The beginnings of ARNs whose names are so many that one pattern stands for all of them.
    shortened: BTreeSet<String>,
    /// The lineage and the generations, if names are wanted as this state gives them.
    exact: Option<(String, BTreeMap<Address, u32>)>,
}

/// So many names of one type are listed each.
const LISTED: usize = 3;

/// The longest derived name whose beginning those with a hash of the content have, too: they have up to 63 characters, and a hash that
/// is longer by four.
const DERIVED: usize = 59;

/// An ARN, and whether the resource is one of the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) arn: String,
    pub(super) is_own: bool,
}

impl<'a> Resources<'a> {
    pub(super) fn new(declarations: &'a Declarations, providers: &'a Providers) -> Self {
        let mut resources = Self { declarations, providers, shortened: BTreeSet::new(), exact: None };
        let mut beginnings: Vec<String> = Vec::new();
        for address in declarations.resources.keys() {
            beginnings.extend(resources.own(address).iter().filter_map(|arn| resources.beginning(arn)));
        }
        for beginning in &beginnings {
            if beginnings.iter().filter(|other| *other == beginning).count() > LISTED {
                resources.shortened.insert(beginning.clone());
            }
        }
        resources
    }

    /// Returns the resources with their names in one state, by its lineage and their generations.
    pub(super) fn exact(
        declarations: &'a Declarations,
        providers: &'a Providers,
        lineage: &str,
        generations: BTreeMap<Address, u32>,
    ) -> Self {
        Self { declarations, providers, shortened: BTreeSet::new(), exact: Some((lineage.to_owned(), generations)) }
    }

    /// Returns the ARNs of a resource. A derived name ends in `*`, since its end depends on the state.
    pub(super) fn own(&self, address: &Address) -> Vec<String> {
        let Some(implementation) = self.providers.get(address.kind()) else { return Vec::new() };
        let known = self.known(address);
        match implementation.provider.calls() {
            KnownCalls::Of(calls) => match calls.arn.strip_prefix('@') {
                Some(field) => self.in_field(address, field),
                None => vec![self.fill(calls.arn, address, &known)],
            },
            KnownCalls::CloudControl(_) => {
                known.get("arn").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
            }
            KnownCalls::Unknown => Vec::new(),
        }
    }

    /// Returns an ARN, or the pattern that stands for it and many others of the stack.
    pub(super) fn shorten(&self, arn: String) -> String {
        match self.beginning(&arn).filter(|beginning| self.shortened.contains(beginning)) {
            Some(beginning) => beginning + "*",
            None => arn,
        }
    }

    /// Returns the part of a derived ARN that all derived names of its type begin with.
    fn beginning(&self, arn: &str) -> Option<String> {
        let scope = &self.declarations.scope;
        let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = format!("{}-{}-", plain(&scope.environment), plain(&scope.stack));
        let start = arn.find(&name)? + name.len();
        arn[start..].contains('*').then(|| arn[..start].to_owned())
    }

    /// Returns the resources of a type that the inputs of a resource refer to.
    pub(super) fn referred(&self, address: &Address, type_name: &str) -> BTreeSet<Named> {
        let Some(declaration) = self.declarations.resources.get(address) else { return BTreeSet::new() };
        let mut found = BTreeSet::new();
        if type_name == "config-key" {
            let referred = references(&declaration.inputs).into_iter().map(|reference| reference.address);
            let configs = referred.filter(|address| address.kind() == <EndpointConfig as Resource>::KIND);
            return configs.flat_map(|config| self.referred(&config, "key")).collect();
        }
        for reference in references(&declaration.inputs) {
            for arn in self.own(&reference.address) {
                match type_name {
                    "object" if type_of(&arn) == "bucket" => {
                        found.insert(Named { arn: format!("{arn}/*"), is_own: true });
                    }
                    _ if type_of(&arn) == type_name => {
                        found.insert(Named { arn, is_own: true });
                    }
                    _ => {}
                }
            }
        }
        self.literals(&declaration.inputs, type_name, &mut found);
        found
    }

    /// Returns the roles that a kind of Cloud Control passes: those in its fields for roles. A role elsewhere, as in a pattern of events,
    /// is not passed.
    pub(super) fn passed_roles(&self, address: &Address) -> BTreeSet<Named> {
        let mut found = BTreeSet::new();
        if let Some(declaration) = self.declarations.resources.get(address) {
            self.collect_roles(&declaration.inputs, &mut found);
        }
        found
    }

    fn collect_roles(&self, value: &Value, found: &mut BTreeSet<Named>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect_roles(item, found)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    // Kinds have the field `role`, and properties of any type are `Role`, `RoleArn`, ….
                    let is_role = name == "role" || name.starts_with(char::is_uppercase) && name.contains("Role");
                    if !is_role {
                        self.collect_roles(field, found);
                        continue;
                    }
                    let referred = references(field).into_iter().flat_map(|reference| self.own(&reference.address));
                    let roles = referred.filter(|arn| type_of(arn) == "role");
                    found.extend(roles.map(|arn| Named { arn, is_own: true }));
                    self.literals(field, "role", found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Adds the resources of other stacks that texts in the inputs name.
    fn literals(&self, value: &Value, type_name: &str, found: &mut BTreeSet<Named>) {
        match value {
            Value::String(text) => {
                if let Some(arn) = self.literal(text, type_name) {
                    found.insert(Named { arn, is_own: false });
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.literals(item, type_name, found)),
            Value::Object(fields) => fields.values().for_each(|field| self.literals(field, type_name, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn literal(&self, text: &str, type_name: &str) -> Option<String> {
        let scope = &self.declarations.scope;
        if text.starts_with("arn:") {
            return (type_of(text) == type_name).then(|| text.to_owned());
        }
        let in_s3 = text.strip_prefix("s3://").map(|rest| rest.split_once('/').unwrap_or((rest, "")));
        match (type_name, in_s3) {
            ("repository", None) => image_repository(text, scope.partition()),
            ("bucket", Some((bucket, _))) => Some(format!("arn:{}:s3:::{bucket}", scope.partition())),
            ("object", Some((bucket, key))) if !key.is_empty() && !key.ends_with('/') => {
                Some(format!("arn:{}:s3:::{bucket}/{key}", scope.partition()))
            }
            (_, Some(_)) => None,
            _ => {
                let beginning = EC2_IDS.iter().find(|(name, _)| *name == type_name)?.1;
                let id = text.strip_prefix(beginning)?.strip_prefix('-')?;
                let is_id = (8..=17).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_id.then(|| scope.arn("ec2", &format!("{type_name}/{text}")))
            }
        }
    }

    fn in_field(&self, address: &Address, field: &str) -> Vec<String> {
        let value = self.declarations.resources.get(address).map(|declaration| &declaration.inputs[field]);
        match value {
            Some(Value::String(arn)) => vec![arn.clone()],
            Some(value) => references(value).iter().flat_map(|reference| self.own(&reference.address)).collect(),
            None => Vec::new(),
        }
    }

    /// Returns the outputs that are known before the resource exists. What the record of the stack decides is `*`.
    fn known(&self, address: &Address) -> Map<String, Value> {
        let outputs = |lineage: &str, generation: u32| {
            let declaration = self.declarations.resources.get(address)?;
            let identity = self.declarations.scope.identity(lineage, address, generation);
            let kind = self.providers.kinds().get(address.kind())?;
            kind.known_outputs(&identity, &declaration.inputs).ok()
        };
        if let Some((lineage, generations)) = &self.exact {
            return outputs(lineage, generations.get(address).copied().unwrap_or(1)).unwrap_or_default();
        }
        let (Some(one), Some(other)) = (outputs("one", 1), outputs("other", 2)) else { return Map::new() };
        let both = one.into_iter().filter_map(|(name, value)| {
            let text = pattern(value.as_str()?, other.get(&name)?.as_str()?);
            Some((name, Value::String(text)))
        });
        both.collect()
    }

    /// Returns the names of the log groups that a resource writes into. What the record of the stack decides is `*`.
    pub(super) fn log_groups(&self, address: &Address) -> Vec<String> {
        let groups = |lineage: &str, generation: u32| {
            let declaration = self.declarations.resources.get(address)?;
            let identity = self.declarations.scope.identity(lineage, address, generation);
            self.providers.kinds().get(address.kind())?.log_groups(&identity, &declaration.inputs).ok()
        };
        let (one, other) = (groups("one", 1).unwrap_or_default(), groups("other", 2).unwrap_or_default());
        one.iter().zip(&other).map(|(one, other)| pattern(one, other)).collect()
    }

    fn fill(&self, template: &str, address: &Address, known: &Map<String, Value>) -> String {
        let inputs = self.declarations.resources.get(address).map(|declaration| &declaration.inputs);
        let member = |name: &str| {
            let given = inputs.and_then(|inputs| inputs[name].as_str());
            match (known.get(name).and_then(Value::as_str), given) {
                (Some(known), _) => Some(known.to_owned()),
                // The name follows from the inputs, and not all of them are known.
                (None, Some(given)) if name == "name" => Some(format!("{given}-*")),
                (None, None) if name == "name" => Some(self.derived(address)),
                (None, given) => given.map(str::to_owned),
            }
        };
        self.filled(template, member)
    }

    /// Returns the pattern for a name that is derived from the identity of a resource, or from its content.
    fn derived(&self, address: &Address) -> String {
        let scope = &self.declarations.scope;
        let name = |lineage: &str| scope.identity(lineage, address, 1).name(DERIVED);
        pattern(&name("one"), &name("other"))
    }

    /// Fills a template of an ARN. A member that is not known is `*`.
    pub(super) fn filled(&self, template: &str, member: impl Fn(&str) -> Option<String>) -> String {
        let scope = &self.declarations.scope;
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
        {
            filled.push_str(before);
            match name {
                "partition" => filled.push_str(scope.partition()),
                "region" => filled.push_str(&scope.region),
                "account" => filled.push_str(&scope.account),
                name => filled.push_str(&member(name).unwrap_or_else(|| "*".to_owned())),
            }
            rest = after;
        }
        filled + rest
    }

    /// Returns the managed policies that a role declares.
    pub(super) fn managed_policies(&self, address: &Address) -> Vec<String> {
        let of_role = address.kind() == <iam::Role as Resource>::KIND;
        let declaration = self.declarations.resources.get(address).filter(|_| of_role);
        let listed = declaration.and_then(|declaration| declaration.inputs["managed_policies"].as_array());
        listed.into_iter().flatten().filter_map(|arn| arn.as_str().map(str::to_owned)).collect()
    }
}

/// Returns the repository of an image in ECR, `ACCOUNT.dkr.ecr.REGION.SUFFIX/NAME:TAG`.
fn image_repository(text: &str, partition: &str) -> Option<String> {
    let image = EcrImage::of(text)?;
    Some(format!("arn:{partition}:ecr:{}:{}:repository/{}", image.region, image.account, image.repository))
}

/// The beginnings of the ids of EC2 that inputs may name, by resource type.
const EC2_IDS: [(&str, &str); 5] = [
    ("vpc", "vpc"),
    ("subnet", "subnet"),
    ("security-group", "sg"),
    ("route-table", "rtb"),
    ("elastic-ip", "eipalloc"),
];

/// Returns the type of the resource of an ARN, as the Service Authorization Reference names it.
pub(super) fn type_of(arn: &str) -> &str {
    let mut parts = arn.splitn(6, ':');
    let (service, resource) = (parts.nth(2).unwrap_or_default(), parts.nth(2).unwrap_or_default());
    match service {
        "s3" if resource.contains('/') => "object",
        "s3" => "bucket",
        "sns" => "topic",
        "sqs" => "queue",
        _ => resource.split([':', '/']).next().unwrap_or_default(),
    }
}

/// Returns the pattern for two names that differ in what the state decides.
fn pattern(one: &str, other: &str) -> String {
    if one == other {
        return one.to_owned();
    }
    let common = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    // Hashes may begin alike: the name ends at its last hyphen.
    let end = one[..common].rfind('-').map_or(common, |at| at + 1);
    format!("{}*", &one[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_depend_on_the_state_end_in_a_star() {
        assert_eq!(pattern("adeptai-v1", "adeptai-v1"), "adeptai-v1");
        assert_eq!(pattern("prod-adeptai-a-1f0c9a", "prod-adeptai-a-1fffff"), "prod-adeptai-a-*");
    }

    #[test]
    fn the_type_of_a_resource_is_in_its_arn() {
        for (arn, expected) in [
            ("arn:aws:ec2:eu-west-1:1:vpc/*", "vpc"),
            ("arn:aws:s3:::bucket", "bucket"),
            ("arn:aws:s3:::bucket/*", "object"),
            ("arn:aws:iam::1:role/path/name", "role"),
            ("arn:aws:cloudwatch:eu-west-1:1:alarm:name", "alarm"),
            ("arn:aws:sns:eu-west-1:1:name", "topic"),
        ] {
            assert_eq!(type_of(arn), expected, "{arn}");
        }
    }
}
