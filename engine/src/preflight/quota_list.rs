//! Looking up quotas: by their code where it is known, and else in the list of all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_servicequotas::types::{MetricInfo, ServiceQuota};
use tokio::task::JoinSet;

use crate::sdk::{Aws, CallName as _, Error, ErrorKind};

/// The service whose quotas are looked up.
pub(super) const SERVICE: &str = "sagemaker";

/// The most quotas of a page.
const PAGE: i32 = 100;

/// A quota as AWS has it for this account.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quota {
    pub(super) code: String,
    pub(super) value: f64,
    /// The metric with its use, if AWS publishes one.
    pub(super) metric: Option<MetricInfo>,
}

/// Quotas by name.
pub(super) type Quotas = BTreeMap<String, Quota>;

/// Returns the quotas of these names; those that AWS does not have are left out.
pub(super) async fn look_up(aws: &Arc<Aws>, names: &BTreeSet<&str>) -> Result<Quotas, Error> {
    let mut looks = JoinSet::new();
    for (name, code) in names.iter().filter_map(|name| Some(((*name).to_owned(), code_of(name)?))) {
        let aws = Arc::clone(aws);
        looks.spawn(async move { by_code(&aws, &name, code).await });
    }
    let mut quotas = Quotas::new();
    for found in looks.join_all().await {
        quotas.extend(found?);
    }
    let missing = |quotas: &Quotas| names.iter().any(|name| !quotas.contains_key(*name));
    if missing(&quotas) {
        list_applied(aws, names, &mut quotas).await?;
    }
    if missing(&quotas) {
        list_defaults(aws, names, &mut quotas).await?;
    }
    Ok(quotas)
}

/// Returns the code of a quota, if it is known.
fn code_of(name: &str) -> Option<&'static str> {
    let lines = include_str!("codes.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).find(|(_, known)| *known == name).map(|(code, _)| code)
}

/// Returns a quota by its code: the applied value, or AWS's default where none is applied. A quota of another name is none.
async fn by_code(aws: &Aws, name: &str, code: &str) -> Result<Option<(String, Quota)>, Error> {
    let list = aws.servicequotas().list_service_quotas().service_code(SERVICE).quota_code(code);
    let listed = list.send().await.named("servicequotas:ListServiceQuotas")?;
    if let Some(quota) = listed.quotas().iter().find_map(|quota| named(quota, &BTreeSet::from([name]))) {
        return Ok(Some(quota));
    }
    let default = aws.servicequotas().get_aws_default_service_quota().service_code(SERVICE).quota_code(code);
    match default.send().await.named("servicequotas:GetAWSDefaultServiceQuota") {
        Ok(found) => Ok(found.quota().and_then(|quota| named(quota, &BTreeSet::from([name])))),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn list_applied(aws: &Aws, names: &BTreeSet<&str>, quotas: &mut Quotas) -> Result<(), Error> {
    let mut token = None;
    loop {
        let list = aws.servicequotas().list_service_quotas().service_code(SERVICE).max_results(PAGE);
        let page = list.set_next_token(token).send().await.named("servicequotas:ListServiceQuotas")?;
        add(page.quotas(), names, quotas);
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() || names.iter().all(|name| quotas.contains_key(*name)) {
            return Ok(());
        }
    }
}

async fn list_defaults(aws: &Aws, names: &BTreeSet<&str>, quotas: &mut Quotas) -> Result<(), Error> {
    let mut token = None;
    loop {
        let list = aws.servicequotas().list_aws_default_service_quotas().service_code(SERVICE).max_results(PAGE);
        let page = list.set_next_token(token).send().await.named("servicequotas:ListAWSDefaultServiceQuotas")?;
        add(page.quotas(), names, quotas);
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() || names.iter().all(|name| quotas.contains_key(*name)) {
            return Ok(());
        }
    }
}

fn add(page: &[ServiceQuota], names: &BTreeSet<&str>, quotas: &mut Quotas) {
    for (name, quota) in page.iter().filter_map(|quota| named(quota, names)) {
        quotas.entry(name).or_insert(quota);
    }
}

fn named(quota: &ServiceQuota, names: &BTreeSet<&str>) -> Option<(String, Quota)> {
    let name = quota.quota_name().filter(|name| names.contains(name))?;
    let (code, value) = (quota.quota_code()?.to_owned(), quota.value()?);
    Some((name.to_owned(), Quota { code, value, metric: quota.usage_metric().cloned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_known_by_name() {
        assert_eq!(code_of("ml.g5.xlarge for endpoint usage"), Some("L-1928E07B"));
        assert_eq!(code_of("Number of instances across active endpoints"), Some("L-7A3DF611"));
        assert_eq!(code_of("ml.g5.xlarge"), None);
    }
}
