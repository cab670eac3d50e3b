//! AdeptAI: language models behind SageMaker endpoints, in private subnets, watched and budgeted.

mod caller;
mod checkpoint;
#[cfg(test)]
mod costs_tests;
mod endpoint;
mod network;
mod settings;
mod storage;

use std::collections::BTreeSet;

use ebbtide::components::monitoring::{Alerts, Costs, WatchedEndpoint, declare_dashboard};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use self::checkpoint::{LLAMA_8B, LLAMA_70B, LONG, MEDIUM, SHORT};
use self::endpoint::{Row, StateLocation};
pub use self::settings::Settings;

/// The endpoints: name, instance type, checkpoint, traffic, alarm on the latency of one call in twenty (ms), and the
/// variable that tells the back end its name. Those without a variable are off unless an environment switches them on.
///
/// Latency is that of the whole response: an 8B model on one A10G writes about 30 tokens a second.
#[rustfmt::skip]
const ENDPOINTS: [Row; 9] = [
    Row::on("query-enhancer",        "ml.g5.xlarge",   LLAMA_8B,  SHORT,  10_000.0, "SAGEMAKER_QUERY_ENHANCER_ENDPOINT"),
    Row::on("behavioral-analyzer",   "ml.g5.12xlarge", LLAMA_70B, LONG,   60_000.0, "SAGEMAKER_BEHAVIORAL_ENDPOINT"),
    Row::on("market-intelligence",   "ml.g5.2xlarge",  LLAMA_8B,  MEDIUM, 45_000.0, "SAGEMAKER_MARKET_INTEL_ENDPOINT"),
    Row::on("job-parser",            "ml.g5.xlarge",   LLAMA_8B,  MEDIUM, 30_000.0, "SAGEMAKER_JOB_PARSER_ENDPOINT"),
    Row::on("explanation-generator", "ml.g5.xlarge",   LLAMA_8B,  MEDIUM, 30_000.0, "SAGEMAKER_EXPLANATION_ENDPOINT"),
    Row::off("resume-summarizer",    "ml.g5.xlarge",   LLAMA_8B,  MEDIUM, 30_000.0),
    Row::off("resume-highlighter",   "ml.g5.xlarge",   LLAMA_8B,  MEDIUM, 30_000.0),
    Row::off("question-generator",   "ml.g5.xlarge",   LLAMA_8B,  SHORT,  20_000.0),
    Row::off("candidate-matcher",    "ml.g5.xlarge",   LLAMA_8B,  MEDIUM, 30_000.0),
];

/// Declares the stack.
pub fn declare(stack: &mut Stack, settings: &Settings) {
    check_key(stack, settings);
    let storage = storage::declare(stack, settings);
    let network = network::declare(stack, settings, &storage);
    let group = network::declare_group(stack, settings, &network);
    let emails: BTreeSet<_> = settings.emails.iter().cloned().collect();
    let kms_key = settings.kms_key.as_deref().map(Input::from);
    let alerts = Alerts { emails, kms_key, ..Alerts::default() }.declare(stack, "alerts");

    let place = StateLocation::new(stack, settings, network, group, &storage, &alerts);
    let mut endpoints: Vec<_> = ENDPOINTS.iter().filter_map(|row| row.declare(stack, settings, &place)).collect();
    endpoints.extend(endpoint::declare_bulk(&ENDPOINTS[2], stack, settings, &place));

    let watched: Vec<_> = endpoints.iter().map(WatchedEndpoint::from).collect();
    declare_dashboard(stack, "endpoints", "AdeptAI", &watched);
    Costs::from(settings).declare(stack, "costs", &alerts);
    caller::declare_caller(stack, settings, &endpoints);

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

/// Refuses a key that is not named by an ARN of the region: log groups take nothing else.
fn check_key(stack: &mut Stack, settings: &Settings) {
    let Some(key) = &settings.kms_key else { return };
    let beginning = format!("arn:{}:kms:{}:", stack.scope().partition(), stack.scope().region);
    if !key.strip_prefix(&beginning).is_some_and(|rest| rest.contains(":key/")) {
        let message = format!("`{key}` is not the ARN of a key in the region: write {beginning}ACCOUNT:key/ID");
        stack.problem("adeptai", Some("kms_key".to_owned()), message);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use ebbtide::resource::Scope;
    use ebbtide::stack::{Declarations, Problem};
    use serde_json::Value;

    use super::*;

    fn finished(settings: &str, region: &str) -> Result<Declarations, Vec<Problem>> {
        let scope = Scope {
            environment: "test".into(),
            stack: "adeptai".into(),
            region: region.into(),
            account: "123456789012".into(),
        };
        let settings: Settings = serde_json::from_str(settings).unwrap();
        let mut stack = Stack::new(scope, BTreeMap::new());
        declare(&mut stack, &settings);
        stack.finish()
    }

    fn declared(settings: &str) -> Declarations {
        finished(settings, "eu-west-1").unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn refused(settings: &str) -> String {
        let problems = finished(settings, "eu-west-1").unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn inputs(declarations: &Declarations, address: &str) -> Value {
        declarations.resources[&address.parse().unwrap()].inputs.clone()
    }

    fn environment(declarations: &Declarations, name: &str) -> Value {
        inputs(declarations, &format!("sagemaker_model.{name}"))["containers"][0]["environment"].clone()
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
                "isolated": true,
                "emails": ["ops@example.com"],
                "nat": "one",
                "scheduled_capacity": {"evening": {"schedule": "cron(0 18 ? * * *)", "zone": "UTC", "min": 1, "max": 1}},
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
        assert_eq!(model.inputs["network_isolation"], true);
        assert_eq!(declarations.outputs.len(), 7, "what does not exist has no variable");
    }

    #[test]
    fn the_settings_of_the_servers_follow_from_model_and_instance() {
        let all = ENDPOINTS.iter().map(|row| format!("\"{}\": {{\"enabled\": true}}", row.name().replace('-', "_")));
        let all = all.collect::<Vec<_>>().join(", ");
        let declarations = declared(&format!("{{\"endpoints\": {{{all}}}}}"));
        for row in &ENDPOINTS {
            let variables = environment(&declarations, row.name());
            assert_ne!(variables["OPTION_MAX_MODEL_LEN"], "131072", "{}", row.name());
            assert!(variables["OPTION_MAX_ROLLING_BATCH_SIZE"].is_string(), "{}: {variables}", row.name());
        }
        let large = environment(&declarations, "behavioral-analyzer");
        assert_eq!(
            (&large["OPTION_TENSOR_PARALLEL_DEGREE"], &large["OPTION_MAX_MODEL_LEN"]),
            (&"4".into(), &"16384".into())
        );
    }

    #[test]
    fn a_model_that_does_not_fit_is_refused_with_what_would() {
        let text = refused(r#"{"endpoints": {"behavioral_analyzer": {"instance_type": "ml.g5.2xlarge"}}}"#);
        assert!(text.contains("does not fit on ml.g5.2xlarge") && text.contains("ml.g5.12xlarge"), "{text}");
        let text = refused(r#"{"endpoints": {"job_parser": {"context": 131072}}}"#);
        assert!(text.contains("a context of 8192"), "{text}");
        let text = refused(r#"{"endpoints": {"job_parser": {"base_model": "llama-3.1-70b", "weights": "awq"}}}"#);
        assert!(text.contains("llama-3.1-70b with 4-bit (AWQ) weights"), "{text}");
        let text = refused(r#"{"endpoints": {"job_parser": {"base_model": "gpt-5"}}}"#);
        assert!(text.contains("`gpt-5` is not a known model") && text.contains("llama-3.1-8b"), "{text}");
        let text = refused(r#"{"endpoints": {"job_parser": {"environment": {"OPTION_MAX_MODEL_LEN": "1"}}}}"#);
        assert!(text.contains("set `context`"), "{text}");
    }

    #[test]
    fn models_and_accelerators_that_are_not_known_are_not_checked() {
        let declarations = declared(
            r#"{"endpoints": {
                "job_parser": {"base_model": "other", "environment": {"OPTION_MAX_MODEL_LEN": "512"}},
                "query_enhancer": {"instance_type": "ml.inf2.xlarge"}
            }}"#,
        );
        assert_eq!(environment(&declarations, "job-parser")["OPTION_MAX_MODEL_LEN"], "512");
        assert_eq!(environment(&declarations, "query-enhancer")["OPTION_TENSOR_PARALLEL_DEGREE"], "max");
    }

    #[test]
    fn names_contain_the_environment_unless_a_prefix_is_given() {
        let name = |settings| inputs(&declared(settings), "sagemaker_endpoint.job-parser")["name"].clone();
        assert_eq!(name("{}"), "adeptai-test-job-parser-v1");
        assert_eq!(name(r#"{"name_prefix": "adeptai"}"#), "adeptai-job-parser-v1");
    }

    #[test]
    fn a_key_of_the_customer_encrypts_all_that_can_have_one() {
        let key = "arn:aws:kms:eu-west-1:123456789012:key/1234";
        let declarations = declared(&format!(
            r#"{{
                "kms_key": "{key}",
                "market_intelligence_bulk": true,
                "endpoints": {{"query_enhancer": {{"instance_type": "ml.inf2.xlarge"}}}}
            }}"#
        ));
        for bucket in ["models", "training-data", "bulk"] {
            assert_eq!(inputs(&declarations, &format!("s3_bucket.{bucket}"))["encryption"]["kms"]["key"], key);
        }
        assert_eq!(inputs(&declarations, "logs_group.job-parser")["kms_key"], key);
        assert_eq!(inputs(&declarations, "sns_topic.alerts")["kms_key"], key);
        let config = |name: &str| inputs(&declarations, &format!("sagemaker_endpoint_config.{name}"));
        assert_eq!(config("market-intelligence-bulk")["async_inference"]["kms_key"], key);
        assert_eq!(config("query-enhancer")["kms_key"], key);
        assert_eq!(config("job-parser")["kms_key"], Value::Null, "ml.g5 has local disks");
        let role = |name: &str| inputs(&declarations, &format!("iam_role.{name}"))["inline_policies"].to_string();
        for name in ["job-parser", "query-enhancer", "back-end"] {
            assert!(role(name).contains("kms:GenerateDataKey") && role(name).contains(key), "{name}: {}", role(name));
        }
        assert!(role("query-enhancer").contains("kms:CreateGrant") && !role("job-parser").contains("kms:CreateGrant"));
        assert!(refused(r#"{"kms_key": "alias/adeptai"}"#).contains("arn:aws:kms:eu-west-1:ACCOUNT:key/ID"));
    }

    #[test]
    fn images_come_from_the_registry_of_the_region() {
        let declarations = finished("{}", "eu-south-1").unwrap();
        let image = inputs(&declarations, "sagemaker_model.job-parser")["containers"][0]["image"].to_string();
        assert!(image.contains("692866216735.dkr.ecr.eu-south-1.amazonaws.com/"), "{image}");
        let problems = finished("{}", "mx-central-1").unwrap_err();
        assert!(problems.iter().any(|problem| problem.field.as_deref() == Some("image")), "{problems:?}");
        assert!(finished(r#"{"image": "1.dkr.ecr.mx-central-1.amazonaws.com/vllm:1"}"#, "mx-central-1").is_ok());
    }

    #[test]
    fn models_may_be_kept_elsewhere() {
        let declarations = declared(r#"{"models": "s3://shared/adeptai/"}"#);
        let model = inputs(&declarations, "sagemaker_model.job-parser")["containers"][0]["model"]["uri"].clone();
        assert_eq!(model, "s3://shared/adeptai/job-parser/llama-3.1-8b-instruct/");
        assert!(refused(r#"{"models": "shared"}"#).contains("s3://"));
    }

    #[test]
    fn bulk_requests_are_uploaded_by_the_back_end_and_read_by_the_endpoint() {
        let declarations = declared(r#"{"market_intelligence_bulk": true}"#);
        let role = |name: &str, policy: &str| inputs(&declarations, name)["inline_policies"][policy].to_string();
        let caller = role("iam_role.back-end", "exchange-bulk");
        for part in ["s3:PutObject", "/market-intelligence-bulk/requests/*", "s3:GetObject", "/responses/*"] {
            assert!(caller.contains(part), "{part}: {caller}");
        }
        let endpoint = role("iam_role.market-intelligence-bulk", "serve");
        assert!(endpoint.contains("market-intelligence-bulk/requests/"), "{endpoint}");
        let trust = inputs(&declarations, "iam_role.back-end")["trust"].to_string();
        assert!(trust.contains("aws:SourceAccount"), "{trust}");
    }
}
