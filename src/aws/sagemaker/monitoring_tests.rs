//! Tests of definitions of monitoring jobs.

use super::{
    DataFormat, DataQualityJobDefinition, ModelQualityJobDefinition, ModelVpc, MonitoringCluster, MonitoringImage,
    MonitoringInput, MonitoringNetwork, MonitoringOutput,
};
use crate::resource::{Billing, Problems, Resource, Tags};

const ROLE: &str = "arn:aws:iam::123456789012:role/monitoring";

fn definition() -> DataQualityJobDefinition {
    let input = MonitoringInput::of_endpoint("llm");
    let cluster = MonitoringCluster::one("ml.m5.xlarge", 73);
    DataQualityJobDefinition::new(
        ROLE,
        MonitoringImage::new("img:1"),
        input,
        MonitoringOutput::to("s3://out/d"),
        cluster,
    )
}

fn problems_of<R: Resource>(resource: &R) -> String {
    let mut problems = Problems::new();
    resource.validate(&mut problems);
    problems.fields().join(" ")
}

#[test]
fn invalid_definitions_are_refused() {
    assert_eq!(problems_of(&definition()), "");
    let vpc = Some(ModelVpc { subnets: Vec::new(), security_groups: Vec::new() });
    let wrong = DataQualityJobDefinition {
        name: Some("a_b".into()),
        baseline_job: Some("-".into()),
        image: MonitoringImage {
            entrypoint: vec![String::new(); 101],
            arguments: vec!["a".repeat(257)],
            preprocessor: Some("script.py".into()),
            postprocessor: Some("script.py".into()),
            environment: [("1A".to_owned(), "b".into())].into(),
            ..MonitoringImage::new("")
        },
        constraints: Some("here".into()),
        statistics: Some("here".into()),
        input: MonitoringInput {
            local_path: "input".into(),
            start_offset: Some("1H".into()),
            end_offset: Some("-PT100000000000H".into()),
            excluded: Some("a".repeat(101)),
            probability_threshold: Some(f64::NAN),
            ..MonitoringInput::of_batch_transform("here", DataFormat::Parquet)
        },
        output: MonitoringOutput { local_path: "out".into(), ..MonitoringOutput::to("here") },
        cluster: MonitoringCluster { instance_type: "m5.large".into(), count: 0, volume_gb: 0, volume_kms_key: None },
        network: Some(MonitoringNetwork { encrypted: true, isolated: true, vpc }),
        max_runtime_seconds: Some(0),
        tags: Tags::from([("ebb:stack".into(), "mine".into())]),
        ..definition()
    };
    let expected = "name baseline_job image.image image.entrypoint image.arguments image.preprocessor image.postprocessor \
                    image.environment constraints statistics input.source input.local_path input.start_offset \
                    input.end_offset input.excluded input.probability_threshold output.uri output.local_path \
                    cluster.instance_type cluster.count cluster.volume_gb network.vpc.subnets network.vpc.security_groups \
                    max_runtime_seconds tags";
    assert_eq!(problems_of(&wrong), expected);
    let DataQualityJobDefinition { image, input, output, cluster, .. } = definition();
    let quality = ModelQualityJobDefinition::new(ROLE, image, input, "labels", output, cluster);
    assert_eq!(problems_of(&quality), "labels");
}

#[test]
fn runs_are_charged_by_their_hours() {
    let mut definition = definition();
    definition.cluster.count = 2;
    let Billing::Charges(charges) = definition.billing() else { panic!("free") };
    assert_eq!(charges[0].item, "sagemaker.processing.ml.m5.xlarge");
    assert_eq!((charges[0].quantity, charges[1].quantity), (2.0, 0.2));
    assert!(charges.iter().all(|charge| charge.is_by_use()));
}

#[test]
fn equal_definitions_with_the_same_name_conflict() {
    let named = DataQualityJobDefinition { name: Some("drift".into()), ..definition() };
    assert_eq!(DataQualityJobDefinition::conflicts(&[definition(), definition()]), []);
    assert_eq!(DataQualityJobDefinition::conflicts(&[named.clone(), named])[0].index, 1);
}
