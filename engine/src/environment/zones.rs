//! The availability zones that an account has in its region.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{Filter, ServiceDetail};

use crate::sdk::{Aws, CallName as _, Error, ErrorKind};
use ebbtide::stack::RegionZones;

/// Asks AWS for the zones of the region and of the services with interface endpoints. They are unknown if the credentials
/// may not ask, or if another server stands in for AWS that has no such call: not every project has a network.
pub(super) async fn look_up(aws: &Aws) -> Result<RegionZones, Error> {
    let (names, services) = tokio::try_join!(zone_names(aws), interface_services(aws))?;
    let endpoints = if names.is_empty() { BTreeMap::new() } else { fewer_zones(&names, &services) };
    Ok(RegionZones { names: names.into_iter().collect(), endpoints })
}

/// Returns the availability zones that the account may use, without local zones.
async fn zone_names(aws: &Aws) -> Result<BTreeSet<String>, Error> {
    // A zone that is impaired for an hour must not move a network, so the state of a zone does not count.
    let request = aws.ec2().describe_availability_zones().filters(filter("zone-type", "availability-zone"));
    let described = request.send().await.named("ec2:DescribeAvailabilityZones");
    let zones = if_allowed(described)?.map(|described| described.availability_zones.unwrap_or_default());
    Ok(zones.unwrap_or_default().into_iter().filter_map(|zone| zone.zone_name).collect())
}

async fn interface_services(aws: &Aws) -> Result<Vec<ServiceDetail>, Error> {
    let mut services = Vec::new();
    let mut token = None;
    loop {
        let request = aws.ec2().describe_vpc_endpoint_services().filters(filter("service-type", "Interface"));
        let request = request.filters(filter("owner", "amazon")).set_next_token(token);
        let described = request.send().await.named("ec2:DescribeVpcEndpointServices");
        let Some(page) = if_allowed(described)? else { return Ok(Vec::new()) };
        services.extend(page.service_details.unwrap_or_default());
        token = page.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(services);
        }
    }
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn if_allowed<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Err(error) if error.kind == ErrorKind::Denied || error.is_code("InvalidAction") => {
            tracing::warn!("the zones of the region are unknown, so a network takes the first letters: {error}");
            Ok(None)
        }
        result => result.map(Some),
    }
}

/// Returns the zones of the services that are not in all zones.
fn fewer_zones(zones: &BTreeSet<String>, services: &[ServiceDetail]) -> BTreeMap<String, Vec<String>> {
    let fewer = services.iter().filter_map(|service| {
        let own: BTreeSet<String> = service.availability_zones().iter().cloned().collect();
        let is_partial = !own.is_empty() && !zones.is_subset(&own);
        Some((service.service_name()?.to_owned(), own.into_iter().collect())).filter(|_| is_partial)
    });
    fewer.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_services_that_lack_a_zone_are_listed() {
        let zones = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        let service = |name: &str, zones: &[&str]| {
            let zones = zones.iter().map(|zone| (*zone).to_owned()).collect();
            ServiceDetail::builder().service_name(name).set_availability_zones(Some(zones)).build()
        };
        let services = [service("all", &["b", "a", "c"]), service("fewer", &["b", "c"]), service("unknown", &[])];
        let expected = BTreeMap::from([("fewer".to_owned(), vec!["b".to_owned(), "c".to_owned()])]);
        assert_eq!(fewer_zones(&zones, &services), expected);
    }
}
