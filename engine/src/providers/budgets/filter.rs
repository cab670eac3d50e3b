//! The conversion of a budget's filter to the SDK's form and back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ebbtide::aws::budgets::BudgetFilter;

/// The filters of a budget in the SDK, by the name of the dimension.
type SdkFilters = HashMap<String, Vec<String>>;

/// Returns a filter as the SDK takes it. AWS writes a tag as `user:KEY$VALUE`.
pub(super) fn filter_to_sdk(filter: &BudgetFilter) -> Option<SdkFilters> {
    let mut filters = HashMap::new();
    let tags: Vec<_> = filter
        .tags
        .iter()
        .flat_map(|(key, values)| values.iter().map(move |value| format!("user:{key}${value}")))
        .collect();
    if !tags.is_empty() {
        filters.insert("TagKeyValue".to_owned(), tags);
    }
    if !filter.services.is_empty() {
        filters.insert("Service".to_owned(), filter.services.iter().cloned().collect());
    }
    (!filters.is_empty()).then_some(filters)
}

/// Reads the filter of a budget.
pub(super) fn read_filter(filters: Option<&SdkFilters>) -> BudgetFilter {
    let of = |name: &str| filters.and_then(|filters| filters.get(name)).into_iter().flatten();
    let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for tag in of("TagKeyValue") {
        let (key, value) = tag.strip_prefix("user:").unwrap_or(tag).split_once('$').unwrap_or((tag, ""));
        tags.entry(key.to_owned()).or_default().insert(value.to_owned());
    }
    BudgetFilter { tags, services: of("Service").cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_back_as_they_were_sent() {
        let values = BTreeSet::from(["adeptai".to_owned(), "shared".to_owned()]);
        let filter = BudgetFilter {
            tags: BTreeMap::from([("Project".to_owned(), values)]),
            services: BTreeSet::from(["Amazon SageMaker".to_owned()]),
        };
        assert_eq!(read_filter(filter_to_sdk(&filter).as_ref()), filter);
        assert_eq!(filter_to_sdk(&BudgetFilter::default()), None);
    }
}
