//! Bad input in an environment's file: each mistake is reported with its place and a correction.

use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;

use ebbtide::App;
use ebbtide::program::Exchange;
use ebbtide::stack::{Declarations, Definition, Problem};

use crate::environment::error::{EnvironmentError, Fault};
use crate::environment::loaded::Environment;
use crate::environment::project::Project;

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "read by deserializing")]
struct Settings {
    count: u32,
    endpoints: Option<Vec<Endpoint>>,
}

#[derive(Deserialize, JsonSchema)]
#[allow(dead_code, reason = "read by deserializing")]
struct Endpoint {
    instance_type: String,
}

fn definitions() -> Vec<Definition> {
    vec![Definition::new::<Settings, _>("demo", "a demonstration", |_, _| {})]
}

fn app() -> App {
    definitions().into_iter().fold(App::new(), App::with)
}

fn parse(text: &str) -> Result<Environment, Vec<Fault>> {
    let ask = |exchange: &Exchange| Ok(Some(app().respond(exchange)));
    match Environment::parse("dev", Path::new("/project"), Path::new("dev.toml"), text, &ask) {
        Ok((environment, _)) => Ok(environment),
        Err(EnvironmentError::Invalid(faults)) => Err(faults),
        Err(error) => panic!("{error}"),
    }
}

fn declare(environment: &Environment) -> Result<Declarations, Vec<Problem>> {
    environment.declared("demo", "", app().respond(&environment.exchange("demo", "", &Default::default())))
}

#[test]
fn a_good_file_is_read() {
    let environment = parse(
        "#:schema ./schema.json\n[aws]\nregion = 'eu-west-1'\nembedded = true\n[tags]\nTeam = 'ml'\n\
         [state]\ndirectory = 'kept'\n[stacks.demo]\ncount = 3\n",
    )
    .unwrap();
    assert_eq!(environment.cloud_directory(), Path::new("/project/kept/dev/cloud"));
    assert_eq!(environment.scope("demo", "1").region, "eu-west-1");
    assert!(declare(&environment).unwrap().resources.is_empty());
}

#[test]
fn each_mistake_is_reported_with_its_place_and_a_correction() {
    let aws = "[aws]\nregion = 'eu-west-1'\n";
    let many: String = (0..41).map(|number| format!("t{number} = 'x'\n")).collect();
    let cases: [(String, &str, &str); 17] = [
        ("[aws]\nregoin = 'eu-west-1'\n".into(), "dev.toml:2:1", "did you mean `region`?"),
        ("[aws]\nregion = 'eu-wets-1'\n".into(), "dev.toml:2:10", "did you mean `eu-west-1`?"),
        (format!("{aws}account = '123'\n"), "dev.toml:3:11", "12 digits"),
        (format!("{aws}account = 123456789012\n"), "dev.toml:3:11", "not text in quotation marks"),
        (format!("{aws}embedded = true\nendpoint_url = 'http://a'\n"), "dev.toml:4:16", "exclude each other"),
        (format!("{aws}transition_ms = 5\n"), "dev.toml:3:17", "embedded"),
        (format!("{aws}objects = ['s3://b/k']\n"), "dev.toml:3:11", "embedded"),
        (format!("{aws}embedded = true\nobjects = ['s3://b/']\n"), "dev.toml:4:11", "s3://BUCKET/KEY"),
        (format!("{aws}[stacks.dmeo]\ncount = 1\n"), "dev.toml:3:9", "did you mean `demo`?"),
        (format!("{aws}[stacks.demo]\ncount = 'two'\n"), "dev.toml:4:9", "stacks.demo.count: \"two\" is not"),
        (format!("{aws}[stacks.demo]\ncount = 1\ncuont = 2\n"), "dev.toml:5:1", "did you mean `count`?"),
        (format!("{aws}[[stacks.demo.endpoints]]\ninstance_typ = 'x'\n"), "dev.toml:4:1", "`instance_type`?"),
        (format!("{aws}[state]\nbackend = 's4'\n"), "dev.toml:4:11", "unknown variant `s4`"),
        (format!("{aws}[tags]\n'ebb:stack' = 'x'\n"), "dev.toml:4:1", "reserved"),
        (format!("{aws}[tags]\n'' = 'x'\n"), "dev.toml:4:1", "1 to 128 characters"),
        (format!("{aws}[tags]\nteam = '{}'\n", "x".repeat(300)), "dev.toml:4:1", "at most 256 characters"),
        (format!("{aws}[tags]\n{many}"), "dev.toml:3:", "at most 40"),
    ];
    for (text, place, message) in cases {
        let faults = parse(&text).unwrap_err();
        let reported: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert!(reported.iter().any(|one| one.starts_with(place) && one.contains(message)), "{text}\n{reported:#?}");
    }
}

#[test]
fn missing_settings_are_reported_when_the_stack_is_declared() {
    let environment = parse("[aws]\nregion = 'eu-west-1'\n").unwrap();
    let problems = declare(&environment).unwrap_err();
    let problem = problems[0].to_string();
    assert!(problem.contains("missing field `count`") && problem.contains("[stacks.demo]"), "{problem}");
}

#[test]
fn an_unknown_environment_is_reported_with_the_existing_ones() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("environments")).unwrap();
    for name in ["dev", "prod"] {
        std::fs::write(folder.path().join(format!("environments/{name}.toml")), "").unwrap();
    }
    let project = Project::find(folder.path()).unwrap();
    let error = Environment::load(&project, "prdo", &|_| Ok(None)).unwrap_err().to_string();
    assert_eq!(error, "there is no environment `prdo`; did you mean `prod`? (there are: dev, prod)");
}

#[test]
fn a_setting_of_a_program_with_a_reserved_name_is_refused() {
    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "read by deserializing")]
    struct Settings {
        schedule: Option<String>,
    }
    let app = || App::new().with(Definition::new::<Settings, _>("demo", "a demonstration", |_, _| {}));
    let ask = |exchange: &Exchange| Ok(Some(app().respond(exchange)));
    let text = "[aws]\nregion = 'eu-west-1'\n";
    let parsed = Environment::parse("dev", Path::new("/project"), Path::new("dev.toml"), text, &ask);
    let message = parsed.map(drop).unwrap_err().to_string();
    assert!(message.contains("the program of stack demo has a setting `schedule`, which `ebb` reserves"), "{message}");
}

#[test]
fn the_schedule_of_a_stack_replaces_that_of_the_environment() {
    let text = "[aws]\nregion = 'eu-west-1'\n[schedule]\ntimezone = 'Europe/Berlin'\n\
                [stacks.demo.schedule]\ntimezone = 'Asia/Tokyo'\n";
    let environment = parse(text).unwrap();
    let zone = |stack: &str| environment.schedule(stack).and_then(|schedule| schedule.zone().iana_name());
    assert_eq!((zone("demo"), zone("other")), (Some("Asia/Tokyo"), Some("Europe/Berlin")));
    assert!(environment.exchange("demo", "", &Default::default()).settings.is_empty());
}

#[test]
fn a_capacity_names_endpoints_of_the_stack() {
    let text = "[aws]\nregion = 'eu-west-1'\n[schedule]\ntimezone = 'UTC'\n[[schedule.windows]]\nname = 'day'\n\
                from = '08:00'\nto = '18:00'\n[schedule.windows.capacity]\nquery-enhancer = { min = 1, max = 2 }\n\
                job-praser = { min = 1, max = 2 }\n";
    let environment = parse(text).unwrap();
    let endpoints = ["query-enhancer", "job-parser"].map(str::to_owned).into();
    let message = environment.check_capacities("demo", &endpoints).unwrap_err().to_string();
    let expected = "dev.toml:11:1: schedule.windows.0.capacity.job-praser: demo has no endpoint with auto scaling that is \
                    named `job-praser`; did you mean `job-parser`? (known: job-parser, query-enhancer)";
    assert_eq!(message, expected);
}
