//! The language model: the ARNs that a call of it needs.

use ebbtide::resource::Scope;

/// The first parts of the ids of inference profiles that AWS makes, one for each group of regions (Bedrock's guide, "Supported cross-Region
/// inference profiles").
const GROUPS: [&str; 8] = ["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

/// Returns the ARNs on which a role needs `bedrock:InvokeModel`. A profile calls its models in other regions, too.
pub(super) fn arns(scope: &Scope, model: &str) -> Vec<String> {
    let (partition, region, account) = (scope.partition(), &scope.region, &scope.account);
    let everywhere = |model: &str| format!("arn:{partition}:bedrock:*::foundation-model/{model}");
    if model.starts_with("arn:") {
        let is_profile = model.contains(":inference-profile/") || model.contains(":application-inference-profile/");
        return std::iter::once(model.to_owned()).chain(is_profile.then(|| everywhere("*"))).collect();
    }
    match model.split_once('.').filter(|(group, _)| GROUPS.contains(group)) {
        Some((_, of)) => {
            let profile = format!("arn:{partition}:bedrock:{region}:{account}:inference-profile/{model}");
            vec![profile, everywhere(of)]
        }
        None => vec![format!("arn:{partition}:bedrock:{region}::foundation-model/{model}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_needs_its_models_in_all_regions() {
        let scope = Scope {
            environment: "test".into(),
            stack: "document_intelligence".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let arns = |model: &str| arns(&scope, model);
        assert_eq!(
            arns("amazon.nova-2-lite-v1:0"),
            ["arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-2-lite-v1:0"]
        );
        assert_eq!(
            arns("eu.amazon.nova-2-lite-v1:0"),
            [
                "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-2-lite-v1:0",
                "arn:aws:bedrock:*::foundation-model/amazon.nova-2-lite-v1:0",
            ]
        );
        let own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/a1b2";
        assert_eq!(arns(own), [own, "arn:aws:bedrock:*::foundation-model/*"]);
        let deployed = "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/a1b2";
        assert_eq!(arns(deployed), [deployed]);
    }
}
