//! The alarms of a roll-out, as they are in AWS.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{AlarmType, MetricAlarm, StateValue};
use jiff::Timestamp;

use crate::sdk::{Aws, CallName, Error};
use ebbtide::aws::cloudwatch::Alarm;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Resource as _};
use ebbtide::rollout::{AlarmState, Rules, SeenAlarm};

/// The most alarms that a call asks about (AWS's own limit).
const AT_ONCE: usize = 100;

/// Returns the addresses of the alarms that the rules name.
pub fn addresses(document: &StateDocument, rules: &Rules) -> BTreeSet<Address> {
    let alarms = alarms(document);
    rules.alarms().into_iter().filter_map(|name| alarms.get(name).map(|(address, _)| (*address).clone())).collect()
}

/// Asks AWS for the alarms that the rules name. Those that do not exist are left out.
pub async fn seen(
    aws: &Aws,
    document: &StateDocument,
    rules: &Rules,
    now: Timestamp,
) -> Result<BTreeMap<String, SeenAlarm>, Error> {
    let alarms = alarms(document);
    let wanted = rules.alarms().into_iter().filter_map(|name| Some((alarms.get(name)?.1, name.to_owned())));
    let wanted: BTreeMap<&str, String> = wanted.collect();
    let mut found = BTreeMap::new();
    let ids: Vec<String> = wanted.keys().map(|id| (*id).to_owned()).collect();
    for ids in ids.chunks(AT_ONCE) {
        let describe = aws.cloudwatch().describe_alarms().alarm_types(AlarmType::MetricAlarm);
        let described = describe.set_alarm_names(Some(ids.to_vec())).max_records(100).send().await;
        for alarm in described.named("cloudwatch:DescribeAlarms")?.metric_alarms() {
            let name = alarm.alarm_name().and_then(|id| wanted.get(id));
            found.extend(name.map(|name| (name.clone(), of(alarm, now))));
        }
    }
    Ok(found)
}

/// Returns the recorded alarms by name, each with its address and id.
fn alarms(document: &StateDocument) -> BTreeMap<&str, (&Address, &str)> {
    let alarms = document.resources.iter().filter(|(address, _)| address.kind() == Alarm::KIND);
    alarms.filter_map(|(address, record)| Some((address.name(), (address, record.id.as_deref()?)))).collect()
}

/// Returns an alarm as it is seen. Without an instant of its state, it has it since now: its time begins anew.
fn of(alarm: &MetricAlarm, now: Timestamp) -> SeenAlarm {
    let state = match alarm.state_value() {
        Some(StateValue::Ok) => AlarmState::Ok,
        Some(StateValue::Alarm) => AlarmState::Alarm,
        _ => AlarmState::InsufficientData,
    };
    let since = alarm.state_transitioned_timestamp().and_then(|at| at.to_millis().ok());
    let since = since.and_then(|at| Timestamp::from_millisecond(at).ok()).unwrap_or(now);
    // By default, an alarm without data has none.
    let lenient = matches!(alarm.treat_missing_data(), Some("notBreaching" | "ignore"));
    SeenAlarm { state, since, lenient }
}
