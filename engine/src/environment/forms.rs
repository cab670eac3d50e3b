//! Forms of text that a schema may name with `format`, and the words that some of them have.

use aws_sdk_sagemaker::types::ProductionVariantInstanceType;

use crate::environment::suggest::{did_you_mean, nearest};

/// Returns the words of a form, for the schema and for messages; none for a form without a list.
pub(super) fn words_of_form(form: &str) -> &'static [&'static str] {
    match form {
        "sagemaker-instance-type" => ProductionVariantInstanceType::values(),
        _ => &[],
    }
}

/// Returns what is wrong with a text that is to have a form, with the correction. A form that is not known refuses nothing.
pub(super) fn form_problem(form: &str, text: &str, region: &str) -> Option<String> {
    match form {
        "email" => (!is_email(text)).then(|| format!("\"{text}\" is not an e-mail address: write NAME@DOMAIN")),
        "availability-zone" => zone_problem(text, region),
        "sagemaker-instance-type" => instance_type_problem(text),
        _ => None,
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '@' || c == ',');
    plain(name) && plain(domain) && domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty())
}

fn zone_problem(text: &str, region: &str) -> Option<String> {
    let letter = text.strip_prefix(region).filter(|_| !region.is_empty());
    let is_zone = region.is_empty() || letter.is_some_and(|rest| matches!(rest.as_bytes(), [b'a'..=b'h']));
    (!is_zone).then(|| format!("\"{text}\" is not a zone of {region}: write one such as {region}a, up to {region}h"))
}

/// Returns what is wrong with a type of instances: the sizes of its family, or families, are named, since there are hundreds of types.
fn instance_type_problem(text: &str) -> Option<String> {
    let known = ProductionVariantInstanceType::values();
    if known.contains(&text) {
        return None;
    }
    let family_of = |name: &'static str| name.rsplit_once('.').map(|(family, _)| family);
    let family = text.rsplit_once('.').map_or(text, |(family, _)| family);
    let sizes: Vec<&str> = known.iter().copied().filter(|name| family_of(name) == Some(family)).collect();
    let near = did_you_mean(nearest(text, known.iter().copied()));
    let listed = if sizes.is_empty() {
        let mut families: Vec<&str> = known.iter().copied().filter_map(family_of).collect();
        families.dedup();
        families.sort_unstable();
        families.dedup();
        format!("families: {}", families.join(", "))
    } else {
        format!("of this family: {}", sizes.join(", "))
    };
    Some(format!("\"{text}\" is no instance type of endpoints that this `ebb` knows{near} ({listed})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_zones_have_their_forms() {
        for good in ["a@example.com", "first.last+tag@mail.example.co.uk"] {
            assert_eq!(form_problem("email", good, ""), None);
        }
        for bad in ["", "a", "a@", "@b.c", "a b@c.de", "a@b", "a@b..c", "a@b.c,d@e.f"] {
            assert!(form_problem("email", bad, "").is_some(), "{bad}");
        }
        assert_eq!(form_problem("availability-zone", "eu-west-1a", "eu-west-1"), None);
        for bad in ["eu-west-1", "eu-west-1z", "eu-west-2a", "a"] {
            assert!(form_problem("availability-zone", bad, "eu-west-1").unwrap().contains("eu-west-1a"), "{bad}");
        }
        assert_eq!(form_problem("uri", "anything", ""), None);
    }

    #[test]
    fn an_unknown_size_is_refused_with_the_sizes_of_its_family() {
        assert_eq!(form_problem("sagemaker-instance-type", "ml.g5.xlarge", ""), None);
        let problem = form_problem("sagemaker-instance-type", "ml.g5.huge", "").unwrap();
        assert!(problem.contains("ml.g5.12xlarge") && !problem.contains("ml.m5.large"), "{problem}");
        assert!(problem.len() < 400, "{problem}");
        let problem = form_problem("sagemaker-instance-type", "g5.xlarge", "").unwrap();
        assert!(problem.contains("did you mean `ml.g5.xlarge`?") && problem.contains("ml.g5,"), "{problem}");
    }
}
