//! A deployment that AWS rolls back: the command fails, and the configuration that the endpoint still uses stays.

use crate::outside::Server;
use crate::project::{Project, text};

#[test]
fn the_configuration_of_a_rolled_back_endpoint_is_not_deleted() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    let endpoint = "adeptai-local-query-enhancer-v1";
    let before = server.describe(endpoint)["EndpointConfigName"].as_str().unwrap().to_owned();

    project.settle(
        "[stacks.adeptai]\nllm_enabled = false\n[stacks.adeptai.endpoints.query_enhancer]\nimage = \"763104351884.dkr.ecr.eu-west-1.amazonaws.com/fail:1\"\n",
    );
    let output = project.command("apply adeptai --yes").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("did not keep it"), "{}", text(&output.stderr));
    let now = server.wait_in_service(endpoint)["EndpointConfigName"].as_str().unwrap().to_owned();
    assert_eq!(now, before, "the deployment was rolled back");
    let configs = server.names("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName");
    assert!(configs.contains(&before), "{before} is gone: {configs:?}");

    let outputs = project.ebb("output adeptai --format dotenv");
    assert!(outputs.contains("SAGEMAKER_LLM_ENABLED=true"), "a run that fails keeps the outputs: {outputs}");

    project.settle("");
    project.ebb("apply adeptai --yes");
    project.assert_no_changes("running");
    assert_eq!(server.names("ListEndpointConfigs", "EndpointConfigs", "EndpointConfigName").len(), 5);
    assert_eq!(server.names("ListModels", "Models", "ModelName").len(), 5);
}
