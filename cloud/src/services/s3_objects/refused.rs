//! Errors of S3, which have more elements than code and message.

use http::{HeaderName, HeaderValue};
use winterbaume_core::MockResponse;

use crate::service::Fault;
use crate::wire::xml::written;

/// An error with the elements that S3 adds to it.
#[derive(Debug)]
pub(super) struct Refused {
    fault: Fault,
    elements: String,
    headers: Vec<(&'static str, String)>,
}

impl Refused {
    /// Returns an error.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        let fault = Fault { status, code: code.to_owned(), message: message.into() };
        Self { fault, elements: String::new(), headers: Vec::new() }
    }

    /// With one more element.
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.elements += &written(name, text);
        self
    }

    /// With one more header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Returns its code.
    pub fn code(&self) -> &str {
        &self.fault.code
    }

    /// Returns its message.
    pub fn message(&self) -> &str {
        &self.fault.message
    }

    /// Returns the error as a response of S3.
    pub fn response(self) -> MockResponse {
        let request_id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>{}{}{}{}{}</Error>",
            written("Code", &self.fault.code),
            written("Message", &self.fault.message),
            self.elements,
            written("RequestId", &request_id[..16]),
            written("HostId", "embedded"),
        );
        let mut response =
            MockResponse::xml(self.fault.status, if self.fault.status == 304 { String::new() } else { body });
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { fault, elements: String::new(), headers: Vec::new() }
    }
}

/// Returns AWS's error for a key that does not exist.
pub(super) fn no_such_key(key: &str) -> Refused {
    Refused::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

/// Returns AWS's error for an argument it cannot read.
pub(super) fn invalid_argument(message: &str, name: &str, value: &str) -> Refused {
    Refused::new(400, "InvalidArgument", message).with("ArgumentName", name).with("ArgumentValue", value)
}

/// Returns AWS's error for a body it cannot read.
pub(super) fn malformed() -> Refused {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    Refused::new(400, "MalformedXML", message)
}
