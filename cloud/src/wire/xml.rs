//! The little XML that S3 speaks: elements without attributes.

use winterbaume_core::xml_escape;

/// Returns the content of the first element of a name, still escaped.
pub fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(content, _)| content)
}

/// Returns the content of each element of a name, still escaped.
pub fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (opening, closing) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(opening.as_str()).skip(1).filter_map(|rest| rest.split_once(closing.as_str())).map(|(it, _)| it).collect()
}

/// Returns the text of the first element of a name.
pub fn text(xml: &str, name: &str) -> Option<String> {
    element(xml, name).map(unescaped)
}

/// Returns a text without its entities; one that is malformed stays as it is.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// Returns an element with a text.
pub fn written(name: &str, text: impl std::fmt::Display) -> String {
    format!("<{name}>{}</{name}>", xml_escape(&text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_in_their_order_and_unescaped() {
        let xml =
            "<Delete xmlns=\"x\"><Object><Key>a &amp; b&#x20;</Key></Object><Object><Key></Key></Object></Delete>";
        let keys: Vec<_> = elements(xml, "Object").into_iter().map(|object| text(object, "Key")).collect();
        assert_eq!(keys, [Some("a & b ".to_owned()), Some(String::new())]);
        assert_eq!(text(xml, "Quiet"), None);
        assert_eq!(text(&written("Key", "<&>"), "Key").as_deref(), Some("<&>"));
    }
}
