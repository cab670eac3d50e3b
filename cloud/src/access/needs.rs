//! The permissions that a call needs, from the table in `needs.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::members::Members;

/// A permission, before it is filled with the members of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The action.
    pub action: &'static str,
    resource: &'static str,
    is_optional: bool,
    /// Whether the resource is one that the call makes.
    pub is_new: bool,
    /// The service that a role is passed to.
    pub passed_to: Option<&'static str>,
}

/// The needs of each call, `SERVICE OPERATION`.
type Table = BTreeMap<String, Vec<Need>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("needs.txt")));

/// Returns the permissions that a call needs; `None` for a call that the table does not have.
pub fn of(service: &str, operation: &str) -> Option<&'static [Need]> {
    TABLE.get(&format!("{service} {operation}")).map(Vec::as_slice)
}

fn read(text: &'static str) -> Table {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (call, needs) = line.split_once('=')?;
            let needs = needs.split(';').filter_map(|need| Need::read(need.trim())).collect();
            Some((call.trim().to_owned(), needs))
        })
        .collect()
}

/// The parts of an ARN that do not depend on the resource.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The region.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
}

impl Need {
    fn read(text: &'static str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (action, resource) = (words.next()?, words.next()?);
        let mut need = Self {
            action,
            resource: resource.strip_prefix('?').unwrap_or(resource),
            is_optional: resource.starts_with('?'),
            is_new: false,
            passed_to: None,
        };
        for word in words {
            match word.split_once('=') {
                Some(("passed", service)) => need.passed_to = Some(service),
                _ => need.is_new = word == "new",
            }
        }
        Some(need)
    }

    /// Returns the ARNs of the resources. A member that a request lacks is `*`, unless it is optional.
    pub fn resources(&self, members: &Members, place: Place<'_>) -> Vec<String> {
        if let Some(member) = self.resource.strip_prefix('@') {
            let named = members.get(member).cloned().unwrap_or_default();
            return if named.is_empty() && !self.is_optional { vec!["*".to_owned()] } else { named };
        }
        let mut filled = vec![String::new()];
        let mut rest = self.resource;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, inside)| Some((before, inside.split_once('}')?)))
        {
            let values = match members.get(name) {
                Some(values) => values.clone(),
                None if self.is_optional => return Vec::new(),
                None => vec!["*".to_owned()],
            };
            let longer =
                |start: &String| values.iter().map(|value| format!("{start}{before}{value}")).collect::<Vec<_>>();
            filled = filled.iter().flat_map(longer).collect();
            rest = after;
        }
        filled.iter().map(|start| self.arn(&format!("{start}{rest}"), place)).collect()
    }

    /// Returns an ARN in the form of its service. Global services have no region, and S3 no account.
    fn arn(&self, resource: &str, place: Place<'_>) -> String {
        let Place { partition, region, account } = place;
        let service = self.action.split(':').next().unwrap_or_default();
        match service {
            _ if resource == "*" => resource.to_owned(),
            "s3" => format!("arn:{partition}:s3:::{resource}"),
            "iam" | "budgets" => format!("arn:{partition}:{service}::{account}:{resource}"),
            "cloudwatch" if resource.starts_with("dashboard/") => {
                format!("arn:{partition}:{service}::{account}:{resource}")
            }
            "route53" => format!("arn:{partition}:{service}:::{resource}"),
            _ => format!("arn:{partition}:{service}:{region}:{account}:{resource}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'static> = Place { partition: "aws", region: "eu-west-1", account: "123456789012" };

    fn members(pairs: &[(&str, &[&str])]) -> Members {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        pairs.iter().map(|(name, list)| ((*name).to_owned(), values(list))).collect()
    }

    #[test]
    fn every_line_of_the_table_is_read() {
        let text = include_str!("needs.txt");
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        assert_eq!(TABLE.len(), lines, "a line has no `=`, or a call stands twice");
        for (call, needs) in TABLE.iter() {
            assert!(!needs.is_empty() || call.starts_with("sts "), "{call} needs nothing");
            for need in needs {
                assert!(need.action.split_once(':').is_some_and(|(_, name)| !name.is_empty()), "{need:?}");
            }
        }
    }

    #[test]
    fn resources_are_filled_with_the_members_of_the_request() {
        let needs = of("ec2", "CreateVpcEndpoint").unwrap();
        let members = members(&[("VpcId", &["vpc-1"]), ("SubnetId", &["subnet-1", "subnet-2"])]);
        let resources: Vec<_> = needs.iter().flat_map(|need| need.resources(&members, PLACE)).collect();
        let arn = |end: &str| format!("arn:aws:ec2:eu-west-1:123456789012:{end}");
        assert_eq!(resources, ["vpc-endpoint/*", "vpc/vpc-1", "subnet/subnet-1", "subnet/subnet-2"].map(arn));
        let bucket = of("s3", "PutObject").unwrap()[0]
            .resources(&self::members(&[("bucket", &["b"]), ("key", &["a/b"])]), PLACE);
        assert_eq!(bucket, ["arn:aws:s3:::b/a/b"]);
    }
}
