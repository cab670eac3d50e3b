//! CloudWatch: alarms, dashboards, metrics, in the SDK's protocol and in the two others.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    AlarmType, ComparisonOperator, Dimension, DimensionFilter, MetricAlarm, MetricDataQuery, MetricDatum, MetricStat,
    ScanBy, StandardUnit, StateValue, Statistic, StatisticSet, Tag,
};
use serde_json::{Value, json};

use crate::support::{Fixture, code};

fn client(fixture: &Fixture) -> Client {
    Client::new(&fixture.sdk())
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

fn metric(name: &str) -> aws_sdk_cloudwatch::types::Metric {
    aws_sdk_cloudwatch::types::Metric::builder()
        .namespace("Serving")
        .metric_name(name)
        .dimensions(dimension("Endpoint", "llm"))
        .build()
}

fn stat(id: &str, name: &str, stat: &str) -> MetricDataQuery {
    let stat = MetricStat::builder().metric(metric(name)).period(60).stat(stat).build();
    MetricDataQuery::builder().id(id).metric_stat(stat).return_data(false).build()
}

fn math(id: &str, expression: &str) -> MetricDataQuery {
    MetricDataQuery::builder().id(id).expression(expression).label("rate").return_data(true).build()
}

fn alarm(cloudwatch: &Client, name: &str) -> PutMetricAlarmFluentBuilder {
    cloudwatch
        .put_metric_alarm()
        .alarm_name(name)
        .namespace("Serving")
        .metric_name("Errors")
        .dimensions(dimension("Endpoint", "llm"))
        .statistic(Statistic::Sum)
        .period(60)
        .evaluation_periods(3)
        .threshold(5.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
}

async fn described(cloudwatch: &Client, name: &str) -> Option<MetricAlarm> {
    let found = cloudwatch.describe_alarms().alarm_names(name).send().await.unwrap();
    found.metric_alarms.unwrap_or_default().pop()
}

async fn names(
    call: aws_sdk_cloudwatch::operation::describe_alarms::builders::DescribeAlarmsFluentBuilder,
) -> Vec<String> {
    let found = call.send().await.unwrap();
    let metric = found.metric_alarms().iter().filter_map(|alarm| alarm.alarm_name.clone());
    metric.chain(found.composite_alarms().iter().filter_map(|alarm| alarm.alarm_name.clone())).collect()
}

#[tokio::test]
async fn an_alarm_keeps_every_field_and_starts_without_data() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let topic = "arn:aws:sns:us-east-1:123456789012:alarms";
    let put = alarm(&cloudwatch, "errors").alarm_description("too many").datapoints_to_alarm(2).threshold(80.0);
    let put = put.alarm_actions(topic).ok_actions(topic).treat_missing_data("notBreaching").unit(StandardUnit::Count);
    put.tags(Tag::builder().key("stack").value("s").build()).send().await.unwrap();
    let read = described(&cloudwatch, "errors").await.unwrap();
    assert_eq!(read.alarm_arn(), Some("arn:aws:cloudwatch:us-east-1:123456789012:alarm:errors"));
    assert_eq!((read.threshold(), read.period(), read.evaluation_periods()), (Some(80.0), Some(60), Some(3)));
    assert_eq!((read.datapoints_to_alarm(), read.statistic()), (Some(2), Some(&Statistic::Sum)));
    assert_eq!(
        (read.alarm_actions(), read.ok_actions()),
        ([topic.to_owned()].as_slice(), [topic.to_owned()].as_slice())
    );
    assert_eq!(read.dimensions(), [dimension("Endpoint", "llm")]);
    assert_eq!((read.treat_missing_data(), read.unit()), (Some("notBreaching"), Some(&StandardUnit::Count)));
    assert_eq!((read.state_value(), read.actions_enabled()), (Some(&StateValue::InsufficientData), Some(true)));
    let age =
        SystemTime::now().duration_since((*read.alarm_configuration_updated_timestamp().unwrap()).try_into().unwrap());
    assert!(age.unwrap() < Duration::from_secs(60));
    let tags = cloudwatch.list_tags_for_resource().resource_arn(read.alarm_arn().unwrap()).send().await.unwrap();
    assert_eq!(tags.tags(), [Tag::builder().key("stack").value("s").build()]);
}

#[tokio::test]
async fn an_update_replaces_the_configuration_and_keeps_the_state() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    alarm(&cloudwatch, "errors").alarm_description("old").send().await.unwrap();
    let set = cloudwatch.set_alarm_state().alarm_name("errors").state_value(StateValue::Alarm).state_reason("test");
    set.send().await.unwrap();
    cloudwatch.disable_alarm_actions().alarm_names("errors").send().await.unwrap();
    assert_eq!(described(&cloudwatch, "errors").await.unwrap().actions_enabled(), Some(false));
    cloudwatch.enable_alarm_actions().alarm_names("errors").send().await.unwrap();
    alarm(&cloudwatch, "errors").threshold(7.0).send().await.unwrap();
    let read = described(&cloudwatch, "errors").await.unwrap();
    assert_eq!((read.threshold(), read.alarm_description()), (Some(7.0), None));
    assert_eq!((read.state_value(), read.state_reason()), (Some(&StateValue::Alarm), Some("test")));
    let history = cloudwatch.describe_alarm_history().alarm_name("errors").send().await.unwrap();
    assert_eq!(history.alarm_history_items().len(), 5, "{history:?}");
    let set = cloudwatch.set_alarm_state().alarm_name("none").state_value(StateValue::Ok).state_reason("test");
    assert_eq!(code(set.send().await), "ResourceNotFound");
}

#[tokio::test]
async fn metric_math_and_percentiles_are_kept() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let queries =
        vec![stat("errors", "Errors", "Sum"), stat("requests", "Requests", "Sum"), math("rate", "errors / requests")];
    let put = cloudwatch.put_metric_alarm().alarm_name("rate").set_metrics(Some(queries.clone())).threshold(0.1);
    let put = put.evaluation_periods(1).comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold);
    put.clone().send().await.unwrap();
    assert_eq!(described(&cloudwatch, "rate").await.unwrap().metrics(), queries);
    assert_eq!(code(put.set_metrics(Some(queries[..2].to_vec())).send().await), "ValidationError");

    let percentile = alarm(&cloudwatch, "slow").set_statistic(None).extended_statistic("p99.9");
    percentile.evaluate_low_sample_count_percentile("ignore").send().await.unwrap();
    let read = described(&cloudwatch, "slow").await.unwrap();
    assert_eq!((read.extended_statistic(), read.statistic()), (Some("p99.9"), None));
    let on_metric = cloudwatch.describe_alarms_for_metric().namespace("Serving").metric_name("Errors");
    let on_metric = on_metric.dimensions(dimension("Endpoint", "llm")).send().await.unwrap();
    assert_eq!(on_metric.metric_alarms().len(), 2);
}

#[tokio::test]
async fn wrong_alarms_are_refused() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    assert_eq!(code(alarm(&cloudwatch, "a").period(45).send().await), "ValidationError");
    assert_eq!(code(alarm(&cloudwatch, "a").set_evaluation_periods(None).send().await), "MissingParameter");
    assert_eq!(code(alarm(&cloudwatch, "a").extended_statistic("p99").send().await), "InvalidParameterCombination");
    let actions = vec!["arn:aws:sns:us-east-1:123456789012:t".to_owned(); 6];
    assert_eq!(code(alarm(&cloudwatch, "a").set_alarm_actions(Some(actions)).send().await), "ValidationError");
    assert!(described(&cloudwatch, "a").await.is_none());
}

#[tokio::test]
async fn alarms_are_found_by_name_prefix_state_and_page() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    for name in ["a-1", "a-2", "b-1"] {
        alarm(&cloudwatch, name).send().await.unwrap();
    }
    let set = cloudwatch.set_alarm_state().alarm_name("a-2").state_value(StateValue::Ok).state_reason("test");
    set.send().await.unwrap();
    assert_eq!(names(cloudwatch.describe_alarms()).await, ["a-1", "a-2", "b-1"]);
    assert_eq!(names(cloudwatch.describe_alarms().alarm_name_prefix("a-")).await, ["a-1", "a-2"]);
    assert_eq!(names(cloudwatch.describe_alarms().alarm_names("b-1").alarm_names("none")).await, ["b-1"]);
    assert_eq!(names(cloudwatch.describe_alarms().state_value(StateValue::Ok)).await, ["a-2"]);
    let first = cloudwatch.describe_alarms().max_records(2).send().await.unwrap();
    assert_eq!(first.metric_alarms().len(), 2);
    assert_eq!(names(cloudwatch.describe_alarms().set_next_token(first.next_token)).await, ["b-1"]);
    assert_eq!(code(cloudwatch.describe_alarms().next_token("!").send().await), "InvalidNextToken");
    cloudwatch.delete_alarms().alarm_names("a-1").alarm_names("none").send().await.unwrap();
    assert_eq!(names(cloudwatch.describe_alarms()).await, ["a-2", "b-1"]);
    assert_eq!(code(cloudwatch.delete_alarms().alarm_names("a-1").send().await), "ResourceNotFound");
}

#[tokio::test]
async fn a_composite_alarm_follows_its_rule_and_protects_its_children() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let put = |name: &str, rule: &str| cloudwatch.put_composite_alarm().alarm_name(name).alarm_rule(rule).send();
    assert_eq!(code(put("both", "ALARM(a) AND ALARM(b)").await), "ValidationError");
    alarm(&cloudwatch, "a").send().await.unwrap();
    alarm(&cloudwatch, "b").send().await.unwrap();
    put("both", "ALARM(\"a\") AND ALARM(\"b\")").await.unwrap();
    assert_eq!(code(put("worse", "ALARM(a").await), "ValidationError");
    let state = || async {
        let found = cloudwatch.describe_alarms().alarm_types(AlarmType::CompositeAlarm).send().await.unwrap();
        found.composite_alarms()[0].state_value().cloned()
    };
    assert_eq!(state().await, Some(StateValue::Ok));
    for name in ["a", "b"] {
        let set = cloudwatch.set_alarm_state().alarm_name(name).state_value(StateValue::Alarm).state_reason("test");
        set.send().await.unwrap();
    }
    assert_eq!(state().await, Some(StateValue::Alarm));
    // Without types, only metric alarms are described.
    assert_eq!(names(cloudwatch.describe_alarms()).await, ["a", "b"]);
    assert_eq!(names(cloudwatch.describe_alarms().parents_of_alarm_name("a")).await, ["both"]);
    assert_eq!(names(cloudwatch.describe_alarms().children_of_alarm_name("both")).await, ["a", "b"]);
    assert_eq!(code(cloudwatch.delete_alarms().alarm_names("a").send().await), "ValidationError");
    put("outer", "ALARM(both)").await.unwrap();
    assert_eq!(code(put("both", "ALARM(outer)").await), "ValidationError");
    cloudwatch.delete_alarms().alarm_names("outer").send().await.unwrap();
    cloudwatch.delete_alarms().alarm_names("both").alarm_names("a").send().await.unwrap();
    assert_eq!(names(cloudwatch.describe_alarms()).await, ["b"]);
}

#[tokio::test]
async fn dashboards_are_kept_listed_and_deleted() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let body = r##"{"widgets":[{"type":"text","width":12,"height":2,"properties":{"markdown":"# Serving"}}]}"##;
    let put = |name: &str, body: &str| cloudwatch.put_dashboard().dashboard_name(name).dashboard_body(body).send();
    assert!(put("serving", body).await.unwrap().dashboard_validation_messages().is_empty());
    put("other", body).await.unwrap();
    let read = cloudwatch.get_dashboard().dashboard_name("serving").send().await.unwrap();
    assert_eq!(read.dashboard_body(), Some(body));
    assert_eq!(read.dashboard_arn(), Some("arn:aws:cloudwatch::123456789012:dashboard/serving"));
    let listed = cloudwatch.list_dashboards().dashboard_name_prefix("ser").send().await.unwrap();
    assert_eq!(listed.dashboard_entries().len(), 1);
    assert_eq!(listed.dashboard_entries()[0].size(), i64::try_from(body.len()).ok());
    let delete = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        cloudwatch.delete_dashboards().set_dashboard_names(Some(names)).send()
    };
    assert_eq!(code(delete(&["serving", "none"]).await), "ResourceNotFound");
    delete(&["serving", "other"]).await.unwrap();
    let gone = cloudwatch.get_dashboard().dashboard_name("serving").send().await.unwrap_err().into_service_error();
    assert!(gone.is_dashboard_not_found_error(), "{gone:?}");
}

#[tokio::test]
async fn a_wrong_dashboard_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let put = |body: &str| cloudwatch.put_dashboard().dashboard_name("d").dashboard_body(body).send();
    let error = put(r#"{"widgets":[{"type":"pie","properties":{}}]}"#).await.unwrap_err().into_service_error();
    let aws_sdk_cloudwatch::operation::put_dashboard::PutDashboardError::DashboardInvalidInputError(error) = error
    else {
        panic!("{error:?}");
    };
    let messages = error.dashboard_validation_messages();
    assert_eq!(messages[0].data_path(), Some("/widgets/0/type"));
    assert!(messages[0].message().unwrap().contains("metric"), "{messages:?}");
    assert_eq!(code(put("not json").await), "InvalidParameterInput");
}

/// Puts the values 1, 2, 3 … as `Errors`, one second apart, and ten times each as `Requests`; returns the minute
/// in which all of them are.
async fn put_minute(cloudwatch: &Client, values: std::ops::RangeInclusive<u32>) -> i64 {
    let now = i64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let minute = now - now % 60 - 600;
    let datum = |name: &str, at: u32, value: f64| {
        let at = DateTime::from_secs(minute + i64::from(at));
        MetricDatum::builder()
            .metric_name(name)
            .dimensions(dimension("Endpoint", "llm"))
            .timestamp(at)
            .value(value)
            .build()
    };
    for n in values {
        let put = cloudwatch.put_metric_data().namespace("Serving").metric_data(datum("Errors", n, f64::from(n)));
        put.metric_data(datum("Requests", n, f64::from(n) * 10.0)).send().await.unwrap();
    }
    minute
}

#[tokio::test]
async fn statistics_are_those_of_the_samples() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let minute = put_minute(&cloudwatch, 1..=10).await;
    let set = StatisticSet::builder().sample_count(4.0).sum(8.0).minimum(1.0).maximum(3.0).build();
    let datum = MetricDatum::builder().metric_name("Errors").dimensions(dimension("Endpoint", "llm"));
    let datum = datum.timestamp(DateTime::from_secs(minute + 60)).statistic_values(set).build();
    cloudwatch.put_metric_data().namespace("Serving").metric_data(datum).send().await.unwrap();

    let get = cloudwatch.get_metric_statistics().namespace("Serving").metric_name("Errors");
    let get = get.dimensions(dimension("Endpoint", "llm")).period(60).start_time(DateTime::from_secs(minute));
    let get = get.end_time(DateTime::from_secs(minute + 120));
    let plain = get.clone().statistics(Statistic::Sum).statistics(Statistic::Average).extended_statistics("p90");
    let found = plain.send().await.unwrap();
    let [first, second] = found.datapoints() else { panic!("{found:?}") };
    assert_eq!(first.timestamp(), Some(&DateTime::from_secs(minute)));
    assert_eq!((first.sum(), first.average(), first.maximum()), (Some(55.0), Some(5.5), None));
    assert_eq!(first.extended_statistics().unwrap()["p90"], 9.0);
    assert_eq!((second.sum(), second.average()), (Some(8.0), Some(2.0)));
    assert_eq!(code(get.clone().send().await), "InvalidParameterCombination");
    assert_eq!(code(get.period(61).statistics(Statistic::Sum).send().await), "InvalidParameterValue");

    let wrong = cloudwatch.put_metric_data().namespace("AWS/SageMaker");
    let wrong = wrong.metric_data(MetricDatum::builder().metric_name("m").value(1.0).build());
    assert_eq!(code(wrong.send().await), "InvalidParameterValue");
}

#[tokio::test]
async fn metric_data_are_read_with_math_over_them() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let minute = put_minute(&cloudwatch, 1..=4).await;
    let get = cloudwatch.get_metric_data().start_time(DateTime::from_secs(minute));
    let get = get.end_time(DateTime::from_secs(minute + 120)).scan_by(ScanBy::TimestampAscending);
    let queries = vec![
        math("rate", "100 * errors / FILL(requests, 1)"),
        stat("errors", "Errors", "Sum"),
        stat("requests", "Requests", "Sum"),
    ];
    let found = get.clone().set_metric_data_queries(Some(queries)).send().await.unwrap();
    let [rate] = found.metric_data_results() else { panic!("{found:?}") };
    assert_eq!((rate.id(), rate.label(), rate.values()), (Some("rate"), Some("rate"), [10.0].as_slice()));
    assert_eq!(rate.timestamps(), [DateTime::from_secs(minute)]);
    assert_eq!(code(get.metric_data_queries(math("e", "missing * 2")).send().await), "ValidationError");

    let listed = cloudwatch.list_metrics().namespace("Serving").metric_name("Errors");
    let filter = DimensionFilter::builder().name("Endpoint").value("llm").build();
    let listed = listed.dimensions(filter).send().await.unwrap();
    assert_eq!(listed.metrics(), [metric("Errors")]);
}

#[tokio::test]
async fn a_large_body_that_the_sdk_compresses_is_read() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    let datum = |n: i32| MetricDatum::builder().metric_name(format!("metric-{n:04}")).value(f64::from(n)).build();
    let put = cloudwatch.put_metric_data().namespace("Large").set_metric_data(Some((0..600).map(datum).collect()));
    put.send().await.unwrap();
    let first = cloudwatch.list_metrics().namespace("Large").send().await.unwrap();
    assert_eq!(first.metrics().len(), 500);
    let rest = cloudwatch.list_metrics().namespace("Large").set_next_token(first.next_token).send().await.unwrap();
    assert_eq!((rest.metrics().len(), rest.next_token()), (100, None));
}

#[tokio::test]
async fn tags_are_changed_and_belong_to_existing_resources() {
    let fixture = Fixture::new();
    let cloudwatch = client(&fixture);
    alarm(&cloudwatch, "a").send().await.unwrap();
    let arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a";
    let tag = |key: &str| Tag::builder().key(key).value("v").build();
    cloudwatch.tag_resource().resource_arn(arn).tags(tag("a")).tags(tag("b")).send().await.unwrap();
    cloudwatch.untag_resource().resource_arn(arn).tag_keys("a").send().await.unwrap();
    let listed = || cloudwatch.list_tags_for_resource().resource_arn(arn).send();
    assert_eq!(listed().await.unwrap().tags(), [tag("b")]);
    cloudwatch.delete_alarms().alarm_names("a").send().await.unwrap();
    assert_eq!(code(listed().await), "ResourceNotFoundException");
    alarm(&cloudwatch, "a").send().await.unwrap();
    assert!(listed().await.unwrap().tags().is_empty(), "tags outlived their alarm");
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_named() {
    let fixture = Fixture::new();
    let error = client(&fixture).list_metric_streams().send().await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("UnknownOperationException"));
    assert!(error.meta().message().unwrap().contains("ListMetricStreams"));
}

/// Returns a call as clients without rpc-v2-cbor make it.
async fn raw(fixture: &Fixture, target: Option<&str>, body: String) -> (u16, String) {
    let uri = "https://monitoring.us-east-1.amazonaws.com/".to_owned();
    let mut headers = http::HeaderMap::new();
    if let Some(target) = target {
        headers.insert("x-amz-target", format!("GraniteServiceVersion20100801.{target}").parse().unwrap());
    }
    let request = winterbaume_core::MockRequest { method: "POST".into(), uri, headers, body: body.into() };
    let answer = fixture.cloud.handle(request).await;
    (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
}

#[tokio::test]
async fn the_other_protocols_read_metrics_put_by_the_query_protocol() {
    let fixture = Fixture::new();
    let body = "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=a&Threshold=80&Period=60&EvaluationPeriods=1&\
                ComparisonOperator=GreaterThanThreshold&Namespace=Serving&MetricName=Errors&Statistic=Sum&ActionsEnabled=false&\
                Dimensions.member.1.Name=Endpoint&Dimensions.member.1.Value=llm&AlarmActions.member.1=arn:aws:sns:us-east-1:1:t";
    let (status, answer) = raw(&fixture, None, body.to_owned()).await;
    assert_eq!(status, 200, "{answer}");
    let read = described(&client(&fixture), "a").await.unwrap();
    assert_eq!((read.threshold(), read.period(), read.actions_enabled()), (Some(80.0), Some(60), Some(false)));
    assert_eq!(read.dimensions(), [dimension("Endpoint", "llm")]);

    let (_, answer) = raw(&fixture, Some("DescribeAlarms"), "{}".to_owned()).await;
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["MetricAlarms"][0]["Dimensions"], json!([{ "Name": "Endpoint", "Value": "llm" }]));
    assert!(answer["MetricAlarms"][0]["StateUpdatedTimestamp"].is_number());

    let (_, answer) = raw(&fixture, None, "Action=DescribeAlarms&AlarmNames.member.1=a".to_owned()).await;
    assert!(answer.contains("<MetricAlarms><member>") && answer.contains("<Threshold>80.0</Threshold>"), "{answer}");
    assert!(answer.contains("<AlarmActions><member>arn:aws:sns:us-east-1:1:t</member></AlarmActions>"), "{answer}");
}

#[tokio::test]
async fn the_sdk_reads_a_whole_number_put_as_json_as_a_double() {
    let fixture = Fixture::new();
    let input = json!({
        "AlarmName": "a", "Threshold": 80, "Period": 60, "EvaluationPeriods": 1, "Namespace": "n", "MetricName": "m",
        "ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum",
    });
    let (status, answer) = raw(&fixture, Some("PutMetricAlarm"), input.to_string()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(described(&client(&fixture), "a").await.unwrap().threshold(), Some(80.0));
}

#[tokio::test]
async fn refusals_have_each_protocols_form() {
    let fixture = Fixture::new();
    let (status, answer) = raw(&fixture, None, "Action=GetDashboard&DashboardName=none".to_owned()).await;
    assert_eq!(status, 404);
    assert!(answer.contains("<Code>ResourceNotFound</Code>"), "{answer}");
    let (status, answer) = raw(&fixture, Some("GetDashboard"), r#"{"DashboardName":"none"}"#.to_owned()).await;
    assert_eq!(status, 404);
    assert!(answer.contains("DashboardNotFoundError"), "{answer}");
    let (_, answer) = raw(&fixture, None, "Action=InventTheWheel".to_owned()).await;
    assert!(answer.contains("<Code>InvalidAction</Code>") && answer.contains("InventTheWheel"), "{answer}");
    let (_, answer) = raw(&fixture, None, "Action=DescribeAlarms&MaxRecords=many".to_owned()).await;
    assert!(answer.contains("<Code>MalformedInput</Code>"), "{answer}");
}
