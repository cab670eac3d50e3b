//! Creations that AWS cannot tell from their repetition are sent once; who tries again must look first.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

/// Keeps the SDK from repeating an EC2 creation without a client token: after a connection that broke, nobody knows
/// whether the first one acted, and a second internet gateway would bill or be left behind. The executor asks `find`
/// before it tries again. Everything else is repeated by the SDK as usual.
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
        if makes_another(&String::from_utf8_lossy(body)) {
            config.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }
}

/// Whether a call with this body makes another thing each time it is sent.
fn makes_another(body: &str) -> bool {
    let fields = || body.split('&');
    fields().any(|field| {
        field.strip_prefix("Action=").is_some_and(|name| {
            // Tags and routes are the same after a repetition.
            let creates = name.starts_with("Create") || name.starts_with("Allocate");
            creates && !["CreateTags", "CreateRoute"].contains(&name)
        })
    }) && !fields().any(|field| field.starts_with("ClientToken="))
}

#[cfg(test)]
mod tests {
    use super::makes_another;

    #[test]
    fn only_creations_without_a_token_make_another() {
        assert!(makes_another("Action=CreateInternetGateway&Version=2016-11-15"));
        assert!(makes_another("Action=AllocateAddress&Version=2016-11-15&Domain=vpc"));
        assert!(!makes_another("Action=CreateNatGateway&Version=2016-11-15&ClientToken=abc"));
        assert!(!makes_another("Action=CreateTags&Version=2016-11-15"));
        assert!(!makes_another("Action=DescribeVpcs&Version=2016-11-15"));
    }
}
