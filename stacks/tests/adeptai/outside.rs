//! An independent client of a few lines, which speaks HTTP to `ebb cloud --listen`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::project::Project;

pub struct Server {
    process: Child,
    address: String,
}

impl Server {
    pub fn start(project: &Project) -> Self {
        let mut process =
            project.command("cloud --listen 127.0.0.1:0").stdout(Stdio::piped()).spawn().expect("ebb cloud starts");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
        Self { process, address }
    }

    /// Makes one call in awsJson, signed for a service and region. The signature itself is not checked.
    pub fn call(&self, service: &str, operation: &str, body: &Value) -> Value {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {operation}\r\n");
        let response = self.send(service, &headers, &body.to_string());
        serde_json::from_str(&response).unwrap_or_else(|error| panic!("{error}: {response}"))
    }

    /// Makes one call in the query protocol and returns its XML.
    pub fn query(&self, service: &str, body: &str) -> String {
        self.send(service, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    fn send(&self, service: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\
             Authorization: AWS4-HMAC-SHA256 Credential=somebody/20260101/eu-west-1/{service}/aws4_request, \
             SignedHeaders=host, Signature=0\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, answer) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{service}: {body}: {response}");
        answer.to_owned()
    }

    /// Uploads an object, `s3://BUCKET/KEY`.
    pub fn upload(&self, uri: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "PUT /{} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 2\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=somebody/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n{{}}",
            uri.strip_prefix("s3://").unwrap(),
            self.address,
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 200"), "{uri}: {response}");
    }

    pub fn names(&self, operation: &str, list: &str, name: &str) -> Vec<String> {
        let response = self.call("sagemaker", &format!("SageMaker.{operation}"), &json!({"MaxResults": 100}));
        response[list].as_array().unwrap().iter().map(|one| one[name].as_str().unwrap().to_owned()).collect()
    }

    pub fn endpoints(&self) -> Vec<String> {
        let mut names = self.names("ListEndpoints", "Endpoints", "EndpointName");
        names.sort();
        names
    }

    pub fn describe(&self, endpoint: &str) -> Value {
        self.call("sagemaker", "SageMaker.DescribeEndpoint", &json!({"EndpointName": endpoint}))
    }

    pub fn wait_in_service(&self, endpoint: &str) -> Value {
        for _ in 0..200 {
            let described = self.describe(endpoint);
            if described["EndpointStatus"] == "InService" {
                return described;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("{endpoint} never came into service")
    }

    pub fn instances(&self, endpoint: &str) -> Value {
        self.wait_in_service(endpoint)["ProductionVariants"][0]["DesiredInstanceCount"].clone()
    }

    /// Scales an endpoint by hand, and schedules an action for it by hand.
    pub fn scale_by_hand(&self, endpoint: &str, instances: u32) {
        let variant = self.describe(endpoint)["ProductionVariants"][0]["VariantName"].as_str().unwrap().to_owned();
        self.call(
            "sagemaker",
            "SageMaker.UpdateEndpointWeightsAndCapacities",
            &json!({
                "EndpointName": endpoint,
                "DesiredWeightsAndCapacities": [{"VariantName": variant, "DesiredInstanceCount": instances}],
            }),
        );
        self.wait_in_service(endpoint);
        self.call(
            "application-autoscaling",
            "AnyScaleFrontendService.PutScheduledAction",
            &json!({
                "ServiceNamespace": "sagemaker",
                "ResourceId": format!("endpoint/{endpoint}/variant/{variant}"),
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "ScheduledActionName": "by-hand",
                "Schedule": "cron(0 6 * * ? *)",
                "ScalableTargetAction": {"MinCapacity": 2},
            }),
        );
    }

    /// Returns a field of everything that auto scaling has of one sort.
    fn scaling(&self, operation: &str, list: &str, field: &str) -> Vec<String> {
        let operation = format!("AnyScaleFrontendService.{operation}");
        let response = self.call("application-autoscaling", &operation, &json!({"ServiceNamespace": "sagemaker"}));
        response[list].as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
    }

    pub fn scheduled_actions(&self) -> Vec<String> {
        self.scaling("DescribeScheduledActions", "ScheduledActions", "ScheduledActionName")
    }

    pub fn scaled_resources(&self) -> Vec<String> {
        self.scaling("DescribeScalableTargets", "ScalableTargets", "ResourceId")
    }

    pub fn scaling_policies(&self) -> Vec<String> {
        self.scaling("DescribeScalingPolicies", "ScalingPolicies", "PolicyName")
    }

    /// Returns for each alarm of the stack whether its actions are on.
    pub fn alarm_actions(&self) -> Vec<bool> {
        let alarms = self.query("monitoring", "Action=DescribeAlarms&Version=2010-08-01&MaxRecords=100");
        let values = alarms.split("<ActionsEnabled>").skip(1);
        values.map(|rest| rest.starts_with("true")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const ENDPOINTS: [&str; 5] = [
    "adeptai-local-behavioral-analyzer-v1",
    "adeptai-local-explanation-generator-v1",
    "adeptai-local-job-parser-v1",
    "adeptai-local-market-intelligence-v1",
    "adeptai-local-query-enhancer-v1",
];

#[test]
fn another_client_sees_the_resources_of_an_apply_and_those_that_a_pause_kept() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    assert_eq!(server.endpoints(), ENDPOINTS);
    let models = server.names("ListModels", "Models", "ModelName");
    assert_eq!(models.len(), 5, "{models:?}");

    project.ebb("pause adeptai --yes");
    assert!(server.endpoints().is_empty());
    assert_eq!(server.names("ListModels", "Models", "ModelName"), models, "models are kept");
    assert_eq!(server.names("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName").len(), 5);

    project.ebb("resume adeptai --yes");
    assert_eq!(server.endpoints(), ENDPOINTS);
    project.ebb("destroy adeptai --yes");
    assert!(server.endpoints().is_empty());
    assert!(server.names("ListModels", "Models", "ModelName").is_empty());
}
