//! The cut-over from the classifier to the language model: a roll-out moves the canary of the stage.

use aws_sdk_cloudwatch::types::StateValue;
use serde_json::Value;

use super::project;
use crate::observer;
use crate::project::Project;

const ROLLOUT: &str = "\n[stacks.document_intelligence.rollout]\nof = \"apigateway_stage.live\"\nsteps = [{ percent = 10, after = \"0d\" }, { percent = 100, after = \"0d\" }]\n\
     gates = [\"accuracy\", \"latency-p95\"]\nrollback = [{ alarm = \"accuracy-drop\", for = \"0d\" }]\napprove = [100]\n";

/// Somebody else, who asks the cloud alone.
struct Observer(observer::Observer);

impl Observer {
    fn new(project: &Project) -> Self {
        Self(observer::Observer::new(project, "eu-west-1"))
    }

    fn stage(&self, stage: &str) -> Value {
        let client = aws_sdk_cloudcontrol::Client::new(&self.0.config);
        let get = client.get_resource().type_name("AWS::ApiGateway::Stage").identifier(stage).send();
        let model = self.0.wait(get).unwrap().resource_description.unwrap().properties.unwrap();
        serde_json::from_str(&model).unwrap()
    }

    /// Returns the percentage of the canary, and the workflow that it leads to.
    fn canary(&self, stage: &str) -> (f64, String) {
        let model = self.stage(stage);
        let canary = &model["CanarySetting"];
        let workflow = canary["StageVariableOverrides"]["workflow"].as_str().unwrap_or_default();
        (canary["PercentTraffic"].as_f64().unwrap(), workflow.to_owned())
    }

    fn alarm(&self, name: &str, state: StateValue) {
        let client = aws_sdk_cloudwatch::Client::new(&self.0.config);
        let set = client.set_alarm_state().alarm_name(name).state_value(state).state_reason("a test").send();
        self.0.wait(set).unwrap();
    }
}

#[test]
fn the_language_model_takes_over_step_by_step_and_gives_back_at_once() {
    let project = project(ROLLOUT);
    project.ebb("apply document_intelligence --yes --quiet");
    let stage = project.id("apigateway_stage.live");
    project.ebb("rollout start document_intelligence");
    let percent = |expected: f64| {
        let (percent, workflow) = Observer::new(&project).canary(&stage);
        assert!((percent - expected).abs() < 0.01, "{percent} instead of {expected}");
        assert!(workflow.contains("understand"), "{workflow}");
    };
    // Without data, nothing moves.
    project.ebb("tick --quiet");
    percent(0.0);
    for gate in ["accuracy", "latency-p95"] {
        let alarm = project.id(&format!("cloudwatch_alarm.{gate}"));
        Observer::new(&project).alarm(&alarm, StateValue::Ok);
    }
    project.ebb("tick --quiet");
    percent(10.0);
    project.ebb("tick --quiet");
    percent(10.0);
    let refused = project.refused("pause document_intelligence --yes");
    assert!(refused.contains("a roll-out needs it"), "{refused}");
    project.ebb("rollout approve document_intelligence");
    project.ebb("tick --quiet");
    percent(100.0);
    // An apply leaves the share where it is.
    project.ebb("apply document_intelligence --yes --quiet");
    percent(100.0);

    let alarm = project.id("cloudwatch_alarm.accuracy-drop");
    Observer::new(&project).alarm(&alarm, StateValue::Alarm);
    project.ebb("tick --quiet");
    percent(0.0);
    let status = project.json("rollout status document_intelligence");
    assert_eq!(status["rollout"]["phase"], "rolled_back", "{status}");
}

#[test]
fn a_setting_finishes_a_roll_out_that_is_done() {
    let steps = "\n[stacks.document_intelligence.rollout]\nof = \"apigateway_stage.live\"\ngates = [\"accuracy\"]\n\
         steps = [{ percent = 100, after = \"0d\" }]\n";
    let only = format!("\n[stacks.document_intelligence.api]\nside = \"language\"\n{steps}");
    let project = project(steps);
    project.ebb("apply document_intelligence --yes --quiet");
    let stage = project.id("apigateway_stage.live");
    project.ebb("rollout start document_intelligence");
    // No sooner than it is done.
    project.settle(&only);
    let refused = project.refused("apply document_intelligence --yes");
    assert!(refused.contains("left without a second side"), "{refused}");

    let alarm = project.id("cloudwatch_alarm.accuracy");
    Observer::new(&project).alarm(&alarm, StateValue::Ok);
    project.ebb("tick --quiet");
    project.ebb("tick --quiet");
    let status = project.json("rollout status document_intelligence");
    assert_eq!(status["rollout"]["phase"], "done", "{status}");
    assert!((Observer::new(&project).canary(&stage).0 - 100.0).abs() < 0.01);

    assert_eq!(project.operations("plan document_intelligence"), ["update apigateway_stage.live"]);
    project.ebb("apply document_intelligence --yes --quiet");
    let model = Observer::new(&project).stage(&stage);
    assert!(model["CanarySetting"].is_null(), "{model}");
    assert!(model["Variables"]["workflow"].as_str().unwrap().contains("understand"), "{model}");
    // Its settings have nothing to roll out any more.
    let refused = project.refused("validate document_intelligence");
    assert!(refused.contains("apigateway_stage.live has one side"), "{refused}");
    project.settle("\n[stacks.document_intelligence.api]\nside = \"language\"\n");
    assert_eq!(project.operations("plan document_intelligence"), [""; 0]);
    project.ebb("tick --quiet");
    project.ebb("validate document_intelligence");
    // The way back is the same setting.
    project.settle(steps);
    project.ebb("apply document_intelligence --yes --quiet");
    assert!((Observer::new(&project).canary(&stage).0).abs() < 0.01);
}
