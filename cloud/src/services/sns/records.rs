//! The tables of SNS, and lookups in them.

use super::input::{need_arn, not_found};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The table of the topics, by ARN.
pub(super) const TOPICS: &str = "topics";

/// The table of the subscriptions, by ARN.
pub(super) const SUBSCRIPTIONS: &str = "subscriptions";

/// Returns the topic that the input names, which must be there.
pub(super) fn existing<'a>(input: &'a Parameters, context: &CallContext<'_>) -> Result<&'a str, Fault> {
    let arn = need_arn(input, "TopicArn")?;
    context.own.get(TOPICS, arn).map(|_| arn).ok_or_else(|| not_found("Topic"))
}
