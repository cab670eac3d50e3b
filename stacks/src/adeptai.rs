//! AdeptAI: language models behind SageMaker endpoints, in private subnets, watched and budgeted.

mod endpoint;
mod settings;
mod storage;

use std::collections::BTreeSet;

use ebbtide::components::monitoring::{Alerts, Costs, WatchedEndpoint, declare_dashboard};
use ebbtide::components::{Nat, Network};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use self::endpoint::{Row, StateLocation};
pub use self::settings::Settings;

const LLAMA_8B: &str = "llama-3.1-8b-instruct";
const LLAMA_70B: &str = "llama-3.1-70b-instruct";

/// The endpoints: name, instance type, model, alarm on the latency of one call in twenty (ms), and the variable that
/// tells the back end its name. Those without a variable are off unless an environment switches them on.
#[rustfmt::skip]
const ENDPOINTS: [Row; 9] = [
    Row::on("query-enhancer",        "ml.g5.xlarge",  LLAMA_8B,  500.0, "SAGEMAKER_QUERY_ENHANCER_ENDPOINT"),
    Row::on("behavioral-analyzer",   "ml.g5.2xlarge", LLAMA_70B, 800.0, "SAGEMAKER_BEHAVIORAL_ENDPOINT"),
    Row::on("market-intelligence",   "ml.g5.2xlarge", LLAMA_8B,  500.0, "SAGEMAKER_MARKET_INTEL_ENDPOINT"),
    Row::on("job-parser",            "ml.g5.xlarge",  LLAMA_8B,  500.0, "SAGEMAKER_JOB_PARSER_ENDPOINT"),
    Row::on("explanation-generator", "ml.g5.xlarge",  LLAMA_8B,  500.0, "SAGEMAKER_EXPLANATION_ENDPOINT"),
    Row::off("resume-summarizer",    "ml.g5.xlarge",  LLAMA_8B,  500.0),
    Row::off("resume-highlighter",   "ml.g5.xlarge",  LLAMA_8B,  500.0),
    Row::off("question-generator",   "ml.g5.xlarge",  LLAMA_8B,  500.0),
    Row::off("candidate-matcher",    "ml.g5.xlarge",  LLAMA_8B,  500.0),
];

/// Declares the stack.
pub fn declare(stack: &mut Stack, settings: &Settings) {
    let network = Network {
        zones: settings.zones.clone(),
        nat: settings.nat,
        public: settings.nat != Nat::None,
        interface_endpoints: vec!["sagemaker.runtime".into()],
        ..Network::new(settings.cidr)
    }
    .declare(stack, "main");
    let storage = storage::declare(stack, settings);
    let emails: BTreeSet<_> = settings.emails.iter().cloned().collect();
    let alerts = Alerts { emails, ..Alerts::default() }.declare(stack, "alerts");

    let place = StateLocation::new(stack, network, &storage, &alerts);
    let mut endpoints: Vec<_> = ENDPOINTS.iter().filter_map(|row| row.declare(stack, settings, &place)).collect();
    endpoints.extend(endpoint::declare_bulk(&ENDPOINTS[2], stack, settings, &place));

    let watched: Vec<_> = endpoints.iter().map(WatchedEndpoint::from).collect();
    declare_dashboard(stack, "endpoints", "AdeptAI", &watched);
    Costs::from(settings).declare(stack, "costs", &alerts);
    endpoint::declare_caller(stack, settings, &endpoints);

    stack.output("SAGEMAKER_LLM_ENABLED", &Input::from(settings.llm_enabled.to_string()));
    stack.output("SAGEMAKER_LLM_FALLBACK", &Input::from(settings.llm_fallback.to_string()));
    let region = stack.scope().region.clone();
    stack.output("AWS_REGION", &Input::from(region));
    for endpoint in &endpoints {
        if let Some(variable) = endpoint.variable {
            stack.output(variable, &endpoint.out.endpoint_name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ebbtide::resource::Scope;
    use ebbtide::stack::Declarations;

    use super::*;

    fn declared(settings: &str) -> Declarations {
        let scope = Scope {
            environment: "test".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let settings: Settings = serde_json::from_str(settings).unwrap();
        let mut stack = Stack::new(scope, BTreeMap::new());
        declare(&mut stack, &settings);
        stack.finish().unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn names(declarations: &Declarations, kind: &str) -> Vec<String> {
        let of_kind = declarations.resources.keys().filter(|address| address.kind() == kind);
        of_kind.map(|address| address.name().to_owned()).collect()
    }

    #[test]
    fn without_settings_the_table_is_declared() {
        let declarations = declared("{}");
        let on =
            ["behavioral-analyzer", "explanation-generator", "job-parser", "market-intelligence", "query-enhancer"];
        assert_eq!(names(&declarations, "sagemaker_endpoint"), on);
        assert_eq!(names(&declarations, "s3_bucket"), ["models", "training-data"]);
        assert_eq!(names(&declarations, "budgets_budget"), ["costs", "costs-daily"]);
        assert_eq!(names(&declarations, "ec2_nat_gateway"), Vec::<String>::new());
        assert_eq!(declarations.outputs.len(), 8);
    }

    #[test]
    fn settings_reach_what_they_are_about() {
        let declarations = declared(
            r#"{
                "market_intelligence_bulk": true,
                "emails": ["ops@example.com"],
                "nat": "one",
                "schedule": {"evening": {"schedule": "cron(0 18 ? * * *)", "zone": "UTC", "min": 1, "max": 1}},
                "endpoints": {
                    "candidate_matcher": {"enabled": true, "instance_type": "ml.g5.12xlarge", "model": "s3://m/a.tar.gz"},
                    "job_parser": {"enabled": false}
                }
            }"#,
        );
        let endpoints = names(&declarations, "sagemaker_endpoint");
        assert!(endpoints.contains(&"candidate-matcher".into()) && !endpoints.contains(&"job-parser".into()));
        assert!(endpoints.contains(&"market-intelligence-bulk".into()), "{endpoints:?}");
        assert_eq!(names(&declarations, "sns_subscription"), ["alerts-ops-example-com"]);
        assert_eq!(names(&declarations, "ec2_nat_gateway").len(), 1);
        assert_eq!(names(&declarations, "autoscaling_scheduled_action").len(), 5, "not where calls queue");
        let config = &declarations.resources[&"sagemaker_endpoint_config.candidate-matcher".parse().unwrap()];
        assert!(config.inputs.to_string().contains("ml.g5.12xlarge"));
        let model = &declarations.resources[&"sagemaker_model.candidate-matcher".parse().unwrap()];
        assert!(model.inputs.to_string().contains("s3://m/a.tar.gz"));
        assert_eq!(declarations.outputs.len(), 7, "what does not exist has no variable");
    }
}
