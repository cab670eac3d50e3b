//! The guardrail of the language model.

use ebbtide::aws::bedrock::{
    ContentCategory, ContentFilter, ContentPolicy, DataAction, Guardrail, GuardrailVersion, PersonalData,
    PersonalDataRule, Strength, Topic, TopicPolicy,
};
use ebbtide::aws::{GuardrailArn, GuardrailId};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

/// A version of the guardrail, as calls name it.
pub(super) struct Guarded {
    pub(super) arn: Input<GuardrailArn>,
    pub(super) id: Input<GuardrailId>,
    pub(super) version: Input<String>,
}

/// Declares the guardrail and the version that calls use: another one follows each change of the filters.
pub(super) fn declare(stack: &mut Stack) -> Guarded {
    use ContentCategory::{Hate, Insults, Sexual, Violence};
    use DataAction::{Anonymize, Block};
    let strict = |category| ContentFilter::new(category, Strength::High, Strength::High);
    let filters = [
        strict(Hate),
        strict(Insults),
        strict(Sexual),
        ContentFilter::new(Violence, Strength::Medium, Strength::High),
        ContentFilter::prompt_attacks(Strength::High),
    ];
    let topics = [
        Topic::denied("Legal Advice", "Providing specific legal recommendations or interpretations."),
        Topic::denied("Financial Advice", "Recommending specific financial decisions."),
    ];
    let data = [
        (PersonalData::Email, Anonymize),
        (PersonalData::Phone, Anonymize),
        (PersonalData::UsSocialSecurityNumber, Block),
        (PersonalData::CreditDebitCardNumber, Block),
    ];
    let declared = Guardrail {
        content: Some(ContentPolicy::of(filters)),
        topics: Some(TopicPolicy::of(topics)),
        personal_data: data.map(|(data, action)| PersonalDataRule::new(data, action)).to_vec(),
        ..Guardrail::new(
            "This document cannot be processed: it asks for something that is not allowed here.",
            "The result is withheld, since it contains something that is not allowed here.",
        )
    };
    let guardrail = stack.add("documents", declared.clone());
    let version = stack.add("documents", GuardrailVersion::of(&guardrail.arn, &declared)).version;
    Guarded { arn: guardrail.arn, id: guardrail.id, version }
}
