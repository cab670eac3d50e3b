//! A roll-out of a second model, from its declaration by settings to its end: the new model is the only one, and no call was lost.

use serde_json::{Value, json};

use crate::outside::Server;
use crate::project::{Project, text};

const ENDPOINT: &str = "adeptai-local-query-enhancer-v1";
const NEW_MODEL: &str = "s3://uploaded/behavioral-analyzer/llama-3.1-70b-instruct-awq/";
const SUCCESSOR: &str = "[stacks.adeptai.endpoints.query_enhancer.successor]\nbase_model = \"other\"\ninstance_type = \"ml.g5.12xlarge\"\n\
     model = \"s3://uploaded/behavioral-analyzer/llama-3.1-70b-instruct-awq/\"\n";
const ROLLOUT: &str = "[stacks.adeptai.rollout]\nof = \"sagemaker_endpoint.query-enhancer\"\nto = \"new\"\n\
     steps = [{ percent = 10, after = \"0d\" }, { percent = 25, after = \"0d\" }, { percent = 50, after = \"0d\" }, { percent = 100, after = \"0d\" }]\n\
     gates = [\"query-enhancer-new-errors\", \"query-enhancer-new-slow\"]\n\
     rollback = [{ alarm = \"query-enhancer-new-down\", for = \"1h\" }]\napprove = [100]\n";
const FINISHED: &str = "[stacks.adeptai.endpoints.query_enhancer]\nbase_model = \"other\"\ninstance_type = \"ml.g5.12xlarge\"\n\
     model = \"s3://uploaded/behavioral-analyzer/llama-3.1-70b-instruct-awq/\"\n";

/// Returns the weight and the number of instances of each variant.
fn variants(server: &Server) -> Vec<(String, f64, i64)> {
    let described = server.wait_in_service(ENDPOINT);
    let of = |variant: &Value| {
        let name = variant["VariantName"].as_str().unwrap().to_owned();
        (name, variant["DesiredWeight"].as_f64().unwrap(), variant["DesiredInstanceCount"].as_i64().unwrap())
    };
    described["ProductionVariants"].as_array().unwrap().iter().map(of).collect()
}

/// Returns the percentage of the new variant.
fn percent(server: &Server) -> f64 {
    let variants = variants(server);
    let weight = |name: &str| variants.iter().find(|one| one.0 == name).map_or(0.0, |one| one.1);
    weight("new") / (weight("new") + weight("AllTraffic")) * 100.0
}

#[test]
fn a_second_model_takes_over_step_by_step_and_becomes_the_only_one() {
    let project = Project::new();
    project.settle(ROLLOUT);
    project.ebb("apply adeptai --yes --quiet");
    // The endpoint has one side, and so have all others.
    let refused = text(&project.command("rollout start adeptai").output().unwrap().stderr);
    assert!(refused.contains("sagemaker_endpoint.query-enhancer has one side"), "{refused}");
    let refused = text(&project.command("validate adeptai").output().unwrap().stderr);
    assert!(refused.contains("has one side") && refused.contains("local.toml:"), "{refused}");
    assert!(refused.contains("there is no alarm `query-enhancer-new-errors`"), "{refused}");

    let settings = format!("{SUCCESSOR}{ROLLOUT}");
    project.settle(&settings);
    project.ebb("validate adeptai");
    project.ebb("apply adeptai --yes --quiet");
    project.assert_no_changes("running");
    let server = Server::start(&project);
    assert_eq!(variants(&server), [("AllTraffic".to_owned(), 1.0, 1), ("new".to_owned(), 0.0, 1)]);
    project.ebb("rollout start adeptai");
    let alarm = |name: &str| {
        let state: Value = serde_json::from_str(&project.recorded()).unwrap();
        let id = state["resources"][format!("cloudwatch_alarm.{name}")]["id"].as_str().unwrap().to_owned();
        server.query(
            "monitoring",
            &format!("Action=SetAlarmState&Version=2010-08-01&AlarmName={id}&StateValue=OK&StateReason=test"),
        );
    };
    for gate in ["query-enhancer-new-errors", "query-enhancer-new-slow"] {
        alarm(gate);
    }
    for expected in [10.0, 25.0, 50.0] {
        project.ebb("tick --quiet");
        assert!((percent(&server) - expected).abs() < 0.5, "{} instead of {expected}", percent(&server));
        // Neither side can be taken away meanwhile, and an apply leaves the share.
        project.settle(ROLLOUT);
        let refused = project.command("apply adeptai --yes").output().unwrap();
        assert!(text(&refused.stderr).contains("a roll-out needs it"), "{}", text(&refused.stderr));
        project.settle(&settings);
        project.assert_no_changes("running");
    }
    project.ebb("rollout approve adeptai");
    project.ebb("tick --quiet");
    assert!((percent(&server) - 100.0).abs() < 0.5);
    project.ebb("tick --quiet");
    assert_eq!(project.json("rollout status adeptai")["rollout"]["phase"], "done");

    // Meanwhile, load has made the new side larger than the old one.
    server.call(
        "sagemaker",
        "SageMaker.UpdateEndpointWeightsAndCapacities",
        &json!({"EndpointName": ENDPOINT, "DesiredWeightsAndCapacities": [{"VariantName": "new", "DesiredInstanceCount": 3}]}),
    );
    server.wait_in_service(ENDPOINT);
    project.settle(&format!("{FINISHED}{ROLLOUT}"));
    project.ebb("apply adeptai --yes --quiet");
    let left = variants(&server);
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!((left[0].0.as_str(), left[0].2), ("AllTraffic", 3), "{left:?}");
    assert!(left[0].1 > 0.0, "the only variant gets no traffic: {left:?}");
    let config = server.describe(ENDPOINT)["EndpointConfigName"].as_str().unwrap().to_owned();
    let config = server.call("sagemaker", "SageMaker.DescribeEndpointConfig", &json!({"EndpointConfigName": config}));
    let model = config["ProductionVariants"][0]["ModelName"].clone();
    let model = server.call("sagemaker", "SageMaker.DescribeModel", &json!({"ModelName": model}));
    assert!(model.to_string().contains(NEW_MODEL), "{model}");
    assert_eq!(server.names("ListModels", "Models", "ModelName").len(), 5, "the old model is gone");
    project.assert_no_changes("running");
    // The roll-out is closed, and a pause brings everything back as it was.
    project.ebb("tick --quiet");
    project.ebb("pause adeptai --yes --quiet");
    project.ebb("resume adeptai --yes --quiet");
    assert!(variants(&server)[0].1 > 0.0);
}

#[test]
fn a_roll_out_that_ends_while_the_stack_sleeps_leaves_no_variant_without_traffic() {
    let project = Project::new();
    project.settle(SUCCESSOR);
    project.ebb("apply adeptai --yes --quiet");
    let server = Server::start(&project);
    server.call(
        "sagemaker",
        "SageMaker.UpdateEndpointWeightsAndCapacities",
        &json!({"EndpointName": ENDPOINT, "DesiredWeightsAndCapacities": [
            {"VariantName": "AllTraffic", "DesiredWeight": 0}, {"VariantName": "new", "DesiredWeight": 100},
        ]}),
    );
    server.wait_in_service(ENDPOINT);
    project.ebb("pause adeptai --yes --quiet");
    project.settle(FINISHED);
    project.ebb("apply adeptai --yes --quiet");
    let left = variants(&server);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].1 > 0.0, "the only variant gets no traffic: {left:?}");
}
