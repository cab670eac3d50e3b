//! The quotas: their names, codes and values.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::types::{OF_ENDPOINTS, OF_PROCESSING};
use crate::documents::Tables;

/// The table of values that differ from [`GRANTED`], by name.
const TABLE: &str = "Quota";

/// The value of each quota of the account of this cloud.
const GRANTED: f64 = 1000.0;

/// AWS's default for most types of instances (`docs/quotas.md`, see `codes.txt`).
const DEFAULT: f64 = 0.0;

/// The quota on the instances of all endpoints together.
pub const ALL_ENDPOINTS: &str = "Number of instances across active endpoints";

/// The quota on the instances of all processing jobs together.
const ALL_PROCESSING: &str = "Number of instances across all processing jobs";

/// The codes of AWS. Those of newer types are made up, in the same form.
static CODES: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("codes.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ').map(|(code, name)| (name, code))).collect()
});

/// A quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Its name.
    pub name: String,
    /// What counts toward it, as its usage metric calls that.
    resource: Option<String>,
}

/// Returns the quotas of SageMaker on instances, in the order of their names.
pub fn all() -> Vec<Quota> {
    let of = |types: &[String], name: &str, resource: &str| -> Vec<Quota> {
        let quota =
            |kind: &String| Quota { name: format!("{kind} for {name}"), resource: Some(format!("{resource}/{kind}")) };
        types.iter().map(quota).collect()
    };
    let mut all = of(&OF_ENDPOINTS, "endpoint usage", "endpoint");
    all.extend(of(&OF_PROCESSING, "processing job usage", "processing-job"));
    all.extend([ALL_ENDPOINTS, ALL_PROCESSING].map(|name| Quota { name: name.to_owned(), resource: None }));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// Returns whether there is a quota of this name.
pub fn is_known(name: &str) -> bool {
    all().iter().any(|quota| quota.name == name)
}

/// Returns the value of a quota; `tables` are those of this service.
pub fn limit(tables: &Tables, name: &str) -> f64 {
    tables.get(TABLE, name).and_then(Value::as_f64).unwrap_or(GRANTED)
}

/// Sets the value of a quota.
pub fn set(tables: &mut Tables, name: &str, value: f64) {
    tables.put(TABLE, name, json!(value));
}

impl Quota {
    /// Returns its code.
    pub fn code(&self) -> String {
        match CODES.get(self.name.as_str()) {
            Some(code) => (*code).to_owned(),
            None => {
                let digest = Sha256::digest(&self.name);
                digest.iter().take(4).fold("L-".to_owned(), |code, byte| code + &format!("{byte:02X}"))
            }
        }
    }

    /// Returns it as the API shows it; `tables` are those of this service, or `None` for AWS's default.
    ///
    /// The dimensions of the metric are those of AWS's usage metrics ("AWS usage metrics" of the CloudWatch User Guide), with the
    /// resource as SageMaker names it, `endpoint/ml.g5.xlarge` ("Best practices for viewing and querying Amazon SageMaker service
    /// quota usage", AWS Machine Learning Blog, 2023-03-21).
    pub fn shown(&self, tables: Option<&Tables>, place: (&str, &str, &str)) -> Value {
        let (partition, region, account) = place;
        let code = self.code();
        let owner = if tables.is_some() { account } else { "" };
        let mut shown = json!({
            "ServiceCode": "sagemaker", "ServiceName": "Amazon SageMaker", "QuotaName": self.name, "QuotaCode": code,
            "QuotaArn": format!("arn:{partition}:servicequotas:{region}:{owner}:sagemaker/{code}"),
            "Value": tables.map_or(DEFAULT, |tables| limit(tables, &self.name)),
            "Unit": "None", "Adjustable": true, "GlobalQuota": false, "QuotaAppliedAtLevel": "ACCOUNT",
        });
        if let Some(resource) = &self.resource {
            shown["UsageMetric"] = json!({
                "MetricNamespace": "AWS/Usage", "MetricName": "ResourceCount",
                "MetricDimensions": { "Class": "None", "Resource": resource, "Service": "SageMaker", "Type": "Resource" },
                "MetricStatisticRecommendation": "Maximum",
            });
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_aws_where_they_are_known() {
        let code = |name: &str| all().into_iter().find(|quota| quota.name == name).unwrap().code();
        assert_eq!(code("ml.g5.xlarge for endpoint usage"), "L-1928E07B");
        assert_eq!(code(ALL_ENDPOINTS), "L-7A3DF611");
        let other = code("ml.g6e.xlarge for endpoint usage");
        assert!(other.starts_with("L-") && other.len() == 10, "{other}");
        let mut codes: Vec<_> = all().iter().map(Quota::code).collect();
        let count = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn a_value_that_was_set_takes_the_place_of_the_granted_one() {
        let mut tables = Tables::default();
        let name = "ml.g5.xlarge for endpoint usage";
        assert!(is_known(name) && !is_known("ml.g5.xlarge"));
        assert!(limit(&tables, name) > 100.0);
        set(&mut tables, name, 2.0);
        assert_eq!(limit(&tables, name).to_bits(), 2.0_f64.to_bits());
    }
}
