//! Requests to the endpoints of the embedded cloud, for tests and demonstrations.

use http::{HeaderMap, HeaderValue};
use serde_json::json;
use winterbaume_core::MockRequest;

use crate::cloud::Cloud;

impl Cloud {
    /// Invokes a real-time endpoint once. Not seen by the fault injector.
    pub async fn invoke(&self, region: &str, endpoint: &str) -> Result<(), String> {
        self.post(region, &format!("{endpoint}/invocations"), HeaderMap::new(), "{}").await
    }

    /// Invokes an inference component once. Not seen by the fault injector.
    pub async fn invoke_component(&self, region: &str, endpoint: &str, component: &str) -> Result<(), String> {
        let component = HeaderValue::from_str(component).map_err(|error| error.to_string())?;
        let name = http::HeaderName::from_static("x-amzn-sagemaker-inference-component");
        let headers = HeaderMap::from_iter([(name, component)]);
        self.post(region, &format!("{endpoint}/invocations"), headers, "{}").await
    }

    /// Puts one request into the queue of an asynchronous endpoint. Not seen by the fault injector.
    pub async fn enqueue(&self, region: &str, endpoint: &str) -> Result<(), String> {
        let place = HeaderValue::from_static("s3://requests/request.json");
        let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-amzn-sagemaker-inputlocation"), place)]);
        self.post(region, &format!("{endpoint}/async-invocations"), headers, "").await
    }

    /// Pushes an image into a repository of ECR. Not seen by the fault injector.
    pub async fn push_image(&self, region: &str, repository: &str, tag: &str) -> Result<(), String> {
        let body = json!({
            "repositoryName": repository, "imageTag": tag, "imageManifest": format!("{{\"tag\":\"{tag}\"}}"),
        });
        let target = HeaderValue::from_static("AmazonEC2ContainerRegistry_V20150921.PutImage");
        let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-amz-target"), target)]);
        let uri = format!("https://ecr.{region}.amazonaws.com/");
        let request = MockRequest { method: "POST".to_owned(), uri, headers, body: body.to_string().into() };
        let response = self.handle(request).await;
        if response.status < 300 {
            return Ok(());
        }
        Err(format!("{repository}: {} {}", response.status, String::from_utf8_lossy(&response.body)))
    }

    async fn post(&self, region: &str, path: &str, headers: HeaderMap, body: &str) -> Result<(), String> {
        let uri = format!("https://runtime.sagemaker.{region}.amazonaws.com/endpoints/{path}");
        let body = body.to_owned().into();
        let response = self.handle(MockRequest { method: "POST".to_owned(), uri, headers, body }).await;
        if response.status < 300 {
            return Ok(());
        }
        Err(format!("{path}: {} {}", response.status, String::from_utf8_lossy(&response.body)))
    }
}
