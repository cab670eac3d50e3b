//! Foundation models that the price book has.

/// The ids of models, and the beginnings of their items.
const PRICED: &[(&str, &str)] = &[
    ("amazon.nova-micro-v1:0", "bedrock.nova_micro"),
    ("amazon.nova-lite-v1:0", "bedrock.nova_lite"),
    ("amazon.nova-pro-v1:0", "bedrock.nova_pro"),
    ("amazon.nova-2-lite-v1:0", "bedrock.nova2_lite"),
    ("amazon.titan-embed-text-v2:0", "bedrock.titan_embed_v2"),
];

/// Returns the beginning of the items of a model, by its id.
pub(super) fn items(id: &str) -> Option<&'static str> {
    PRICED.iter().find(|(known, _)| *known == id).map(|(_, items)| *items)
}

/// Returns the beginning of the items of a base model, by its id or ARN. Ids of models that can be customized end in the length
/// of their context: `amazon.nova-lite-v1:0:300k`.
pub(super) fn items_of_base(base: &str) -> Option<&'static str> {
    let id = base.rsplit('/').next().unwrap_or(base);
    items(id).or_else(|| id.rsplit_once(':').and_then(|(id, _)| items(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_model_is_priced_with_and_without_the_length_of_its_context() {
        for base in [
            "amazon.nova-2-lite-v1:0",
            "amazon.nova-2-lite-v1:0:256k",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-2-lite-v1:0:256k",
        ] {
            assert_eq!(items_of_base(base), Some("bedrock.nova2_lite"), "{base}");
        }
        for base in ["meta.llama3-1-8b-instruct-v1:0:128k", "amazon.nova-2-lite-v1", ""] {
            assert_eq!(items_of_base(base), None, "{base}");
        }
    }
}
