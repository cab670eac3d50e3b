//! A dashboard of the endpoints of a stack.

use crate::aws::AlarmArn;
use crate::aws::cloudwatch::{
    AlarmsWidget, Dashboard, DashboardOutputs, MetricLine, MetricView, MetricWidget, Statistic, TextWidget, Widget,
};
use crate::components::llm_endpoint::VARIANT;
use crate::resource::{Declared, Input};
use crate::stack::Stack;

/// An endpoint on a dashboard. Its name is plain text, so that a pause, which deletes the endpoint, does not change the
/// dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchedEndpoint {
    /// The name of the endpoint.
    pub endpoint_name: String,
    /// The alarms of the endpoint.
    pub alarms: Vec<Input<AlarmArn>>,
}

/// Declares a dashboard of endpoints, named `NAME`, under a title.
///
/// ```
/// # use ebbtide::components::LlmEndpointOutputs;
/// # use ebbtide::components::monitoring::{WatchedEndpoint, declare_dashboard};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, llm: &LlmEndpointOutputs) {
/// let watched = WatchedEndpoint { endpoint_name: "llm-v1".to_owned(), alarms: llm.alarms.clone() };
/// declare_dashboard(stack, "endpoints", "Endpoints", &[watched]);
/// # }
/// ```
pub fn declare_dashboard(
    stack: &mut Stack,
    name: &str,
    title: &str,
    endpoints: &[WatchedEndpoint],
) -> DashboardOutputs<Declared> {
    let markdown =
        format!("# {title}\nOne line for each endpoint. While the stack is paused, lines end and alarms rest.");
    let mut widgets = vec![Widget::Text(TextWidget { markdown: markdown.into(), width: 24, height: 2 })];
    let alarms: Vec<_> = endpoints.iter().flat_map(|endpoint| endpoint.alarms.clone()).collect();
    if !alarms.is_empty() {
        widgets.push(Widget::Alarms(AlarmsWidget { title: "Alarms".into(), alarms, width: 24, height: 4 }));
    }
    let charts = [
        ("Latency of one call in twenty (µs)", "AWS/SageMaker", vec!["ModelLatency"], Statistic::Percentile(95.0)),
        ("Calls", "AWS/SageMaker", vec!["Invocations"], Statistic::Sum),
        ("Errors", "AWS/SageMaker", vec!["Invocation4XXErrors", "Invocation5XXErrors"], Statistic::Sum),
        ("Load of the GPUs (%)", "/aws/sagemaker/Endpoints", vec!["GPUUtilization"], Statistic::Average),
        ("Instances that report", "/aws/sagemaker/Endpoints", vec!["CPUUtilization"], Statistic::SampleCount),
        ("Memory of the GPUs (%)", "/aws/sagemaker/Endpoints", vec!["GPUMemoryUtilization"], Statistic::Average),
    ];
    if !endpoints.is_empty() {
        for (title, namespace, metrics, statistic) in charts {
            widgets.push(chart(title, namespace, &metrics, &statistic, endpoints));
        }
    }
    stack.add(name, Dashboard { name: None, widgets })
}

fn chart(
    title: &str,
    namespace: &str,
    metrics: &[&str],
    statistic: &Statistic,
    endpoints: &[WatchedEndpoint],
) -> Widget {
    let line = |endpoint: &WatchedEndpoint, metric: &str| {
        let endpoint_name = Input::from(endpoint.endpoint_name.as_str());
        let line = MetricLine::of_variant(metric, &endpoint_name, VARIANT, statistic.clone());
        MetricLine { namespace: namespace.to_owned(), ..line }
    };
    let lines = endpoints.iter().flat_map(|endpoint| metrics.iter().map(move |metric| line(endpoint, metric)));
    Widget::Metric(MetricWidget {
        title: title.to_owned(),
        lines: lines.collect(),
        view: MetricView::Lines,
        period_seconds: 60,
        region: None,
        width: 12,
        height: 6,
    })
}
