//! The errors of each service for throttling, failures, missing permissions and expired credentials.

use super::hook::Call;
use crate::service::Fault;

/// Services that speak the query protocol, whose codes have no `Exception` at their end.
const QUERY: &[&str] = &["iam", "sts", "sns", "monitoring"];

/// Returns the error for too many calls.
pub(super) fn throttled(service: &str) -> Fault {
    match service {
        "ec2" => fault(503, "RequestLimitExceeded", "Request limit exceeded."),
        "s3" => fault(503, "SlowDown", "Please reduce your request rate."),
        service if QUERY.contains(&service) => fault(400, "Throttling", "Rate exceeded"),
        _ => fault(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// Returns the error for a failure inside the service.
pub(super) fn broken(service: &str) -> Fault {
    match service {
        "ec2" => fault(500, "InternalError", "An internal error has occurred"),
        "s3" => fault(500, "InternalError", "We encountered an internal error. Please try again."),
        _ => fault(500, "InternalFailure", "An internal error has occurred"),
    }
}

/// Returns the error of a service that is unavailable for now.
pub(super) fn unavailable(service: &str) -> Fault {
    match service {
        "s3" => fault(503, "ServiceUnavailable", "Please reduce your request rate."),
        _ => fault(503, "ServiceUnavailable", "The service is temporarily unavailable"),
    }
}

/// Returns the error for a call without the permission.
pub(super) fn denied(call: &Call) -> Fault {
    let (service, operation) = (call.service.as_str(), call.operation.as_str());
    let prefix = match service {
        "monitoring" => "cloudwatch",
        // The actions of Cloud Control are CloudFormation's (aws-sdk#140).
        "cloudcontrolapi" => "cloudformation",
        service => service,
    };
    let user = "arn:aws:iam::123456789012:user/embedded-cloud";
    let message = format!("User: {user} is not authorized to perform: {prefix}:{operation}");
    match service {
        "ec2" => {
            fault(403, "UnauthorizedOperation", &format!("You are not authorized to perform this operation. {message}"))
        }
        "s3" => fault(403, "AccessDenied", "Access Denied"),
        service if QUERY.contains(&service) => fault(403, "AccessDenied", &message),
        _ => fault(400, "AccessDeniedException", &message),
    }
}

/// Returns the error for expired credentials.
pub(super) fn expired(service: &str) -> Fault {
    let message = "The security token included in the request is expired";
    match service {
        "ec2" => fault(400, "RequestExpired", "Request has expired."),
        "s3" => fault(400, "ExpiredToken", "The provided token has expired."),
        service if QUERY.contains(&service) => fault(403, "ExpiredToken", message),
        _ => fault(400, "ExpiredTokenException", message),
    }
}

fn fault(status: u16, code: &str, message: &str) -> Fault {
    Fault { status, code: code.to_owned(), message: message.to_owned() }
}
