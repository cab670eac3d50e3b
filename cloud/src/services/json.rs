//! Dispatch of the services whose input and output are JSON and whose inputs AWS publishes as shapes.

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::shape::Shapes;
use crate::wire::json;

/// Handles one operation: takes its checked input and returns its output.
pub type Handler = fn(&Value, &mut CallContext<'_>) -> Result<Value, Fault>;

/// One such service, as [`dispatch`] needs it.
pub trait JsonService {
    /// The name of the service in error messages.
    const TITLE: &'static str;

    /// Returns the shapes of the service's inputs, or the error in reading them.
    fn shapes() -> &'static Result<Shapes, Fault>;

    /// Returns the handler of an operation.
    fn handler(operation: &str) -> Option<Handler>;

    /// Brings the service's document up to the instant of the call, before the operation runs. Does nothing unless time changes the
    /// service's resources.
    fn settle(_context: &mut CallContext<'_>) -> Result<(), Fault> {
        Ok(())
    }

    /// Refuses a call that succeeded but may not take effect, e.g. a dry run.
    fn check_effect(_input: &Value) -> Result<(), Fault> {
        Ok(())
    }
}

/// Runs one call: finds the handler, checks the input against the shapes, settles the document and handles the
/// operation. A refused call leaves the document as it was.
pub fn dispatch<S: JsonService>(request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
    let before = context.own.clone();
    let result = run::<S>(request, context);
    if result.is_err() {
        *context.own = before;
    }
    json::response(result)
}

fn run<S: JsonService>(request: &MockRequest, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    act::<S>(&json::operation(request), &json::body(request)?, context)
}

/// Carries out an operation with an input.
pub fn act<S: JsonService>(operation: &str, input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let handler = S::handler(operation).ok_or_else(|| {
        let message = format!("The operation {operation} is not one that the embedded cloud has for {}", S::TITLE);
        Fault::new("UnknownOperationException", message)
    })?;
    S::shapes().as_ref().map_err(Clone::clone)?.check(operation, input)?;
    S::settle(context)?;
    let output = handler(input, context)?;
    S::check_effect(input)?;
    Ok(output)
}

/// Returns the error that AWS gives for an input it does not allow.
pub fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

/// Returns the text of a member, or an empty text if it is absent.
pub fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

/// Returns the error for a stored record that cannot be read or written, which only a change from outside can cause.
pub fn damaged(service: &str, error: &serde_json::Error) -> Fault {
    Fault::new("InternalFailure", format!("a record of {service} is damaged: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::JsonService;
    use crate::services::autoscaling::AutoScaling;
    use crate::services::bedrock::Bedrock;
    use crate::services::cloudcontrol::CloudControl;
    use crate::services::cost_explorer::CostExplorer;
    use crate::services::kms::Kms;
    use crate::services::pricing::Pricing;
    use crate::services::quotas::Quotas;
    use crate::services::sagemaker::SageMaker;
    use crate::services::tagging::Tagging;

    fn assert_complete<S: JsonService>(shapes: &str, count: usize) {
        let shapes: Value = serde_json::from_str(shapes).unwrap();
        let operations = shapes["operations"].as_object().unwrap();
        assert_eq!(operations.len(), count, "{}", S::TITLE);
        for operation in operations.keys() {
            assert!(S::handler(operation).is_some(), "{operation}");
        }
    }

    #[test]
    fn every_operation_with_a_shape_has_a_handler() {
        assert_complete::<AutoScaling>(include_str!("autoscaling/shapes.json"), 13);
        assert_complete::<Bedrock>(include_str!("bedrock/shapes.json"), 25);
        assert_complete::<CloudControl>(include_str!("cloudcontrol/shapes.json"), 8);
        assert_complete::<CostExplorer>(include_str!("cost_explorer/shapes.json"), 3);
        assert_complete::<Kms>(include_str!("kms/shapes.json"), 25);
        assert_complete::<Pricing>(include_str!("pricing/shapes.json"), 3);
        assert_complete::<Quotas>(include_str!("quotas/shapes.json"), 5);
        assert_complete::<SageMaker>(include_str!("sagemaker/shapes.json"), 57);
        assert_complete::<Tagging>(include_str!("tagging/shapes.json"), 1);
    }
}
