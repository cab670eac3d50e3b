//! rest-json: the operation in the method and the path of a request, its members in path, query and body.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// The operations of Amazon Bedrock with their methods and paths (`requestUri` of botocore 1.44.5).
const BEDROCK: &[(&str, &str, &str)] = &[
    ("POST", "/model-customization-jobs", "CreateModelCustomizationJob"),
    ("GET", "/model-customization-jobs", "ListModelCustomizationJobs"),
    ("GET", "/model-customization-jobs/{jobIdentifier}", "GetModelCustomizationJob"),
    ("POST", "/model-customization-jobs/{jobIdentifier}/stop", "StopModelCustomizationJob"),
    ("GET", "/foundation-models/{modelIdentifier}", "GetFoundationModel"),
    ("POST", "/custom-models/create-custom-model", "CreateCustomModel"),
    ("GET", "/custom-models", "ListCustomModels"),
    ("GET", "/custom-models/{modelIdentifier}", "GetCustomModel"),
    ("DELETE", "/custom-models/{modelIdentifier}", "DeleteCustomModel"),
    ("POST", "/model-customization/custom-model-deployments", "CreateCustomModelDeployment"),
    ("GET", "/model-customization/custom-model-deployments", "ListCustomModelDeployments"),
    (
        "GET",
        "/model-customization/custom-model-deployments/{customModelDeploymentIdentifier}",
        "GetCustomModelDeployment",
    ),
    (
        "PATCH",
        "/model-customization/custom-model-deployments/{customModelDeploymentIdentifier}",
        "UpdateCustomModelDeployment",
    ),
    (
        "DELETE",
        "/model-customization/custom-model-deployments/{customModelDeploymentIdentifier}",
        "DeleteCustomModelDeployment",
    ),
    ("POST", "/provisioned-model-throughput", "CreateProvisionedModelThroughput"),
    ("GET", "/provisioned-model-throughput/{provisionedModelId}", "GetProvisionedModelThroughput"),
    ("PATCH", "/provisioned-model-throughput/{provisionedModelId}", "UpdateProvisionedModelThroughput"),
    ("DELETE", "/provisioned-model-throughput/{provisionedModelId}", "DeleteProvisionedModelThroughput"),
    ("GET", "/provisioned-model-throughputs", "ListProvisionedModelThroughputs"),
    ("PUT", "/logging/modelinvocations", "PutModelInvocationLoggingConfiguration"),
    ("GET", "/logging/modelinvocations", "GetModelInvocationLoggingConfiguration"),
    ("DELETE", "/logging/modelinvocations", "DeleteModelInvocationLoggingConfiguration"),
    ("POST", "/tagResource", "TagResource"),
    ("POST", "/untagResource", "UntagResource"),
    ("POST", "/listTagsForResource", "ListTagsForResource"),
];

/// The operations of the runtime of SageMaker (`requestUri` of botocore 1.44.5). Their bodies belong to the model.
const SAGEMAKER_RUNTIME: &[(&str, &str, &str)] = &[
    ("POST", "/endpoints/{EndpointName}/invocations", "InvokeEndpoint"),
    ("POST", "/endpoints/{EndpointName}/invocations-response-stream", "InvokeEndpointWithResponseStream"),
    ("POST", "/endpoints/{EndpointName}/async-invocations", "InvokeEndpointAsync"),
];

/// Returns the operation that a method and a path name, and the members in the path and the query; `None` for a service of another
/// protocol, and for a path that none of its operations has.
pub fn called(service: &str, method: &str, path_and_query: &str) -> Option<(&'static str, Map<String, Value>)> {
    let operations = match service {
        "bedrock" => BEDROCK,
        "sagemaker" => SAGEMAKER_RUNTIME,
        _ => return None,
    };
    let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
    let (operation, mut members) = operations.iter().find_map(|(of, template, operation)| {
        let members = (*of == method).then(|| fitting(template, path)).flatten()?;
        Some((*operation, members))
    })?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // The one member of the queries that is a number.
        let value = match (name, decoded(value)) {
            ("maxResults", text) => text.parse::<i64>().map_or(Value::String(text), Value::from),
            (_, text) => Value::String(text),
        };
        members.insert(decoded(name), value);
    }
    Some((operation, members))
}

/// Returns the members in a path of a template; `None` if it is no such path.
fn fitting(template: &str, path: &str) -> Option<Map<String, Value>> {
    let (parts, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if parts.len() != given.len() {
        return None;
    }
    let mut members = Map::new();
    for (part, given) in parts.into_iter().zip(given) {
        match part.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => drop(members.insert(name.to_owned(), decoded(given).into())),
            None if part == given => {}
            None => return None,
        }
    }
    Some(members)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_are_known_by_method_and_path() {
        let named = |method: &str, path: &str| called("bedrock", method, path);
        let arn = "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Acustom-model%2Famazon.nova%3A0%2Fabc";
        let (operation, members) = named("DELETE", &format!("/custom-models/{arn}")).unwrap();
        assert_eq!(operation, "DeleteCustomModel");
        assert_eq!(members["modelIdentifier"], "arn:aws:bedrock:us-east-1:1:custom-model/amazon.nova:0/abc");
        assert_eq!(named("POST", "/model-customization-jobs/j/stop").unwrap().0, "StopModelCustomizationJob");
        let (operation, members) = named("GET", "/custom-models?maxResults=2&nameContains=a%20b").unwrap();
        assert_eq!(
            (operation, Value::Object(members)),
            ("ListCustomModels", json!({"maxResults": 2, "nameContains": "a b"}))
        );
        assert!(named("PUT", "/custom-models").is_none() && called("sagemaker", "GET", "/custom-models").is_none());
    }
}
