//! The conversion of a budget's filter to the SDK's form and back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_budgets::types::{Dimension, Expression, ExpressionDimensionValues, TagValues};

use crate::sdk::{Error, built};
use ebbtide::aws::budgets::BudgetFilter;

/// The older form of filters, by the name of the dimension. Budgets that were made before filter expressions have it.
type CostFilters = HashMap<String, Vec<String>>;

/// Returns a filter as the SDK takes it; `None` for one that lets all costs through.
pub(super) fn filter_to_sdk(filter: &BudgetFilter) -> Result<Option<Expression>, Error> {
    let tags = filter.tags.iter().filter(|(_, values)| !values.is_empty()).map(|(key, values)| {
        let tags = TagValues::builder().key(key).set_values(Some(values.iter().cloned().collect()));
        Ok(Expression::builder().tags(tags.build()).build())
    });
    let services = (!filter.services.is_empty()).then(|| {
        let values = filter.services.iter().cloned().collect();
        let services = ExpressionDimensionValues::builder().key(Dimension::Service).set_values(Some(values));
        Ok(Expression::builder().dimensions(built(services.build())?).build())
    });
    let mut parts = tags.chain(services).collect::<Result<Vec<_>, Error>>()?;
    Ok(match parts.len() {
        // An operator needs two operands.
        0 | 1 => parts.pop(),
        _ => Some(Expression::builder().set_and(Some(parts)).build()),
    })
}

/// Reads the filter of a budget, in whichever form it has one. Parts that cannot be declared are listed in `other`.
pub(super) fn read_filter(cost_filters: Option<&CostFilters>, expression: Option<&Expression>) -> BudgetFilter {
    let mut found = Found::default();
    match cost_filters.filter(|filters| !filters.is_empty()) {
        Some(filters) => found.read_cost_filters(filters),
        None => expression.into_iter().for_each(|expression| found.read_expression(expression)),
    }
    found.other.sort();
    found.filter.other = (!found.other.is_empty()).then(|| found.other.join(", "));
    found.filter
}

/// A filter as far as it is read.
#[derive(Default)]
struct Found {
    filter: BudgetFilter,
    other: Vec<String>,
}

impl Found {
    fn read_cost_filters(&mut self, filters: &CostFilters) {
        for (name, values) in filters {
            match name.as_str() {
                "Service" => self.filter.services.extend(values.iter().cloned()),
                // AWS writes a tag as `user:KEY$VALUE`.
                "TagKeyValue" => {
                    for tag in values {
                        let (key, value) = own_key(tag).split_once('$').unwrap_or((tag, ""));
                        self.add_tag(key, [value.to_owned()]);
                    }
                }
                other => self.other.push(other.to_owned()),
            }
        }
    }

    fn read_expression(&mut self, expression: &Expression) {
        match expression.dimensions() {
            None => {}
            Some(dimensions) if *dimensions.key() != Dimension::Service => {
                self.other.push(dimensions.key().as_str().to_owned());
            }
            Some(_) if !self.filter.services.is_empty() => self.other.push("services twice".to_owned()),
            Some(dimensions) => self.filter.services = dimensions.values().iter().cloned().collect(),
        }
        if let Some(tags) = expression.tags() {
            self.add_tag(own_key(tags.key().unwrap_or_default()), tags.values().iter().cloned());
        }
        expression.and().iter().for_each(|part| self.read_expression(part));
        let undeclared = [
            (!expression.or().is_empty(), "an alternative"),
            (expression.not().is_some(), "an exclusion"),
            (expression.cost_categories().is_some(), "cost categories"),
            (expression.product_attributes().is_some(), "product attributes"),
        ];
        self.other.extend(undeclared.iter().filter(|(there, _)| *there).map(|(_, name)| (*name).to_owned()));
    }

    fn add_tag(&mut self, key: &str, values: impl IntoIterator<Item = String>) {
        let tags: &mut BTreeMap<String, BTreeSet<String>> = &mut self.filter.tags;
        tags.entry(key.to_owned()).or_default().extend(values);
    }
}

/// Returns the key of a tag without the prefix of tags that users make.
fn own_key(key: &str) -> &str {
    key.strip_prefix("user:").unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(keys: &[&str], services: &[&str]) -> BudgetFilter {
        let values = BTreeSet::from(["adeptai".to_owned(), "shared".to_owned()]);
        BudgetFilter {
            tags: keys.iter().map(|key| ((*key).to_owned(), values.clone())).collect(),
            services: services.iter().map(|name| (*name).to_owned()).collect(),
            other: None,
        }
    }

    #[test]
    fn filters_read_back_as_they_were_sent() {
        let both = filter(&["Project", "Team"], &["Amazon SageMaker", "Amazon S3"]);
        for filter in [filter(&["Project"], &[]), filter(&[], &["Amazon SageMaker"]), both] {
            let sent = filter_to_sdk(&filter).unwrap();
            assert!(sent.is_some());
            assert_eq!(read_filter(None, sent.as_ref()), filter);
        }
        assert_eq!(filter_to_sdk(&BudgetFilter::default()).unwrap(), None);
        assert_eq!(read_filter(Some(&HashMap::new()), None), BudgetFilter::default());
    }

    #[test]
    fn the_older_form_reads_the_same() {
        let tags = vec!["user:Project$adeptai".to_owned(), "user:Project$shared".to_owned()];
        let services = vec!["Amazon SageMaker".to_owned()];
        let older = HashMap::from([("TagKeyValue".to_owned(), tags), ("Service".to_owned(), services)]);
        assert_eq!(read_filter(Some(&older), None), filter(&["Project"], &["Amazon SageMaker"]));
    }

    #[test]
    fn parts_that_cannot_be_declared_show_as_drift() {
        let region = ExpressionDimensionValues::builder().key(Dimension::Region).values("eu-west-1").build().unwrap();
        let region = Expression::builder().dimensions(region).build();
        let without = Expression::builder().not(region.clone()).build();
        let older = HashMap::from([("Region".to_owned(), vec!["eu-west-1".to_owned()])]);
        assert_eq!(read_filter(None, Some(&region)).other.as_deref(), Some("REGION"));
        assert_eq!(read_filter(None, Some(&without)).other.as_deref(), Some("an exclusion"));
        assert_eq!(read_filter(Some(&older), None).other.as_deref(), Some("Region"));
    }
}
