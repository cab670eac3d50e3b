//! What operations need: a budget, and alarms on endpoints.

use crate::aws::budgets::Budget;
use crate::aws::cloudwatch::Alarm;
use crate::aws::sagemaker::Endpoint;
use crate::resource::{Resource as _, references};
use crate::stack::Policy;

/// Refuses stacks without a budget of AWS Budgets.
pub fn budget() -> Policy {
    Policy::new("budget", |declared, violations| {
        if declared.of::<Budget>().next().is_none() {
            let hint = "declare a `budgets::Budget`, or the component `Costs`";
            violations.add(
                &declared.scope.stack,
                "declares no budget, so that nobody hears of a bill that grows",
                hint,
            );
        }
    })
}

/// Refuses SageMaker endpoints that no alarm watches.
pub fn endpoint_alarms() -> Policy {
    Policy::new("endpoint-alarms", |declared, violations| {
        let alarms = declared.resources.iter().filter(|(address, _)| address.kind() == Alarm::KIND);
        let alarms: Vec<_> = alarms.map(|(_, alarm)| (references(&alarm.inputs), alarm.inputs.to_string())).collect();
        for (address, endpoint) in declared.of::<Endpoint>() {
            let name = format!("\"{}\"", endpoint.name);
            let is_watched = alarms.iter().any(|(references, text)| {
                references.iter().any(|reference| reference.address == *address) || text.contains(&name)
            });
            if !is_watched {
                let hint = "declare a `cloudwatch::Alarm` on its errors or latency, or the component `LlmEndpoint`";
                violations.add(address, "is watched by no alarm", hint);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::EndpointConfigName;
    use crate::aws::cloudwatch::{Comparison, Metric, Statistic, Watch};
    use crate::policies::tests::violated;
    use crate::resource::Input;

    #[test]
    fn a_stack_without_a_budget_is_found() {
        assert_eq!(violated(&budget(), |_| {}), ["shop"]);
        let found = violated(&budget(), |stack| {
            stack.add("all", Budget::monthly("100"));
        });
        assert!(found.is_empty());
    }

    #[test]
    fn endpoints_without_an_alarm_are_found() {
        let found = violated(&endpoint_alarms(), |stack| {
            let config = || EndpointConfigName("one".to_owned());
            let watched = stack.add("watched", Endpoint::new("watched", config()));
            stack.add("alone", Endpoint::new("alone", config()));
            stack.add("named", Endpoint::new("chat", config()));
            let alarm = |endpoint: Input<String>| {
                let latency = Metric::of_variant("ModelLatency", endpoint, "all", Statistic::Average);
                Alarm::new(Watch::Metric(latency), Comparison::Greater, 1.0)
            };
            stack.add("latency", alarm(watched.name.text()));
            stack.add("chat", alarm("chat".into()));
        });
        assert_eq!(found, ["sagemaker_endpoint.alone"]);
    }
}
