//! Resources that Cloud Control manages.

use ebbtide_engine::sdk::Aws;

use super::Observed;

/// The types, each with its words and the properties that a generated stack changes.
const TYPES: [(&str, &str, &[&str]); 6] = [
    ("AWS::SQS::Queue", "queue", &["QueueName", "DelaySeconds", "RedrivePolicy"]),
    ("AWS::ECR::Repository", "repository", &["RepositoryName", "ImageTagMutability"]),
    ("AWS::DynamoDB::Table", "table", &["TableName", "BillingMode"]),
    ("AWS::Events::Rule", "rule", &["Name", "EventPattern", "State", "Targets"]),
    ("AWS::StepFunctions::StateMachine", "state machine", &["Name", "DefinitionString", "TracingConfiguration"]),
    ("AWS::Bedrock::Guardrail", "guardrail", &["Name", "BlockedInputMessaging"]),
];

pub async fn see(aws: &Aws, seen: &mut Observed) {
    for (type_name, words, properties) in TYPES {
        let listed = aws.cloudcontrol().list_resources().type_name(type_name).send().await.unwrap();
        for resource in listed.resource_descriptions() {
            let id = resource.identifier().unwrap_or_default();
            // A list may show less than a read, and a read may come after the end of a deletion.
            let Ok(read) = aws.cloudcontrol().get_resource().type_name(type_name).identifier(id).send().await else {
                continue;
            };
            let model = read.resource_description.and_then(|description| description.properties).unwrap_or_default();
            let model: serde_json::Value = serde_json::from_str(&model).unwrap();
            let own = model["Tags"].as_array().into_iter().flatten();
            let own: Vec<_> = own.filter(|tag| tag["Key"] == "variant").map(|tag| tag["Value"].to_string()).collect();
            let values: Vec<_> = properties.iter().map(|property| model[*property].to_string()).collect();
            seen.add(words, format!("{} with {own:?}", values.join(" ")));
            if let Some(guardrail) = model["GuardrailId"].as_str() {
                see_versions(aws, guardrail, seen).await;
            }
        }
    }
}

/// Versions have no list. Their numbers go up with each one that there ever was, so only how many there are counts.
async fn see_versions(aws: &Aws, guardrail: &str, seen: &mut Observed) {
    let mut count = 0;
    for number in 1..10 {
        let read = aws.cloudcontrol().get_resource().type_name("AWS::Bedrock::GuardrailVersion");
        count += usize::from(read.identifier(format!("{guardrail}|{number}")).send().await.is_ok());
    }
    seen.add("versions of a guardrail", count.to_string());
}
