//! CloudWatch Logs.

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, InputLogEvent, LogGroupClass};

use crate::support::{Fixture, code, sdk};

#[tokio::test]
async fn a_group_keeps_retention_tags_and_key() {
    let fixture = Fixture::new();
    let key = "arn:aws:kms:us-east-1:123456789012:key/k";
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("/llm").tags("ebb:stack", "s").kms_key_id(key).send().await.unwrap();
    logs.put_retention_policy().log_group_name("/llm").retention_in_days(30).send().await.unwrap();
    let again = fixture.again();
    let later = Client::new(&sdk(&again, "us-east-1"));
    let found = later.describe_log_groups().log_group_name_prefix("/llm").send().await.unwrap();
    let group = &found.log_groups()[0];
    assert_eq!((group.retention_in_days(), group.kms_key_id()), (Some(30), Some(key)));
    let tags = later.list_tags_for_resource().resource_arn(group.log_group_arn().unwrap()).send().await.unwrap();
    assert_eq!(tags.tags().unwrap()["ebb:stack"], "s");
    // Log groups belong to a region.
    let elsewhere = Client::new(&sdk(&again, "eu-west-1"));
    assert!(elsewhere.describe_log_groups().send().await.unwrap().log_groups().is_empty());
}

#[tokio::test]
async fn an_invalid_retention_is_refused() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    let refused = logs.put_retention_policy().log_group_name("g").retention_in_days(31).send().await;
    assert_eq!(code(refused), "InvalidParameterException");
    assert_eq!(code(logs.create_log_group().log_group_name("g").send().await), "ResourceAlreadyExistsException");
    let missing = logs.put_retention_policy().log_group_name("none").retention_in_days(30).send().await;
    assert_eq!(code(missing), "ResourceNotFoundException");
}

#[tokio::test]
async fn a_group_keeps_its_class() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    let class = LogGroupClass::InfrequentAccess;
    let create = || logs.create_log_group().log_group_name("g");
    let read = async || logs.describe_log_groups().send().await.unwrap().log_groups()[0].log_group_class().cloned();
    assert_eq!(code(create().log_group_class("COLD".into()).send().await), "InvalidParameterException");
    create().log_group_class(class.clone()).send().await.unwrap();
    assert_eq!(read().await, Some(class));
    logs.delete_log_group().log_group_name("g").send().await.unwrap();
    create().send().await.unwrap();
    assert_eq!(read().await, Some(LogGroupClass::Standard));
}

#[tokio::test]
async fn the_retention_of_the_delivery_class_is_a_day() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("g").log_group_class(LogGroupClass::Delivery).send().await.unwrap();
    let found = logs.describe_log_groups().send().await.unwrap();
    assert_eq!(found.log_groups()[0].retention_in_days(), Some(1));
}

#[tokio::test]
async fn calls_on_tags_refuse_arns_that_the_names_of_groups_can_have() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    logs.create_log_group().log_group_name("a#b").send().await.unwrap();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:a";
    let list = |end: &str| logs.list_tags_for_resource().resource_arn(format!("{arn}{end}")).send();
    assert_eq!(code(list("#b").await), "InvalidParameterException");
    assert_eq!(code(list(":*").await), "ValidationException");
}

fn ids(events: &[FilteredLogEvent]) -> Vec<&str> {
    events.iter().filter_map(FilteredLogEvent::event_id).collect()
}

fn messages(events: &[FilteredLogEvent]) -> Vec<&str> {
    events.iter().filter_map(FilteredLogEvent::message).collect()
}

#[tokio::test]
async fn events_of_all_streams_are_filtered_by_time_in_both_directions() {
    let fixture = Fixture::new();
    let logs = Client::new(&fixture.sdk());
    assert_eq!(
        code(logs.filter_log_events().log_group_name("g").send().await),
        "ResourceNotFoundException",
        "nothing was logged yet"
    );
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    for (stream, ages) in [("a/1", [5_000, 3_000]), ("b/1", [4_000, 3_000])] {
        logs.create_log_stream().log_group_name("g").log_stream_name(stream).send().await.unwrap();
        let mut put = logs.put_log_events().log_group_name("g").log_stream_name(stream);
        for age in ages {
            let event = InputLogEvent::builder().timestamp(now - age).message(format!("{stream} {age}"));
            put = put.log_events(event.build().unwrap());
        }
        put.send().await.unwrap();
    }
    // Another process reads the same events, with the same ids.
    let again = fixture.again();
    let later = Client::new(&sdk(&again, "us-east-1"));
    let all = later.filter_log_events().log_group_name("g").send().await.unwrap();
    assert_eq!(messages(all.events()), ["a/1 5000", "b/1 4000", "a/1 3000", "b/1 3000"]);
    let repeated = logs.filter_log_events().log_group_identifier("g").send().await.unwrap();
    assert_eq!(ids(repeated.events()), ids(all.events()));

    let call = || later.filter_log_events().log_group_name("g");
    let first = call().limit(3).send().await.unwrap();
    let second = call().limit(3).set_next_token(first.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!([ids(first.events()), ids(second.events())].concat(), ids(all.events()));
    assert_eq!((first.events().len(), second.next_token()), (3, None));
    let start = now - 10_000;
    let from_the_end = call().limit(3).start_from_head(false).start_time(start).send().await.unwrap();
    assert_eq!(messages(from_the_end.events()), ["b/1 3000", "a/1 3000", "b/1 4000"]);
    let next =
        call().start_time(start).set_next_token(from_the_end.next_token().map(str::to_owned)).send().await.unwrap();
    assert_eq!(messages(next.events()), ["a/1 5000"], "the token has the direction");
    let some = call().start_time(now - 4_000).end_time(now - 4_000).send().await.unwrap();
    assert_eq!(messages(some.events()), ["b/1 4000"], "both ends are part of the time");
    let of_one = call().log_stream_name_prefix("a/").filter_pattern("3000").send().await.unwrap();
    assert_eq!(messages(of_one.events()), ["a/1 3000"]);
    for refused in [call().limit(0), call().limit(10_001), call().start_from_head(false).start_time(0)] {
        assert_eq!(code(refused.send().await), "InvalidParameterException");
    }
    assert_eq!(code(call().log_group_identifier("g").send().await), "InvalidParameterException");

    logs.put_retention_policy().log_group_name("g").retention_in_days(1).send().await.unwrap();
    logs.delete_log_group().log_group_name("g").send().await.unwrap();
    logs.create_log_group().log_group_name("g").send().await.unwrap();
    let emptied = logs.filter_log_events().log_group_name("g").send().await.unwrap();
    assert!(emptied.events().is_empty(), "events go with their group");
}
