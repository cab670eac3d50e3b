//! Notifications: an SNS topic and a webhook.

mod notice;
mod notifier;
mod signature;
mod topic;
mod waiting;
mod webhook;

pub use notice::{NOTICE_FORMAT, Notice, NoticeKind};
pub use notifier::{Notifier, NotifyError};
pub use waiting::{NoticeEvent, Waiting};
