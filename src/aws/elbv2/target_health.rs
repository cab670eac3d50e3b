//! Health checks of targets: the checks of their fields.

use super::protocol::Protocol;
use crate::resource::Problems;

/// Returns whether a text is a list of codes, `200,202` or `200-299`, each in these limits.
fn is_codes(text: &str, least: u16, most: u16) -> bool {
    let is_code = |code: &str| code.parse().is_ok_and(|code: u16| (least..=most).contains(&code));
    text.split(',').all(|part| match part.split_once('-') {
        Some((from, to)) => is_code(from) && is_code(to),
        None => is_code(part),
    })
}

/// The fields of health checks.
pub(super) struct HealthChecks<'a> {
    pub(super) is_function: bool,
    pub(super) is_http: bool,
    pub(super) is_grpc: bool,
    pub(super) enabled: bool,
    pub(super) protocol: Option<Protocol>,
    pub(super) port: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) interval: u32,
    pub(super) timeout: u32,
    pub(super) healthy: u32,
    pub(super) unhealthy: u32,
    pub(super) codes: Option<&'a str>,
    pub(super) grpc_codes: Option<&'a str>,
}

impl HealthChecks<'_> {
    /// Reports problems (CreateTargetGroup).
    pub(super) fn check(&self, problems: &mut Problems) {
        self.check_numbers(problems);
        if !self.is_function && !self.enabled {
            problems.refuse("health_check_enabled", "is false: AWS always checks targets that are no functions");
        }
        self.check_place(problems);
        self.check_replies(problems);
    }

    fn check_place(&self, problems: &mut Problems) {
        match (self.is_function, self.protocol) {
            (true, Some(_)) => problems.refuse("health_check_protocol", "is not for functions: leave it out"),
            (false, None) => problems.refuse("health_check_protocol", "is missing: http, https or tcp"),
            (false, Some(protocol)) if !protocol.is_http() && protocol != Protocol::Tcp => {
                let message = format!("is {}; AWS takes HTTP, HTTPS and TCP", protocol.word());
                problems.refuse("health_check_protocol", message);
            }
            (false, Some(Protocol::Tcp)) if self.is_http => {
                problems.refuse("health_check_protocol", "is TCP, and the targets speak HTTP: check them with HTTP");
            }
            _ => {}
        }
        match (self.is_function, self.port) {
            (true, Some(_)) => problems.refuse("health_check_port", "is not for functions: leave it out"),
            (false, None) => problems.refuse("health_check_port", "is missing: traffic-port, or a port"),
            (false, Some(port)) if port != "traffic-port" && !port.parse().is_ok_and(|port: u16| port > 0) => {
                problems.refuse("health_check_port", format!("is `{port}`; write traffic-port, or 1 to 65535"));
            }
            _ => {}
        }
    }

    fn check_replies(&self, problems: &mut Problems) {
        let asks = self.is_function || self.protocol.is_some_and(Protocol::is_http);
        match (self.path, asks) {
            (None, true) => problems.refuse("health_check_path", "is missing: AWS asks for a path, `/`"),
            (Some(_), false) => problems.refuse("health_check_path", "is not for checks of connections: leave it out"),
            (Some(path), true) if !path.starts_with('/') || path.len() > 1024 => {
                let message = format!("`{path}` is not a path of up to 1024 characters from `/` on");
                problems.refuse("health_check_path", message);
            }
            _ => {}
        }
        let most = if self.is_http { 499 } else { 599 };
        for (field, codes, is_wanted, (least, most)) in [
            ("success_codes", self.codes, asks && !self.is_grpc, (200, most)),
            ("grpc_success_codes", self.grpc_codes, asks && self.is_grpc, (0, 99)),
        ] {
            match codes {
                None if is_wanted => problems.refuse(field, "is missing: codes such as 200-299"),
                Some(_) if !is_wanted => problems.refuse(field, "does not belong to these health checks: leave it out"),
                Some(codes) if is_wanted && !is_codes(codes, least, most) => {
                    let advice = format!("write codes from {least} to {most}, `200,202` or `200-299`");
                    problems.refuse(field, format!("is `{codes}`; {advice}"));
                }
                _ => {}
            }
        }
    }

    fn check_numbers(&self, problems: &mut Problems) {
        for (field, value, (least, most)) in [
            ("health_check_interval_seconds", self.interval, (5, 300)),
            ("health_check_timeout_seconds", self.timeout, (2, 120)),
            ("healthy_threshold", self.healthy, (2, 10)),
            ("unhealthy_threshold", self.unhealthy, (2, 10)),
        ] {
            if !(least..=most).contains(&value) {
                problems.refuse(field, format!("is {value}; AWS takes {least} to {most}"));
            }
        }
        if self.timeout >= self.interval {
            let message = format!("is {}; it has to be less than the interval, {}", self.timeout, self.interval);
            problems.refuse("health_check_timeout_seconds", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_numbers_and_ranges_in_limits() {
        assert!(is_codes("200", 200, 499) && is_codes("200,301-399", 200, 499) && is_codes("0-99", 0, 99));
        for wrong in ["", "2xx", "200-", "200,", "500"] {
            assert!(!is_codes(wrong, 200, 499), "{wrong}");
        }
    }
}
