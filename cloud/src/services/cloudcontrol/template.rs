//! Templates of values that AWS assigns: texts with parts in angle brackets.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::behaviour::bare;
use super::schema::path;
use crate::documents::CallContext;

/// The parts that templates can have.
pub struct Scope<'a> {
    /// The model of the resource.
    pub model: &'a Value,
    /// The region.
    pub region: &'a str,
    /// The partition of the region.
    pub partition: &'a str,
    /// The account, 12 digits.
    pub account: &'a str,
    /// The present, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// The number of the next version.
    pub next: u64,
}

impl<'a> Scope<'a> {
    /// Returns the scope of a call.
    pub fn of(context: &CallContext<'a>, model: &'a Value) -> Self {
        Self {
            model,
            region: context.region,
            partition: context.partition(),
            account: context.account,
            now_ms: context.now_ms,
            next: 1,
        }
    }
}

/// Fills a template: `<partition>`, `<region>`, `<account>`, `<dns>`, `<now>`, `<next>`, random letters and digits (`<#12>`, `<#hex17>`,
/// `<#uuid>`), `<Property>`, `<bare:Property>` (the name in an ARN), `<after:TEXT:Property>`, `<?Property>` and
/// `<!Property>`, which are empty but say that the property must be there, or must not, as `<=Property:VALUE>` says that it must have this value.
/// A template that begins with `=` is JSON. None: a property is not there.
pub fn fill(template: &str, scope: &Scope<'_>) -> Option<Value> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('<') {
        let (part, after) = after.split_once('>')?;
        filled.push_str(before);
        filled.push_str(&value(part, scope)?);
        rest = after;
    }
    filled.push_str(rest);
    match filled.strip_prefix('=') {
        Some(json) => serde_json::from_str(json).ok(),
        None => Some(Value::String(filled)),
    }
}

fn value(part: &str, scope: &Scope<'_>) -> Option<String> {
    let property = |path: &str| match path::values(scope.model, path).first()? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    if let Some(kind) = part.strip_prefix('#') {
        return Some(random(kind));
    }
    if let Some(path) = part.strip_prefix('?') {
        return property(path).map(|_| String::new());
    }
    if let Some(path) = part.strip_prefix('!') {
        return property(path).is_none().then(String::new);
    }
    if let Some((path, wanted)) = part.strip_prefix('=').and_then(|rest| rest.split_once(':')) {
        return (property(path)? == wanted).then(String::new);
    }
    if let Some(path) = part.strip_prefix("bare:") {
        return property(path).map(|text| bare(&text).to_owned());
    }
    if let Some((text, path)) = part.strip_prefix("after:").and_then(|rest| rest.split_once(':')) {
        return property(path)?.split_once(text).map(|(_, after)| after.to_owned());
    }
    Some(match part {
        "partition" => scope.partition.to_owned(),
        "region" => scope.region.to_owned(),
        "account" => scope.account.to_owned(),
        "dns" if scope.partition == "aws-cn" => "amazonaws.com.cn".to_owned(),
        "dns" => "amazonaws.com".to_owned(),
        "now" => Timestamp::from_millisecond(scope.now_ms).ok()?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "next" => scope.next.to_string(),
        "ShortType" => match scope.model["Type"].as_str() {
            Some("network") => "net".to_owned(),
            Some("gateway") => "gwy".to_owned(),
            _ => "app".to_owned(),
        },
        // The ARN of a version is that of its state machine, a colon, and a number.
        "StateMachineOfAlias" => {
            property("RoutingConfiguration/*/StateMachineVersionArn")?.rsplit_once(':')?.0.to_owned()
        }
        path => return property(path),
    })
}

fn random(kind: &str) -> String {
    let hex: String = (0..4).map(|_| Uuid::new_v4().simple().to_string()).collect();
    if kind == "uuid" {
        return Uuid::new_v4().to_string();
    }
    if let Some(length) = kind.strip_prefix("hex").and_then(|digits| digits.parse().ok()) {
        return hex.chars().take(length).collect();
    }
    // Ids begin with a letter where that matters, and have no letters that hex does not show.
    let length = kind.parse::<usize>().unwrap_or(12);
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789".as_bytes();
    let digit = |at: usize| usize::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap_or_default();
    let letter = |at: usize| letters[digit(at) % if at == 0 { 26 } else { letters.len() }];
    (0..length.min(60)).map(|at| char::from(letter(at))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_parts_of_a_template_are_filled_or_missing() {
        let model = json!({ "Name": "a", "Arn": "arn:aws:x:r:1:thing/b", "Port": 80 });
        let scope = Scope { model: &model, region: "r", partition: "aws", account: "1", now_ms: 0, next: 7 };
        for (template, expected) in [
            ("arn:<partition>:<region>:<account>:<Name>:<next>", Some(json!("arn:aws:r:1:a:7"))),
            ("<bare:Arn><?Port>", Some(json!("b"))),
            ("<after:thing/:Arn>-<Port>-<now>", Some(json!("b-80-1970-01-01T00:00:00Z"))),
            ("=[\"<Name>\"]", Some(json!(["a"]))),
            ("<Missing>", None),
            ("x<?Missing>", None),
            ("x<!Missing>", Some(json!("x"))),
            ("x<!Name>", None),
            ("x<=Name:a>", Some(json!("x"))),
            ("x<=Name:b>", None),
        ] {
            assert_eq!(fill(template, &scope), expected, "{template}");
        }
        assert_eq!(random("12").len(), 12);
        assert!(random("20").starts_with(|first: char| first.is_ascii_lowercase()));
        assert_eq!((random("hex17").len(), random("uuid").len()), (17, 36));
    }
}
