//! awsQuery and ec2Query: form-encoded parameters in, XML out.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use winterbaume_core::{MockRequest, MockResponse};

use crate::service::Fault;

/// The parameters of a query call, flat as they came: `Filter.1.Name` → `tag:Name`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads the parameters from the request's body (and its query string, as some clients send them there).
    pub fn of(request: &MockRequest) -> Self {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let query = request.uri.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        Self(
            [query, body]
                .iter()
                .flat_map(|text| text.split('&'))
                .filter_map(|pair| pair.split_once('='))
                .map(|(key, value)| (decode(key), decode(value)))
                .collect(),
        )
    }

    /// Returns the operation: the parameter `Action`.
    pub fn operation(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    /// Returns one parameter by its full key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Returns all parameters with their full keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Returns a parameter that must be there.
    pub fn need(&self, key: &str) -> Result<&str, Fault> {
        self.get(key)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Fault::new("MissingParameter", format!("The request must contain the parameter {key}")))
    }

    /// Returns the members of a list, in their order: `list("SubnetId")` reads `SubnetId.1`, `SubnetId.2`, …;
    /// for awsQuery pass `"Tags.member"`. Members that are structures come back as parameters of their own.
    pub fn list(&self, prefix: &str) -> Vec<Parameters> {
        let mut members: BTreeMap<u32, Parameters> = BTreeMap::new();
        let prefix = format!("{prefix}.");
        for (key, value) in &self.0 {
            let Some(rest) = key.strip_prefix(&prefix) else { continue };
            let (index, field) = rest.split_once('.').unwrap_or((rest, ""));
            let Ok(index) = index.parse() else { continue };
            members.entry(index).or_default().0.insert(field.to_owned(), value.clone());
        }
        members.into_values().collect()
    }

    /// Returns the members of a list of plain strings.
    pub fn strings(&self, prefix: &str) -> Vec<String> {
        self.list(prefix).iter().filter_map(|member| member.get("").map(str::to_owned)).collect()
    }

    /// Returns the structure under a prefix: `at("RouteTable")` reads `RouteTable.…` as parameters of their own.
    pub fn at(&self, prefix: &str) -> Parameters {
        let prefix = format!("{prefix}.");
        Self(
            self.0
                .iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())))
                .collect(),
        )
    }

    /// Returns whether no parameter is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes a JSON value as XML elements: an object's fields become elements, an array's members become `member`
/// elements named by `item` (`item` for EC2, `member` for awsQuery), null is left out.
pub fn xml(value: &Value, item: &str) -> String {
    let mut out = String::new();
    write_xml(value, item, &mut out);
    out
}

fn write_xml(value: &Value, item: &str, out: &mut String) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => out.push_str(&winterbaume_core::xml_escape(text)),
        Value::Array(members) => {
            for member in members {
                element(item, member, item, out);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                if !field.is_null() {
                    element(name, field, item, out);
                }
            }
        }
    }
}

fn element(name: &str, value: &Value, item: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    write_xml(value, item, out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Returns the response of an EC2 call: `<CreateVpcResponse>…` with the fields of `result` directly inside.
pub fn ec2_response(operation: &str, result: Result<Value, Fault>) -> MockResponse {
    match result {
        Ok(value) => MockResponse::xml(
            200,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
                 <requestId>{}</requestId>{}</{operation}Response>",
                uuid::Uuid::new_v4(),
                xml(&value, "item")
            ),
        ),
        Err(fault) => MockResponse::xml(
            fault.status,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors>\
                 <RequestID>{}</RequestID></Response>",
                fault.code,
                winterbaume_core::xml_escape(&fault.message),
                uuid::Uuid::new_v4()
            ),
        ),
    }
}

/// Returns the response of an awsQuery call: `<SubscribeResponse><SubscribeResult>…`.
pub fn query_response(operation: &str, result: Result<Map<String, Value>, Fault>) -> MockResponse {
    let request_id = uuid::Uuid::new_v4();
    match result {
        Ok(fields) => MockResponse::xml(
            200,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><{operation}Response><{operation}Result>{}</{operation}Result>\
                 <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>",
                xml(&Value::Object(fields), "member")
            ),
        ),
        Err(fault) => MockResponse::xml(
            fault.status,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
                 <RequestId>{request_id}</RequestId></ErrorResponse>",
                fault.code,
                winterbaume_core::xml_escape(&fault.message)
            ),
        ),
    }
}
