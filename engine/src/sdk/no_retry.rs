//! Disables retries of the SDK for create calls without a client token: AWS cannot tell a repetition from a second resource.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

/// Keeps the SDK from repeating a call that creates another resource each time. After a broken connection it is unknown whether
/// the first call had an effect, and a second internet gateway or key would be billed or left behind. The executor calls `find`
/// before it tries again. The SDK repeats every other call as usual.
#[derive(Debug)]
pub(super) struct Once;

#[dyn_dispatch_hint]
impl Intercept for Once {
    fn name(&self) -> &'static str {
        "Once"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some((service, operation)) = config.load::<Metadata>().map(|call| (call.service(), call.name())) else {
            return Ok(());
        };
        let body = context.request().body().bytes().unwrap_or_default();
        if creates_another(service, operation, &String::from_utf8_lossy(body)) {
            config.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }
}

/// Returns whether a call with this body creates another resource each time it is sent. Creations that no name and no token
/// tell apart are those of EC2 and of KMS; each other service knows a repetition by the name, or by a token of the SDK.
fn creates_another(service: &str, operation: &str, body: &str) -> bool {
    match service {
        "EC2" => {
            let creates = operation.starts_with("Create") || operation.starts_with("Allocate");
            // Repeating these has no further effect.
            let repeatable = ["CreateTags", "CreateRoute"].contains(&operation);
            creates && !repeatable && !body.split('&').any(|field| field.starts_with("ClientToken="))
        }
        "KMS" => operation == "CreateKey",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::creates_another;

    #[test]
    fn only_create_calls_without_a_name_or_a_token_are_sent_once() {
        let ec2 = |operation: &str, fields: &str| creates_another("EC2", operation, fields);
        assert!(ec2("CreateInternetGateway", "Action=CreateInternetGateway&Version=2016-11-15"));
        assert!(ec2("AllocateAddress", "Action=AllocateAddress&Version=2016-11-15&Domain=vpc"));
        assert!(!ec2("CreateNatGateway", "Action=CreateNatGateway&Version=2016-11-15&ClientToken=abc"));
        assert!(!ec2("CreateTags", "Action=CreateTags&Version=2016-11-15"));
        assert!(!ec2("DescribeVpcs", "Action=DescribeVpcs&Version=2016-11-15"));
        assert!(creates_another("KMS", "CreateKey", "{}"));
        assert!(!creates_another("KMS", "CreateAlias", "{}"));
        assert!(!creates_another("IAM", "CreateRole", "Action=CreateRole"));
    }
}
