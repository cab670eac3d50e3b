//! The items that something may bill: a price of another one is probably misspelt.

use std::collections::BTreeSet;

use super::book::embedded_items;
use super::price_list::place;
use super::{Book, Prices};

/// The items, or their beginnings, that kinds bill and no source of the embedded prices has, with the reason. They are shown as
/// unknown.
pub const UNPRICED: &[(&str, &str)] = &[
    ("bedrock.guardrail.grounding", "seen in us-east-1 only"),
    ("bedrock.guardrail.reasoning", "in no source"),
    ("bedrock.guardrail.topic", "seen in us-east-1 only"),
    ("bedrock.model.", "models that are in no source, and profiles for several regions"),
    ("bedrock.nova2_lite.", "seen in us-east-1 only"),
    ("bedrock.nova_lite.custom_model.", "seen in us-east-1 only"),
    ("bedrock.nova_lite.training", "in no source that was read"),
    ("bedrock.nova_micro.custom_model.", "in no source that was read"),
    ("bedrock.nova_micro.training", "seen in us-east-1 only"),
    ("bedrock.nova_pro.custom_model.", "in no source that was read"),
    ("bedrock.nova_pro.training", "in no source that was read"),
    ("bedrock.customization.", "in no source that was read"),
    ("bedrock.custom_model.", "in no source that was read"),
    ("apigateway.cache.", "in no source"),
    ("bedrock.provisioned.", "in no source that was read"),
    ("cloudwatch.logs.ingest_delivery", "the class `delivery` is in no source"),
    ("dynamodb.infrequent_access.", "in no source"),
    ("opensearch.storage.", "gp3 is seen in us-east-1 only, others in no source"),
    ("opensearch.ultrawarm1.", "in no source"),
    ("opensearch_serverless.nextgen.", "seen in us-east-1 only"),
    ("opensearch_serverless.storage", "seen in us-east-1 only"),
    ("lambda.provisioned.instance", "depends on the memory of the function; in no source"),
    ("s3.intelligent_tiering.", "in no source"),
    ("s3.onezone_ia.", "in no source"),
    ("s3vectors.", "in no source"),
    ("sagemaker.feature_store.", "in no source"),
    ("sagemaker.processing.storage", "seen in eu-west-1 only"),
    ("sagemaker.serverless.gb_second", "seen in us-east-1 only"),
    ("sagemaker.serverless.provisioned.gb_second", "in no source"),
    ("sns.sms", "depends on the country and the carrier"),
];

/// A price of a project for an item that nothing is known to bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrangeItem {
    /// The file, as the reader was told its name.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The item.
    pub item: String,
}

impl Book {
    /// Returns the project's prices of items that neither the embedded prices have nor kinds of AWS bill, in the order of the
    /// files. A kind of one's own may bill them.
    pub fn strange_items(&self) -> Vec<StrangeItem> {
        let known = Self::known_items();
        let mut strange: Vec<_> = self.own_files().flat_map(|prices| strange_of(prices, &known)).collect();
        strange.sort_by(|one, two| (&one.file, one.line, one.column).cmp(&(&two.file, two.line, two.column)));
        strange
    }

    /// Returns the items of the embedded prices of all regions.
    pub fn known_items() -> BTreeSet<&'static str> {
        embedded_items().collect()
    }
}

fn strange_of(prices: &Prices, known: &BTreeSet<&str>) -> Vec<StrangeItem> {
    let items = prices.items.keys().filter(|item| !is_known(item, known));
    let strange = |item: &String| {
        let (line, column) = prices.places.get(item).copied().unwrap_or((1, 1));
        StrangeItem { file: prices.file.clone(), line, column, item: item.clone() }
    };
    items.map(strange).collect()
}

fn is_known(item: &str, known: &BTreeSet<&str>) -> bool {
    let is_unpriced =
        UNPRICED.iter().any(|(begin, _)| item == *begin || (begin.ends_with('.') && item.starts_with(begin)));
    // New instance types come every year, and are billed as soon as a stack uses them.
    let is_instance = place(item).is_some() && item.rsplit('.').next().is_some_and(is_size);
    let node = item.strip_prefix("opensearch.").and_then(|item| item.strip_suffix(".search"));
    let is_node = node.and_then(|node| node.rsplit('.').next()).is_some_and(is_size);
    known.contains(item) || is_unpriced || is_instance || is_node
}

/// Returns whether a text is the size of instances: `xlarge`, `24xlarge`, `metal-48xl`.
fn is_size(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let metal =
        |text: &str| text.strip_prefix("metal-").and_then(|size| size.strip_suffix("xl")).is_some_and(is_number);
    ["nano", "micro", "small", "medium", "large", "xlarge", "metal"].contains(&text)
        || text.strip_suffix("xlarge").is_some_and(is_number)
        || metal(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strange(items: &[&str]) -> Vec<String> {
        let entry = |item: &&str| {
            format!(
                "\n[items.\"{item}\"]\nunit = \"x\"\nusd = 1\nsource = \"x\"\ndate = \"2026-11-01\"\nconfidence = \"bill\"\n"
            )
        };
        let text = format!("region = \"eu-west-2\"\n{}", items.iter().map(entry).collect::<String>());
        let prices = Prices::parse("prices/eu-west-2.toml", "eu-west-2", &text).unwrap();
        let found = Book::of([prices]).strange_items();
        found.iter().map(|one| format!("{}:{}:{} {}", one.file, one.line, one.column, one.item)).collect()
    }

    #[test]
    fn a_misspelt_item_is_found_with_its_place() {
        assert_eq!(
            strange(&["vpc.nat.hour", "vpc.nat.our", "sagemaker.hosting.ml.g5.xlrage"]),
            ["prices/eu-west-2.toml:10:8 vpc.nat.our", "prices/eu-west-2.toml:17:8 sagemaker.hosting.ml.g5.xlrage"]
        );
    }

    #[test]
    fn items_that_something_may_bill_are_known() {
        let items = [
            "sns.sms",
            "opensearch.m9g.large.search",
            "s3.onezone_ia.storage",
            "sagemaker.async.ml.p9.48xlarge",
            "ec2.m9g.metal-24xl",
        ];
        assert_eq!(strange(&items), Vec::<String>::new());
        assert_eq!(strange(&["s3.onezone_ia", "opensearch.m9g.lrage.search"]).len(), 2);
        // Also the items that only another region has, and that `ebb prices update` looks up there.
        let all: Vec<_> = Book::known_items().into_iter().collect();
        assert_eq!(strange(&all), Vec::<String>::new());
    }
}
