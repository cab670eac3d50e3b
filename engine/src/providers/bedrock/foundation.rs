//! Looking, before a job is planned, whether its base model can be customized.

use crate::providers::{Looked, Missing, StandIn};
use crate::sdk::{CallName, Context, Error, ErrorKind};
use aws_sdk_bedrock::types::{FoundationModelDetails, ModelCustomization};
use ebbtide::aws::bedrock::CustomizationType;

/// Looks whether a base model is past its life or cannot be customized so. A custom model is taken as it is.
pub(super) async fn look_for_base(
    context: &Context,
    base: &str,
    customization: CustomizationType,
) -> Result<Looked, Error> {
    if base.contains(":custom-model/") {
        return Ok(Looked::There);
    }
    let get = context.aws.bedrock().get_foundation_model().model_identifier(base);
    let problem = match get.send().await.named("bedrock:GetFoundationModel") {
        Ok(found) => found.model_details().and_then(|model| problem_of(model, customization, context)),
        Err(error) if error.kind == ErrorKind::NotFound => {
            let region = &context.scope().region;
            Some(format!(
                "Bedrock has no base model {base} in {region}: it is past its end of life, or was never there"
            ))
        }
        Err(error) if error.kind.passes() || error.kind == ErrorKind::Credentials => return Err(error),
        Err(error) => return Ok(Looked::Unchecked(format!("the base model {base} was not looked up: {error}"))),
    };
    Ok(problem.map_or(Looked::There, |problem| {
        let remedy = format!(
            "aws bedrock list-foundation-models --by-customization-type {}    (declare one of these as `base_model`)",
            to_sdk(customization).as_str()
        );
        Looked::Missing(Missing { problem, remedy, stand_in: StandIn::None })
    }))
}

fn problem_of(model: &FoundationModelDetails, customization: CustomizationType, context: &Context) -> Option<String> {
    let (id, now) = (model.model_id(), context.aws.now().as_second());
    let end = model.model_lifecycle().and_then(|lifecycle| lifecycle.end_of_life_time());
    if let Some(end) = end.filter(|end| end.secs() <= now) {
        return Some(format!("the base model {id} is past its end of life, {}", date(end.secs())));
    }
    let wanted = to_sdk(customization);
    (!model.customizations_supported().contains(&wanted))
        .then(|| format!("the base model {id} cannot be customized by {}", wanted.as_str()))
}

fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn to_sdk(customization: CustomizationType) -> ModelCustomization {
    match customization {
        CustomizationType::FineTuning => ModelCustomization::FineTuning,
        CustomizationType::ContinuedPreTraining => ModelCustomization::ContinuedPreTraining,
    }
}
