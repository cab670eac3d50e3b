//! Disables retries of the SDK for create calls without a client token: AWS cannot tell a repetition from a second resource.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

/// Keeps the SDK from repeating an EC2 create call without a client token. After a broken connection it is unknown whether
/// the first call had an effect, and a second internet gateway would be billed or left behind. The executor calls `find`
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
        let body = context.request().body().bytes().unwrap_or_default();
        if creates_another(&String::from_utf8_lossy(body)) {
            config.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }
}

/// Returns whether a call with this body creates another resource each time it is sent.
fn creates_another(body: &str) -> bool {
    let fields = || body.split('&');
    fields().any(|field| {
        field.strip_prefix("Action=").is_some_and(|name| {
            // Repeating these has no further effect.
            let creates = name.starts_with("Create") || name.starts_with("Allocate");
            creates && !["CreateTags", "CreateRoute"].contains(&name)
        })
    }) && !fields().any(|field| field.starts_with("ClientToken="))
}

#[cfg(test)]
mod tests {
    use super::creates_another;

    #[test]
    fn only_create_calls_without_a_token_are_sent_once() {
        assert!(creates_another("Action=CreateInternetGateway&Version=2016-11-15"));
        assert!(creates_another("Action=AllocateAddress&Version=2016-11-15&Domain=vpc"));
        assert!(!creates_another("Action=CreateNatGateway&Version=2016-11-15&ClientToken=abc"));
        assert!(!creates_another("Action=CreateTags&Version=2016-11-15"));
        assert!(!creates_another("Action=DescribeVpcs&Version=2016-11-15"));
    }
}
