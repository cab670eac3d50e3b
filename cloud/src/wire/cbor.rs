//! CBOR, as the protocol rpc-v2-cbor uses it, to JSON values and back.
//!
//! JSON has no instants: a decoded timestamp (tag 1) is a number of seconds since the epoch, and the encoder is given
//! by the field's name which numbers are timestamps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::data::{Tag, Type};
use minicbor::{Decoder, Encoder};
use serde_json::{Map, Number, Value};

use crate::service::Fault;

/// Deeper nesting than any AWS shape has is refused, so that a malformed body cannot exhaust the stack.
const DEPTH: usize = 64;

/// CBOR's tag of a timestamp in seconds since the epoch.
const EPOCH_SECONDS: u64 = 1;

/// Reads a CBOR body; an empty body is an empty object. Byte strings become base64, as awsJson writes them.
pub fn decode(body: &[u8]) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    read(&mut Decoder::new(body), DEPTH).map_err(|error| malformed(&error))
}

/// Writes a JSON value as CBOR; a number in a field for which `is_timestamp` returns true (or in a list of that field)
/// is written as a timestamp. Fields that are null are left out.
pub fn encode(value: &Value, is_timestamp: &dyn Fn(&str) -> bool) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    let written = write(&mut encoder, value, false, is_timestamp);
    debug_assert!(written.is_ok(), "writing to a vector cannot fail");
    encoder.into_writer()
}

type Written = Result<(), minicbor::encode::Error<std::convert::Infallible>>;

fn malformed(error: &minicbor::decode::Error) -> Fault {
    Fault::new("SerializationException", format!("the body is not CBOR: {error}"))
}

fn read(decoder: &mut Decoder<'_>, depth: usize) -> Result<Value, minicbor::decode::Error> {
    let too_deep = || minicbor::decode::Error::message("nested too deeply");
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    Ok(match decoder.datatype()? {
        Type::Bool => Value::Bool(decoder.bool()?),
        Type::Null => {
            decoder.null()?;
            Value::Null
        }
        Type::Undefined => {
            decoder.undefined()?;
            Value::Null
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => Value::from(decoder.u64()?),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => Value::from(decoder.i64()?),
        Type::F16 | Type::F32 | Type::F64 => float(decoder)?,
        Type::String | Type::StringIndef => Value::String(decoder.str_iter()?.collect::<Result<String, _>>()?),
        Type::Bytes | Type::BytesIndef => {
            let chunks = decoder.bytes_iter()?.collect::<Result<Vec<&[u8]>, _>>()?;
            Value::String(BASE64.encode(chunks.concat()))
        }
        Type::Array | Type::ArrayIndef => Value::Array(members(decoder, depth)?),
        Type::Map | Type::MapIndef => Value::Object(fields(decoder, depth)?),
        Type::Tag => {
            decoder.tag()?;
            read(decoder, depth)?
        }
        other => return Err(minicbor::decode::Error::type_mismatch(other)),
    })
}

fn float(decoder: &mut Decoder<'_>) -> Result<Value, minicbor::decode::Error> {
    let number = decoder.f64()?;
    Number::from_f64(number)
        .map(Value::Number)
        .ok_or_else(|| minicbor::decode::Error::message("a number is infinite or not a number"))
}

fn members(decoder: &mut Decoder<'_>, depth: usize) -> Result<Vec<Value>, minicbor::decode::Error> {
    let mut left = decoder.array()?;
    let mut members = Vec::new();
    while more(decoder, &mut left)? {
        members.push(read(decoder, depth)?);
    }
    Ok(members)
}

fn fields(decoder: &mut Decoder<'_>, depth: usize) -> Result<Map<String, Value>, minicbor::decode::Error> {
    let mut left = decoder.map()?;
    let mut fields = Map::new();
    while more(decoder, &mut left)? {
        let name = decoder.str_iter()?.collect::<Result<String, _>>()?;
        let value = read(decoder, depth)?;
        if !value.is_null() {
            fields.insert(name, value);
        }
    }
    Ok(fields)
}

/// Returns whether another member follows: by the count that was announced, or until the break.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, minicbor::decode::Error> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => {
            decoder.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

fn write(
    encoder: &mut Encoder<Vec<u8>>,
    value: &Value,
    timestamp: bool,
    is_timestamp: &dyn Fn(&str) -> bool,
) -> Written {
    match value {
        Value::Null => encoder.null()?,
        Value::Bool(flag) => encoder.bool(*flag)?,
        Value::Number(number) if timestamp => {
            encoder.tag(Tag::new(EPOCH_SECONDS))?.f64(number.as_f64().unwrap_or_default())?
        }
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => encoder.i64(integer)?,
            (None, Some(integer)) => encoder.u64(integer)?,
            (None, None) => encoder.f64(number.as_f64().unwrap_or_default())?,
        },
        Value::String(text) => encoder.str(text)?,
        Value::Array(members) => {
            encoder.array(members.len() as u64)?;
            for member in members {
                write(encoder, member, timestamp, is_timestamp)?;
            }
            encoder
        }
        Value::Object(fields) => {
            let present = || fields.iter().filter(|(_, field)| !field.is_null());
            encoder.map(present().count() as u64)?;
            for (name, field) in present() {
                write(encoder.str(name)?, field, is_timestamp(name), is_timestamp)?;
            }
            encoder
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn decoding_reverses_encoding() {
        let value =
            json!({ "Name": "a", "Count": 3, "Below": -7, "Threshold": 80.0, "On": true, "List": [1.5, "x", {}] });
        assert_eq!(decode(&encode(&value, &|_| false)).unwrap(), value);
    }

    #[test]
    fn a_double_stays_a_double_and_an_integer_an_integer() {
        let decoded = decode(&encode(&json!({ "D": 80.0, "I": 80 }), &|_| false)).unwrap();
        assert!(decoded["D"].is_f64());
        assert!(decoded["I"].is_u64());
    }

    #[test]
    fn timestamps_carry_tag_1_also_within_lists() {
        let encoded = encode(&json!({ "Timestamps": [5.0] }), &|name| name == "Timestamps");
        let mut decoder = Decoder::new(&encoded);
        decoder.map().unwrap();
        decoder.str().unwrap();
        decoder.array().unwrap();
        assert_eq!(decoder.tag().unwrap(), Tag::new(1));
        assert_eq!(decode(&encoded).unwrap(), json!({ "Timestamps": [5.0] }));
    }

    #[test]
    fn indefinite_lengths_are_read() {
        // {_ "a": [_ 1, 2], "b": (_ "x", "y")}
        let body = [0xbf, 0x61, 0x61, 0x9f, 1, 2, 0xff, 0x61, 0x62, 0x7f, 0x61, 0x78, 0x61, 0x79, 0xff, 0xff];
        assert_eq!(decode(&body).unwrap(), json!({ "a": [1, 2], "b": "xy" }));
    }

    #[test]
    fn a_body_cut_short_and_one_nested_too_deeply_are_refused() {
        let whole = encode(&json!({ "Name": "abc" }), &|_| false);
        assert_eq!(decode(&whole[..whole.len() - 1]).unwrap_err().code, "SerializationException");
        assert_eq!(decode(&[0x81; 200]).unwrap_err().code, "SerializationException");
    }
}
