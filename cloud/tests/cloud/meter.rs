//! The meter, in virtual time: what existed for how long, in the units of AWS's bill.

mod cost_explorer;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sagemaker::types::{DesiredWeightAndCapacity, ProductionVariant, ProductionVariantInstanceType};
use ebbtide_cloud::{Cloud, Durations, Metered, Settings};
use jiff::Timestamp;

use crate::sagemaker;
use crate::virtual_time::World;

const HOUR: Duration = Duration::from_secs(3600);
const START: &str = "2027-03-01T00:00:00Z";

/// Returns a cloud with the durations of AWS.
fn world() -> World {
    World::at(START, Settings { durations: Some(Durations::of_aws()), ..Settings::default() })
}

/// Returns the quantities by usage type, from the start until now.
async fn totals(world: &World) -> BTreeMap<String, f64> {
    sums(&read(world).await)
}

async fn read(world: &World) -> Vec<Metered> {
    world.cloud.metered(START.parse().unwrap(), Timestamp::MAX).await.unwrap()
}

fn sums(metered: &[Metered]) -> BTreeMap<String, f64> {
    let mut totals = BTreeMap::new();
    for one in metered {
        *totals.entry(one.usage_type.clone()).or_default() += one.quantity;
    }
    totals
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-3, "{found} instead of {expected}");
}

fn variant(instance: ProductionVariantInstanceType, count: i32) -> ProductionVariant {
    ProductionVariant::builder()
        .variant_name("main")
        .model_name("e")
        .instance_type(instance)
        .initial_instance_count(count)
        .build()
}

fn sagemaker_tag(key: &str, value: &str) -> aws_sdk_sagemaker::types::Tag {
    aws_sdk_sagemaker::types::Tag::builder().key(key).value(value).build()
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_bills_its_instances_as_they_change_until_it_is_gone() {
    let world = world();
    let client = sagemaker::client(&world.sdk("eu-west-1")).await;
    let g5 = ProductionVariantInstanceType::MlG5Xlarge;
    sagemaker::deploy(&client, "e", vec![variant(g5, 1)], vec![sagemaker_tag("stack", "a")]).await;
    // It bills while it comes up: 1 hour of 1 instance.
    tokio::time::sleep(HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 1.0);
    let rescale = async |count| {
        let change = DesiredWeightAndCapacity::builder().variant_name("main").desired_instance_count(count).build();
        let call = client.update_endpoint_weights_and_capacities().endpoint_name("e");
        call.desired_weights_and_capacities(change).send().await.unwrap();
    };
    // 2 hours of 3 instances, from the beginning of the change on.
    rescale(3).await;
    tokio::time::sleep(2 * HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 1.0 + 6.0);
    // Fewer instances bill from the end of the change on, after 5 minutes, whoever looks meanwhile.
    rescale(1).await;
    tokio::time::sleep(HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 7.0 + 3.0 * 5.0 / 60.0 + 55.0 / 60.0);
    // Until the end of the deletion, after 2 minutes, although nobody looks for a week.
    client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    tokio::time::sleep(24 * 7 * HOUR).await;
    let metered = read(&world).await;
    close(sums(&metered)["EU-Host:ml.g5.xlarge"], 7.0 + 15.0 / 60.0 + 55.0 / 60.0 + 2.0 / 60.0);
    let counts: Vec<_> = metered.iter().map(|one| one.count).collect();
    assert_eq!(counts, [1.0, 3.0, 1.0]);
    for pair in metered.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "no gap and nothing twice");
    }
    for one in &metered {
        assert_eq!(one.resource, "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e");
        assert_eq!((one.service, one.unit, one.tags["stack"].as_str()), ("Amazon SageMaker", "Hrs", "a"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_update_bills_both_fleets_and_a_failed_endpoint_nothing() {
    let world = world();
    let client = sagemaker::client(&world.sdk("us-east-1")).await;
    sagemaker::deploy(&client, "e", vec![variant(ProductionVariantInstanceType::MlG5Xlarge, 2)], vec![]).await;
    tokio::time::sleep(HOUR).await;
    let next = client.create_endpoint_config().endpoint_config_name("next");
    let next = next.production_variants(variant(ProductionVariantInstanceType::MlG5Xlarge, 2));
    next.send().await.unwrap();
    client.update_endpoint().endpoint_name("e").endpoint_config_name("next").send().await.unwrap();
    tokio::time::sleep(HOUR).await;
    // 2 instances for 2 hours, and 2 more for the 10 minutes of the update.
    close(totals(&world).await["USE1-Host:ml.g5.xlarge"], 4.0 + 2.0 / 6.0);

    let model = client.create_model().model_name("fail").execution_role_arn(sagemaker::ROLE);
    model.primary_container(sagemaker::container("1.dkr.ecr/fail:1")).send().await.unwrap();
    let volume = variant(ProductionVariantInstanceType::MlM5Xlarge, 1);
    let config = client.create_endpoint_config().endpoint_config_name("fail");
    let broken = ProductionVariant::builder()
        .variant_name("main")
        .model_name("fail")
        .instance_type(volume.instance_type.unwrap())
        .initial_instance_count(1);
    config.production_variants(broken.build()).send().await.unwrap();
    client.create_endpoint().endpoint_name("fail").endpoint_config_name("fail").send().await.unwrap();
    tokio::time::sleep(10 * HOUR).await;
    let totals = totals(&world).await;
    close(totals["USE1-Host:ml.m5.xlarge"], 24.0 / 60.0);
    // Its volume of 30 GB, for 24 minutes of a month of 31 days.
    close(totals["USE1-Host:VolumeUsage.gp2"] * 1e4, 30.0 * 24.0 / 60.0 / (31.0 * 24.0) * 1e4);
}

#[tokio::test(start_paused = true)]
async fn managed_scaling_bills_the_instances_that_copies_need_and_none_without_copies() {
    let world = world();
    let client = sagemaker::client(&world.sdk("eu-west-1")).await;
    sagemaker::managed::host(&client, sagemaker::managed::variant(0)).await;
    // It comes up within 10 minutes, and its instance is released 12 minutes later.
    tokio::time::sleep(HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 22.0 / 60.0);
    let component = client.create_inference_component().inference_component_name("c").endpoint_name("host");
    let component = component.variant_name("main").specification(sagemaker::component::specification("i"));
    component.runtime_config(sagemaker::component::copies(2)).send().await.unwrap();
    tokio::time::sleep(HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 22.0 / 60.0 + 2.0);
    // The copies go within 5 minutes, and the instances 12 minutes later.
    let none = client.update_inference_component_runtime_config().inference_component_name("c");
    none.desired_runtime_config(sagemaker::component::copies(0)).send().await.unwrap();
    tokio::time::sleep(24 * HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 22.0 / 60.0 + 2.0 + 2.0 * 17.0 / 60.0);
}

#[tokio::test(start_paused = true)]
async fn gateways_and_endpoints_bill_begun_hours_and_an_address_in_use_or_idle() {
    let world = world();
    let ec2 = aws_sdk_ec2::Client::new(&world.sdk("eu-west-1"));
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.0.0/24").send().await.unwrap();
    let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
    let gateway = ec2.create_internet_gateway().send().await.unwrap().internet_gateway.unwrap();
    let gateway = gateway.internet_gateway_id.unwrap();
    ec2.attach_internet_gateway().vpc_id(&vpc).internet_gateway_id(gateway).send().await.unwrap();
    let address = ec2.allocate_address().send().await.unwrap().allocation_id.unwrap();
    tokio::time::sleep(HOUR).await;
    let nat = ec2.create_nat_gateway().subnet_id(&subnet).allocation_id(&address).send().await.unwrap();
    let nat = nat.nat_gateway.unwrap().nat_gateway_id.unwrap();
    let endpoint = ec2
        .create_vpc_endpoint()
        .vpc_id(&vpc)
        .vpc_endpoint_type(aws_sdk_ec2::types::VpcEndpointType::Interface)
        .service_name("com.amazonaws.eu-west-1.sagemaker.runtime")
        .subnet_ids(&subnet)
        .private_dns_enabled(false)
        .send()
        .await
        .unwrap();
    let endpoint = endpoint.vpc_endpoint.unwrap().vpc_endpoint_id.unwrap();
    tokio::time::sleep(2 * HOUR + HOUR / 2).await;
    ec2.delete_nat_gateway().nat_gateway_id(&nat).send().await.unwrap();
    ec2.delete_vpc_endpoints().vpc_endpoint_ids(&endpoint).send().await.unwrap();
    tokio::time::sleep(HOUR).await;
    let metered = read(&world).await;
    let totals = sums(&metered);
    // The gateway is available after 110 seconds and bills until its deletion is asked for: 3 begun hours.
    close(totals["EU-NatGateway-Hours"], 3.0);
    close(totals["EU-VpcEndpoint-Hours"], 3.0);
    // In use until the gateway is gone, a minute after the call.
    close(totals["EU-PublicIPv4:InUseAddress"], 2.5 + 1.0 / 60.0);
    close(totals["EU-PublicIPv4:IdleAddress"], 1.0 + 59.0 / 60.0);
    assert!(metered.iter().any(|one| one.resource == format!("arn:aws:ec2:eu-west-1:123456789012:natgateway/{nat}")));
    // Read in parts, the hours are the same.
    let middle = "2027-03-01T02:10:00Z".parse().unwrap();
    let before = world.cloud.metered(START.parse().unwrap(), middle).await.unwrap();
    let after = world.cloud.metered(middle, Timestamp::MAX).await.unwrap();
    close(sums(&before)["EU-NatGateway-Hours"] + sums(&after)["EU-NatGateway-Hours"], 3.0);
}

#[tokio::test(start_paused = true)]
async fn things_billed_by_the_month_are_shares_of_its_hours() {
    let world = world();
    let config = world.sdk("eu-west-1");
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    secrets.create_secret().name("s").secret_string("x").send().await.unwrap();
    let kms = aws_sdk_kms::Client::new(&config);
    let key = kms.create_key().send().await.unwrap().key_metadata.unwrap().key_id;
    let alarms = aws_sdk_cloudwatch::Client::new(&config);
    let alarm = async |name: &str, period| {
        let call = alarms.put_metric_alarm().alarm_name(name).namespace("N").metric_name("m").period(period);
        let call = call.evaluation_periods(1).threshold(1.0).statistic(aws_sdk_cloudwatch::types::Statistic::Sum);
        let operator = aws_sdk_cloudwatch::types::ComparisonOperator::GreaterThanThreshold;
        call.comparison_operator(operator).send().await.unwrap();
    };
    alarm("slow", 60).await;
    alarm("fast", 10).await;
    let body = r#"{"widgets":[]}"#;
    alarms.put_dashboard().dashboard_name("d").dashboard_body(body).send().await.unwrap();
    let s3 = aws_sdk_s3::Client::new(&config);
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder().location_constraint("eu-west-1".into()).build();
    s3.create_bucket().bucket("b-of-2027").create_bucket_configuration(place).send().await.unwrap();
    s3.put_object().bucket("b-of-2027").key("k").body(vec![0; 1 << 20].into()).send().await.unwrap();
    world.until("2027-03-16T12:00:00Z").await;
    kms.schedule_key_deletion().key_id(&key).send().await.unwrap();
    secrets.delete_secret().secret_id("s").send().await.unwrap();
    world.until("2027-04-01T00:00:00Z").await;
    let totals = totals(&world).await;
    close(totals["EU-AWSSecretsManager-Secrets"], 0.5);
    close(totals["eu-west-1-KMS-Keys"], 0.5);
    close(totals["EU-CW:AlarmMonitorUsage"], 1.0);
    close(totals["EU-CW:HighResAlarmMonitorUsage"], 1.0);
    close(totals["DashboardsUsageHour-Basic"], 1.0);
    close(totals["EU-TimedStorage-ByteHrs"] * 1024.0, 1.0);
}

#[tokio::test(start_paused = true)]
async fn other_tags_begin_another_line_and_the_meter_survives_its_process() {
    let world = world();
    let client = sagemaker::client(&world.sdk("eu-west-1")).await;
    sagemaker::deploy(&client, "e", vec![variant(ProductionVariantInstanceType::MlG5Xlarge, 1)], vec![]).await;
    tokio::time::sleep(HOUR).await;
    let arn = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e";
    client.add_tags().resource_arn(arn).tags(sagemaker_tag("team", "b")).send().await.unwrap();
    tokio::time::sleep(HOUR).await;
    let again = Cloud::open_with_clock(world.cloud.folder(), Settings::default(), world.clock).unwrap();
    let metered = again.metered(START.parse().unwrap(), Timestamp::MAX).await.unwrap();
    let lines: Vec<_> = metered.iter().map(|one| (one.tags.get("team").cloned(), one.quantity.round())).collect();
    assert_eq!(lines, [(None, 1.0), (Some("b".to_owned()), 1.0)]);
    // A line that a killed process did not end is no line.
    let journal = world.cloud.folder().join("meter.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, format!("{text}{}", &text[..text.len() / 2])).unwrap();
    client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    tokio::time::sleep(HOUR).await;
    close(totals(&world).await["EU-Host:ml.g5.xlarge"], 2.0 + 2.0 / 60.0);
}

#[tokio::test(start_paused = true)]
async fn target_tracking_bills_its_alarms_until_the_policy_is_gone() {
    use aws_sdk_applicationautoscaling::types::{
        MetricType, PolicyType, PredefinedMetricSpecification, ScalableDimension, ServiceNamespace,
        TargetTrackingScalingPolicyConfiguration,
    };
    let world = world();
    let config = world.sdk("eu-west-1");
    let g5 = ProductionVariantInstanceType::MlG5Xlarge;
    sagemaker::deploy(&sagemaker::client(&config).await, "e", vec![variant(g5, 1)], vec![]).await;
    tokio::time::sleep(HOUR).await;
    let client = aws_sdk_applicationautoscaling::Client::new(&config);
    let dimension = ScalableDimension::SageMakerVariantDesiredInstanceCount;
    let target = client.register_scalable_target().service_namespace(ServiceNamespace::Sagemaker);
    let target = target.resource_id("endpoint/e/variant/main").scalable_dimension(dimension.clone());
    target.min_capacity(1).max_capacity(4).send().await.unwrap();
    let metric = PredefinedMetricSpecification::builder()
        .predefined_metric_type(MetricType::SageMakerVariantInvocationsPerInstance)
        .build();
    let tracking = TargetTrackingScalingPolicyConfiguration::builder()
        .target_value(70.0)
        .predefined_metric_specification(metric.unwrap())
        .build();
    let policy = client.put_scaling_policy().service_namespace(ServiceNamespace::Sagemaker).policy_name("p");
    let policy = policy.resource_id("endpoint/e/variant/main").scalable_dimension(dimension.clone());
    let policy = policy.policy_type(PolicyType::TargetTrackingScaling);
    policy.target_tracking_scaling_policy_configuration(tracking.unwrap()).send().await.unwrap();
    tokio::time::sleep(24 * HOUR).await;
    let policy = client.delete_scaling_policy().service_namespace(ServiceNamespace::Sagemaker).policy_name("p");
    policy.resource_id("endpoint/e/variant/main").scalable_dimension(dimension).send().await.unwrap();
    tokio::time::sleep(24 * HOUR).await;
    close(totals(&world).await["EU-CW:AlarmMonitorUsage"], 2.0 / 31.0);
}
