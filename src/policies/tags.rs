//! Tags: every resource that takes tags has them.

use crate::stack::Policy;

/// Refuses resources without tags, or without one of these. The tags under `[tags]` of the environment's file are on every
/// resource.
pub fn tagged(keys: &[&str]) -> Policy {
    let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    Policy::new("tags", move |declared, violations| {
        for (address, declaration) in &declared.resources {
            let Some(tags) = declaration.inputs.get("tags").and_then(|tags| tags.as_object()) else { continue };
            let missing: Vec<&str> = keys.iter().map(String::as_str).filter(|key| !tags.contains_key(*key)).collect();
            let message = match (tags.is_empty(), missing.as_slice()) {
                (true, []) => "has no tags".to_owned(),
                (false, []) => continue,
                (_, missing) => format!("lacks the tag {}", missing.join(", ")),
            };
            violations.add(address, message, "add it under [tags] in the environment's file, or to the resource");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::s3::Bucket;
    use crate::policies::tests::violated;

    #[test]
    fn resources_without_a_tag_are_found() {
        let declare = |stack: &mut crate::stack::Stack| {
            stack.add("plain", Bucket::new());
            let tags = [("CostCenter".to_owned(), "ml".to_owned())].into();
            stack.add("charged", Bucket { tags, ..Bucket::new() });
        };
        // The stack's own tags are on both.
        assert!(violated(&tagged(&[]), declare).is_empty());
        assert_eq!(violated(&tagged(&["CostCenter"]), declare), ["s3_bucket.plain"]);
    }
}
