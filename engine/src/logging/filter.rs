//! Which crates may log how much.
//!
//! At the level `trace` the AWS SDK and the HTTP stack below it log requests and responses in full: values of secrets,
//! credentials, signatures. A directive for everything (`EBB_LOG=trace`) therefore means Ebbtide's own crates; others
//! are capped.
//!
//! | crates | `EBB_LOG=trace` | `EBB_LOG=aws_smithy_runtime=trace` | the same with `EBB_LOG_UNSAFE=1` |
//! |---|---|---|---|
//! | Ebbtide's | trace | – | – |
//! | others | info | debug | trace |

use tracing::Level;
use tracing::level_filters::LevelFilter;

/// Targets with this prefix are Ebbtide's own: they log neither bodies nor inputs.
const OWN: &str = "ebbtide";

/// Which targets may log how much, whatever the directives say.
#[derive(Debug, Default)]
pub(super) struct Caps {
    /// The targets that a directive names.
    named: Vec<Named>,
    /// Whether named targets may log at any level.
    lifted: bool,
}

#[derive(Debug)]
struct Named {
    target: String,
    level: LevelFilter,
}

impl Caps {
    /// Reads the targets that directives name: `ebbtide_engine=debug,aws_smithy_runtime=debug`.
    pub(super) fn new(directives: &str, lifted: bool) -> Self {
        Self { named: split(directives).filter_map(Named::parse).collect(), lifted }
    }

    /// Whether a target may log at a level.
    pub(super) fn allow(&self, target: &str, level: Level) -> bool {
        is_own(target) || level <= self.highest(target)
    }

    fn highest(&self, target: &str) -> Level {
        match self.named.iter().any(|named| target.starts_with(&named.target)) {
            true if self.lifted => Level::TRACE,
            true => Level::DEBUG,
            false => Level::INFO,
        }
    }

    /// Returns the named targets that get less than their directive says.
    pub(super) fn lowered(&self) -> Vec<&str> {
        let asks_for_more =
            |named: &&Named| !self.lifted && !is_own(&named.target) && named.level == LevelFilter::TRACE;
        self.named.iter().filter(asks_for_more).map(|named| named.target.as_str()).collect()
    }
}

impl Named {
    /// Reads a directive, `target[span{field=value}]=level`; `None` if it names no target.
    fn parse(directive: &str) -> Option<Self> {
        let directive = directive.trim();
        let target = directive.split(['[', '=']).next().unwrap_or_default();
        let after_span = directive.rsplit(']').next().unwrap_or_default();
        let level = after_span.split_once('=').map(|(_, level)| level.parse().unwrap_or(LevelFilter::TRACE));
        let is_only_a_level = level.is_none() && !directive.contains('[') && target.parse::<LevelFilter>().is_ok();
        let named = !target.is_empty() && !is_only_a_level;
        named.then(|| Self { target: target.to_owned(), level: level.unwrap_or(LevelFilter::TRACE) })
    }
}

/// Whether a target is one of Ebbtide's own crates.
pub(super) fn is_own(target: &str) -> bool {
    target.starts_with(OWN)
}

/// Splits directives at their commas, but not within `[span{a=1,b=2}]`.
fn split(directives: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    directives.split(move |character| {
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn highest(caps: &Caps, target: &str) -> Level {
        let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
        levels.into_iter().find(|level| caps.allow(target, *level)).unwrap()
    }

    #[test]
    fn a_directive_for_everything_is_capped_for_crates_of_others() {
        for directives in ["trace", "debug", "", "[span{a=1,b=2}]=trace", "ebbtide_engine=trace"] {
            for lifted in [false, true] {
                let caps = Caps::new(directives, lifted);
                assert_eq!(highest(&caps, "ebbtide_engine::sdk::trace"), Level::TRACE, "{directives}");
                assert_eq!(highest(&caps, "aws_smithy_runtime::client::orchestrator"), Level::INFO, "{directives}");
                assert!(caps.lowered().is_empty());
            }
        }
    }

    #[test]
    fn a_named_crate_may_log_up_to_debug_and_more_only_where_the_cap_is_lifted() {
        for directives in
            ["aws_smithy_runtime=trace", "info,aws_smithy_runtime", "aws_smithy_runtime[a{b=1,c=2}]=trace"]
        {
            let caps = Caps::new(directives, false);
            assert_eq!(highest(&caps, "aws_smithy_runtime::client::orchestrator"), Level::DEBUG, "{directives}");
            assert_eq!(highest(&caps, "aws_sigv4::http_request"), Level::INFO, "{directives}");
            assert_eq!(caps.lowered(), ["aws_smithy_runtime"], "{directives}");
            let caps = Caps::new(directives, true);
            assert_eq!(highest(&caps, "aws_smithy_runtime::client::orchestrator"), Level::TRACE, "{directives}");
            assert_eq!(highest(&caps, "aws_sigv4::http_request"), Level::INFO, "{directives}");
            assert!(caps.lowered().is_empty());
        }
        assert!(Caps::new("aws_smithy_runtime=debug,ebbtide=trace", false).lowered().is_empty());
    }
}
