//! The error code in a response of AWS, for the log: there, the type of the operation's errors is not known.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

/// A longer text is no error code.
const LONGEST: usize = 80;

/// Returns the code of an error response: from a header, or from a body in XML, JSON or CBOR.
pub(super) fn error_code(response: &HttpResponse) -> Option<String> {
    let header = ["x-amzn-errortype", "x-amzn-query-error"].iter().find_map(|name| response.headers().get(name));
    match header {
        Some(header) => plain(header),
        None => response.body().bytes().and_then(in_body),
    }
}

fn in_body(body: &[u8]) -> Option<String> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'<' => plain(std::str::from_utf8(between(body, b"<Code>", b"</Code>")?).ok()?),
        b'{' => {
            let document: serde_json::Value = serde_json::from_slice(body).ok()?;
            plain(["__type", "code", "Code"].iter().find_map(|key| document.get(key)?.as_str())?)
        }
        _ => plain(std::str::from_utf8(in_cbor(body)?).ok()?),
    }
}

/// Returns the text behind the key `__type`. CBOR writes a text's length before it.
fn in_cbor(body: &[u8]) -> Option<&[u8]> {
    let (length, text) = match behind(body, b"__type")? {
        [0x78, length, text @ ..] => (*length, text),
        [length @ 0x60..=0x77, text @ ..] => (length & 0x1f, text),
        _ => return None,
    };
    text.get(..usize::from(length))
}

fn between<'a>(body: &'a [u8], start: &[u8], end: &[u8]) -> Option<&'a [u8]> {
    let rest = behind(body, start)?;
    rest.windows(end.len()).position(|part| part == end).map(|length| &rest[..length])
}

fn behind<'a>(body: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    let place = body.windows(part.len()).position(|window| window == part)?;
    body.get(place + part.len()..)
}

/// Returns a code without namespace and without what follows it: `com.amazonaws#NotFound:http://…`.
fn plain(text: &str) -> Option<String> {
    let code = text.split([':', ';']).next()?.rsplit('#').next()?.trim();
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (!code.is_empty() && code.len() <= LONGEST && code.bytes().all(is_code)).then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn response(body: &[u8]) -> HttpResponse {
        HttpResponse::new(StatusCode::try_from(400).unwrap(), SdkBody::from(body.to_vec()))
    }

    #[test]
    fn codes_are_found_in_every_protocol() {
        for (body, code) in [
            (
                &b"<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code></Error></Errors></Response>"[..],
                "InvalidVpcID.NotFound",
            ),
            (b"{\"__type\":\"com.amazonaws.kms#NotFoundException\",\"message\":\"x\"}", "NotFoundException"),
            (b" {\"code\": \"ValidationException\"}", "ValidationException"),
            (b"\xa2f__typex\x26com.amazonaws.cloudwatch#LimitExceeded", "LimitExceeded"),
            (b"\xa2f__typegaws#Badgmessageax", "Bad"),
        ] {
            assert_eq!(error_code(&response(body)).as_deref(), Some(code), "{}", String::from_utf8_lossy(body));
        }
        let mut response = response(b"{\"__type\":\"Other\"}");
        response.headers_mut().insert("x-amzn-errortype", "ResourceNotFoundException:http://internal/");
        assert_eq!(error_code(&response).as_deref(), Some("ResourceNotFoundException"));
    }

    #[test]
    fn nothing_of_another_body_is_taken_for_a_code() {
        for body in [
            &b""[..],
            b"a secret",
            b"<Code>a secret</Code>",
            b"<Code>",
            b"{\"__type\":1}",
            b"{",
            b"\xa1f__type\x78\xff",
        ] {
            assert_eq!(error_code(&response(body)), None, "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(error_code(&response(format!("<Code>{}</Code>", "a".repeat(LONGEST + 1)).as_bytes())), None);
    }
}
