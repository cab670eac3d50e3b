//! Step Functions: state machines.

mod state_machine;

pub use state_machine::{
    KeyOwner, LogLevel, MachineEncryption, MachineKind, MachineLogGroup, MachineLogging, StateMachine,
    StateMachineOutputs,
};
