//! EventBridge: rules.

use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

/// The types.
pub const TYPES: &[Behaviour] = &[Behaviour {
    type_name: "AWS::Events::Rule",
    name: Some("Name"),
    assigned: &[("RuleName", "<Name>"), ("Arn", "arn:<partition>:events:<region>:<account>:rule/<Name>")],
    // LIVE: the state ENABLED appears.
    defaults: &[("State", "ENABLED"), ("EventBusName", "default")],
    ..PLAIN
}];
