//! The questions to AWS's price list.

use std::collections::{BTreeMap, BTreeSet};

use super::items::{Family, place};
use crate::cost::GLOBAL;

/// A question to AWS's price list: the products of a service that match all filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The code of the service, such as `AmazonEC2`.
    pub service: &'static str,
    /// The filters.
    pub filters: Vec<Filter>,
    /// The items of the book that the answer has.
    pub wanted: Vec<Wanted>,
}

/// A filter of products.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Filter {
    /// The attribute.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// Whether the value is a part of the attribute's, and not all of it.
    pub is_part: bool,
}

/// An item of the book, and how its product is recognized in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The item.
    pub item: String,
    /// The usage types, without the prefix of the region. Of several that are there, the first counts.
    pub usages: Vec<String>,
    /// The units in which AWS may price it.
    pub units: &'static [&'static str],
}

/// Returns the questions that bring the prices of items in a region, and the items that AWS's list is not known to have. An item
/// may be in several questions.
pub fn queries<'a>(region: &str, items: impl IntoIterator<Item = &'a str>) -> (Vec<Query>, BTreeSet<String>) {
    let mut families: BTreeMap<Family, Vec<Wanted>> = BTreeMap::new();
    let mut unlisted = BTreeSet::new();
    for item in items {
        match place(item).filter(|place| place.is_global == (region == GLOBAL)) {
            Some(place) => {
                let wanted = Wanted { item: item.to_owned(), usages: place.usages, units: place.units };
                for family in place.families {
                    families.entry(family).or_default().push(wanted.clone());
                }
            }
            None => drop(unlisted.insert(item.to_owned())),
        }
    }
    let queries = families.into_iter().map(|(family, wanted)| {
        let filter = |field, value: &str, is_part| Filter { field, value: value.to_owned(), is_part };
        let mut filters = vec![filter("productFamily", family.name, false)];
        // Transfer has two ends, and no region of its own.
        filters.extend(match (region, family.service) {
            (GLOBAL, _) => None,
            (region, "AWSDataTransfer") => Some(filter("fromRegionCode", region, false)),
            (region, _) => Some(filter("regionCode", region, false)),
        });
        filters.extend(family.attributes.iter().map(|(field, value)| filter(field, value, false)));
        filters.extend(family.usage.map(|usage| filter("usagetype", usage, true)));
        // AmazonVPC prices public addresses without a family, and retrieval has had several.
        filters.retain(|filter| !filter.value.is_empty());
        Query { service: family.service, filters, wanted }
    });
    (queries.collect(), unlisted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_one_family_are_one_question() {
        let items = ["vpc.nat.hour", "vpc.nat.data", "sagemaker.hosting.ml.g5.xlarge", "bedrock.nova_pro.input"];
        let (queries, unlisted) = queries("eu-west-1", items);
        assert_eq!(unlisted, BTreeSet::from(["bedrock.nova_pro.input".to_owned()]));
        assert_eq!(queries.len(), 2);
        let nat = &queries[0];
        assert_eq!((nat.service, nat.wanted.len()), ("AmazonEC2", 2));
        let filters: Vec<_> = nat.filters.iter().map(|one| (one.field, one.value.as_str())).collect();
        assert_eq!(filters, [("productFamily", "NAT Gateway"), ("regionCode", "eu-west-1")]);
        let hosting = &queries[1];
        assert_eq!(hosting.wanted[0].usages, ["Host:ml.g5.xlarge"]);
        assert!(hosting.filters.iter().any(|one| one.field == "component" && one.value == "Hosting"));
    }

    #[test]
    fn what_several_services_may_have_is_asked_of_each() {
        let (queries, _) = queries("eu-west-1", ["s3.deep_archive.storage", "s3.standard.storage"]);
        let asked: Vec<_> = queries.iter().map(|query| (query.service, query.wanted[0].item.as_str())).collect();
        assert!(asked.contains(&("AmazonS3", "s3.deep_archive.storage")), "{asked:?}");
        assert!(asked.contains(&("AmazonS3GlacierDeepArchive", "s3.deep_archive.storage")), "{asked:?}");
        let standard = queries.iter().find(|query| query.wanted[0].item == "s3.standard.storage").unwrap();
        assert!(standard.filters.iter().any(|one| one.field == "volumeType" && one.value == "Standard"));
    }

    #[test]
    fn transfer_is_asked_by_the_region_that_it_comes_from() {
        let (queries, _) = queries("eu-west-1", ["datatransfer.out.internet"]);
        assert!(queries[0].filters.iter().any(|one| one.field == "fromRegionCode"));
        assert!(!queries[0].filters.iter().any(|one| one.field == "regionCode"));
    }

    #[test]
    fn what_is_the_same_everywhere_is_no_item_of_a_region() {
        assert_eq!(queries(GLOBAL, ["cloudwatch.dashboard", "vpc.nat.hour"]).0.len(), 1);
        assert!(queries("eu-west-1", ["cloudwatch.dashboard"]).0.is_empty());
    }
}
