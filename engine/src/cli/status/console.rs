//! Links to the console of AWS.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use ebbtide::aws::sagemaker::Endpoint;
use ebbtide::record::ResourceRecord;
use ebbtide::resource::{Address, Resource as _, Scope};

/// The characters that are encoded in a part of a query.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':').remove(b'/');

/// The partitions with a public console: the beginning of their regions, and the ending of the host of the console. All other
/// regions without a dash after `us-iso`, `eu-isoe` and `eusc` are of the first partition. Source: `console-url` of the toolkits of AWS, and
/// the sign-in pages of AWS China and GovCloud.
const CONSOLES: [(&str, Option<&str>); 5] = [
    ("cn-", Some("console.amazonaws.cn")),
    ("us-gov-", Some("console.amazonaws-us-gov.com")),
    ("us-iso", None),
    ("eu-isoe-", None),
    ("eusc-", None),
];

/// Returns the page of a resource in the console of its partition and region; `None` where there is none that is known.
pub(super) fn link(scope: &Scope, address: &Address, record: &ResourceRecord) -> Option<String> {
    let id = record.id.as_deref()?;
    let region = &scope.region;
    let found = CONSOLES.iter().find(|(beginning, _)| region.starts_with(beginning));
    let host = format!("https://{region}.{}", found.map_or(Some("console.aws.amazon.com"), |(_, host)| *host)?);
    if address.kind() == Endpoint::KIND {
        return Some(format!("{host}/sagemaker/home?region={region}#/endpoints/{id}"));
    }
    let arn = arn(scope, id, record)?;
    // The console opens the page of a resource by its ARN.
    Some(format!("{host}/go/view?arn={}", utf8_percent_encode(&arn, QUERY)))
}

/// Returns the ARN of a resource: its id, an output, or for networks the one that follows from the id.
fn arn(scope: &Scope, id: &str, record: &ResourceRecord) -> Option<String> {
    let is_arn = |text: &&str| text.starts_with("arn:");
    if let Some(arn) = Some(id).filter(is_arn).or_else(|| record.outputs.get("arn").and_then(Value::as_str)) {
        return Some(arn.to_owned()).filter(|arn| is_arn(&arn.as_str()));
    }
    let (beginning, _) = id.split_once('-')?;
    let resource = match beginning {
        "vpc" => "vpc",
        "subnet" => "subnet",
        "rtb" => "route-table",
        "igw" => "internet-gateway",
        "nat" => "natgateway",
        "sg" => "security-group",
        "vpce" => "vpc-endpoint",
        "eipalloc" => "elastic-ip",
        _ => return None,
    };
    Some(scope.arn("ec2", &format!("{resource}/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(region: &str, address: &str, id: &str, outputs: Value) -> Option<String> {
        let scope = Scope {
            environment: "dev".into(),
            stack: "shop".into(),
            region: region.into(),
            account: "123456789012".into(),
        };
        let record = ResourceRecord { id: Some(id.into()), outputs, ..ResourceRecord::blank(1) };
        link(&scope, &address.parse().unwrap(), &record)
    }

    #[test]
    fn a_link_leads_to_the_console_of_partition_and_region() {
        let endpoint = |region| of(region, "sagemaker_endpoint.llm", "llm", Value::Null);
        assert_eq!(
            endpoint("eu-west-1").unwrap(),
            "https://eu-west-1.console.aws.amazon.com/sagemaker/home?region=eu-west-1#/endpoints/llm"
        );
        assert!(endpoint("cn-north-1").unwrap().starts_with("https://cn-north-1.console.amazonaws.cn/"));
        assert!(endpoint("us-gov-west-1").unwrap().starts_with("https://us-gov-west-1.console.amazonaws-us-gov.com/"));
        assert_eq!(endpoint("us-iso-east-1"), None);
        let topic = serde_json::json!({ "arn": "arn:aws:sns:eu-west-1:123456789012:a b" });
        assert_eq!(
            of("eu-west-1", "sns_topic.alerts", "x", topic).unwrap(),
            "https://eu-west-1.console.aws.amazon.com/go/view?arn=arn:aws:sns:eu-west-1:123456789012:a%20b"
        );
        assert!(of("cn-north-1", "ec2_vpc.main", "vpc-1", Value::Null).unwrap().contains("arn:aws-cn:ec2:cn-north-1"));
        assert_eq!(of("eu-west-1", "ec2_vpc.main", "unknown", Value::Null), None);
    }
}
