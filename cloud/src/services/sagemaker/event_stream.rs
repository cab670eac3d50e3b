//! Event streams, in which the runtime streams a response (Smithy, "Amazon Event Stream Specification").

use flate2::Crc;

/// The most bytes of a part. AWS sends the parts as the model writes them; the stand-in writes all at once.
const PART: usize = 64;
/// The type of a header whose value is a text.
const TEXT: u8 = 7;

/// Returns a body as a stream of events `PayloadPart`.
pub fn payload_parts(body: &[u8]) -> Vec<u8> {
    let headers =
        [(":message-type", "event"), (":event-type", "PayloadPart"), (":content-type", "application/octet-stream")];
    body.chunks(PART).flat_map(|part| message(&headers, part)).collect()
}

/// Returns a message: both lengths and their checksum, headers, payload, and the checksum of all.
fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    for (name, value) in headers {
        written.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        written.extend(name.as_bytes());
        written.push(TEXT);
        written.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        written.extend(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    // Twelve bytes stand before the headers, and four behind the payload.
    let mut message = Vec::from(length(written.len() + payload.len() + 16));
    message.extend(length(written.len()));
    message.extend(checksum(&message));
    message.extend(written);
    message.extend(payload);
    message.extend(checksum(&message));
    message
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_bytes_of_the_specification() {
        // The test vector `payload_no_headers` of the SDKs (awslabs/aws-c-event-stream, tests/message_deserialize_test.c).
        let expected = [
            0x00, 0x00, 0x00, 0x1d, 0x00, 0x00, 0x00, 0x00, 0xfd, 0x52, 0x8c, 0x5a, 0x7b, 0x27, 0x66, 0x6f, 0x6f, 0x27,
            0x3a, 0x27, 0x62, 0x61, 0x72, 0x27, 0x7d, 0xc3, 0x65, 0x39, 0x36,
        ];
        assert_eq!(message(&[], b"{'foo':'bar'}"), expected);
        let parts = payload_parts(&[b'x'; PART + 1]);
        assert_eq!(parts.iter().filter(|byte| **byte == b'x').count(), PART + 1);
    }
}
