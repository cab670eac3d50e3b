//! `secretsmanager_secret`: a secret, its value from the environment, a file, or a random generator.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;
use serde::{Deserialize, Serialize};

use super::SecretSource;
use super::source::{Lookup, process_environment};
use super::value::SecretValue;
use crate::aws::{Arn, SecretArn};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Charge, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags, tag_changes,
};

/// AWS's own key in each account, which is in use where none is named.
const DEFAULT_KEY: &str = "alias/aws/secretsmanager";

/// A secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Secret<P: Phase = Declared> {
    /// The name, up to 512 characters; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for, up to 2,048 characters.
    #[serde(default)]
    pub description: String,
    /// The KMS key that encrypts it; `None` is AWS's own key for secrets in the account.
    #[serde(default)]
    pub kms_key: Option<P::Of<Arn>>,
    /// How many days it can be restored after it was deleted: 7 to 30, or 0 for not at all.
    pub recovery_window_days: u8,
    /// Where its value comes from.
    pub source: SecretSource,
    /// A keyed hash of its value, worked out while planning; leave it `None`.
    #[serde(default)]
    pub value_hash: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Secret {
    /// A secret that can be restored for 30 days after it was deleted.
    pub fn new(source: SecretSource) -> Self {
        Self {
            name: None,
            description: String::new(),
            kms_key: None,
            recovery_window_days: 30,
            source,
            value_hash: None,
            tags: Tags::new(),
        }
    }

    fn prepare_in(
        &mut self,
        key: &str,
        recorded: Option<&Secret<Resolved>>,
        environment: Lookup<'_>,
    ) -> Result<(), Error> {
        let recorded = recorded.and_then(|recorded| recorded.value_hash.clone());
        self.value_hash = match (self.source.look(environment)?, recorded) {
            _ if matches!(self.source, SecretSource::Generated { .. }) => None,
            (Some(value), _) => Some(value.hash(key)?),
            // AWS has the value: whoever pauses or resumes need not have it too.
            (None, Some(recorded)) => Some(recorded),
            (None, None) => return Err(self.source.missing()),
        };
        Ok(())
    }
}

impl<P: Phase> Secret<P> {
    fn name(&self, identity: &Identity) -> String {
        // AWS advises against names that end in a hyphen and six characters, as its ARNs do and derived names too.
        self.name.clone().unwrap_or_else(|| format!("{}-ebb", identity.name(128)))
    }
}

/// The outputs of a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SecretOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<SecretArn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for Secret {
    const KIND: &'static str = "secretsmanager_secret";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Secret: name);
    type Resolved = Secret<Resolved>;
    type Outputs<P: Phase> = SecretOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut add = |field: &str, message: String| problems.refuse(field, message);
        if let Some(name) = self.name.as_ref().filter(|name| !is_name(name)) {
            add("name", format!("`{name}` is no name of a secret: 1 to 512 letters, digits, and any of /_+=.@-"));
        }
        if self.description.chars().count() > 2048 {
            add("description", "is longer than 2,048 characters".to_owned());
        }
        if !matches!(self.recovery_window_days, 0 | 7..=30) {
            add("recovery_window_days", format!("{} is neither 0 nor 7 to 30", self.recovery_window_days));
        }
        if let Some(problem) = self.source.problem() {
            add("source", problem);
        }
    }

    fn cost(&self) -> Vec<Charge> {
        vec![Charge::monthly("secretsmanager.secret", 1.0)]
    }

    fn known_outputs(&self, identity: &Identity) -> serde_json::Map<String, serde_json::Value> {
        serde_json::Map::from_iter([("name".to_owned(), self.name(identity).into())])
    }
}

impl Provider for Secret {
    fn prepare(&mut self, key: &str, recorded: Option<&Secret<Resolved>>) -> Result<(), Error> {
        self.prepare_in(key, recorded, &process_environment)
    }

    async fn find(context: &Context, inputs: &Secret<Resolved>) -> Result<Option<String>, Error> {
        let found = describe(context, &inputs.name(&context.identity)).await?;
        let found = found.filter(|secret| secret.deleted_date().is_none() && context.identity.owns(&all_tags(secret)));
        Ok(found.and_then(|secret| secret.arn))
    }

    async fn create(context: &Context, inputs: &Secret<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let value = inputs.source.value(&process_environment)?;
        let created = context
            .aws
            .secretsmanager()
            .create_secret()
            .name(&name)
            .client_request_token(context.identity.token())
            .set_description(Some(inputs.description.clone()).filter(|text| !text.is_empty()))
            .set_kms_key_id(inputs.kms_key.as_ref().map(ToString::to_string))
            .secret_string(value.expose())
            .set_tags(Some(sdk_tags(context.tags(&inputs.tags))))
            .send()
            .await
            .named("secretsmanager:CreateSecret");
        match created {
            Ok(created) => Ok(created.arn.unwrap_or_default()),
            Err(error) if error.kind == ErrorKind::AlreadyExists || error.is_code("InvalidRequestException") => {
                take_over(context, inputs, &name, &value, error).await
            }
            Err(error) => Err(error),
        }
    }

    async fn read(context: &Context, id: &str, last: &Secret<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(secret) = describe(context, id).await?.filter(|secret| secret.deleted_date().is_none()) else {
            return Ok(None);
        };
        let key = secret.kms_key_id().filter(|key| !key.ends_with(DEFAULT_KEY));
        let inputs = Secret::<Resolved> {
            name: last.name.as_ref().and(secret.name()).map(str::to_owned),
            description: secret.description().unwrap_or_default().to_owned(),
            kms_key: key.map(Arn::from),
            recovery_window_days: last.recovery_window_days,
            source: last.source.clone(),
            value_hash: last.value_hash.clone(),
            tags: own_tags(all_tags(&secret)),
        };
        let outputs = SecretOutputs::<Resolved> {
            arn: SecretArn(secret.arn().unwrap_or(id).to_owned()),
            name: secret.name().unwrap_or_default().to_owned(),
        };
        Ok(Some(Reading { data: Some("a value".to_owned()), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Secret<Resolved>, to: &Secret<Resolved>) -> Result<(), Error> {
        let is_generated = matches!(to.source, SecretSource::Generated { .. });
        let value = match from.value_hash != to.value_hash || (is_generated && from.source != to.source) {
            true => Some(to.source.value(&process_environment)?),
            false => None,
        };
        if value.is_some() || (&from.description, &from.kms_key) != (&to.description, &to.kms_key) {
            change(context, id, to, value.as_ref()).await?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, last: &Secret<Resolved>) -> Result<(), Error> {
        if describe(context, id).await?.is_none_or(|secret| secret.deleted_date().is_some()) {
            return Ok(());
        }
        let delete = context.aws.secretsmanager().delete_secret().secret_id(id);
        let delete = match last.recovery_window_days {
            0 if context.include_data => delete.force_delete_without_recovery(true),
            // Not asked to delete data: it stays restorable for as long as AWS can keep it so.
            0 => delete.recovery_window_in_days(30),
            days => delete.recovery_window_in_days(i64::from(days)),
        };
        delete.send().await.named("secretsmanager:DeleteSecret").optional().map(drop)
    }
}

/// Makes this resource of a secret of the same name that was deleted, or made by an attempt that was cut off; the
/// refusal of the creation if it is none of ours.
async fn take_over(
    context: &Context,
    inputs: &Secret<Resolved>,
    name: &str,
    value: &SecretValue,
    refusal: Error,
) -> Result<String, Error> {
    let Some(secret) = describe(context, name).await? else { return Err(refusal) };
    let tags = all_tags(&secret);
    if !context.identity.owns_any_generation(&tags) {
        return Err(refusal.as_kind(ErrorKind::AlreadyExists).hint(format!(
            "a secret named {name} exists (perhaps scheduled for deletion) that is not this one: choose another name, \
             or none to have one derived"
        )));
    }
    let arn = secret.arn().unwrap_or(name);
    let is_deleted = secret.deleted_date().is_some();
    if is_deleted {
        let restore = context.aws.secretsmanager().restore_secret().secret_id(arn);
        restore.send().await.named("secretsmanager:RestoreSecret")?;
    }
    // What was generated by this very creation may be in use already.
    let keeps_value =
        !is_deleted && context.identity.owns(&tags) && matches!(inputs.source, SecretSource::Generated { .. });
    change(context, arn, inputs, (!keeps_value).then_some(value)).await?;
    // The ownership tags last: with them it counts as created.
    update_tags(context, arn, &tags, &context.tags(&inputs.tags)).await?;
    Ok(arn.to_owned())
}

/// Sets description and key, and a value if there is one to set.
async fn change(context: &Context, id: &str, to: &Secret<Resolved>, value: Option<&SecretValue>) -> Result<(), Error> {
    // No token of ours: AWS ignores a token that it has seen, and a value may come back after another.
    let update = context.aws.secretsmanager().update_secret().secret_id(id).description(&to.description);
    let update = update
        .kms_key_id(to.kms_key.as_ref().map_or(DEFAULT_KEY, Arn::as_str))
        .set_secret_string(value.map(|value| value.expose().to_owned()));
    update.send().await.named("secretsmanager:UpdateSecret").map(drop)
}

async fn describe(context: &Context, id: &str) -> Result<Option<DescribeSecretOutput>, Error> {
    let describe = context.aws.secretsmanager().describe_secret().secret_id(id);
    describe.send().await.named("secretsmanager:DescribeSecret").optional()
}

fn all_tags(secret: &DescribeSecretOutput) -> Tags {
    secret.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect()
}

fn sdk_tags(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let removed: Vec<_> = removed.into_iter().filter(|key| !key.starts_with("aws:")).collect();
    let secrets = context.aws.secretsmanager();
    if !set.is_empty() {
        let tag = secrets.tag_resource().secret_id(id).set_tags(Some(sdk_tags(set)));
        tag.send().await.named("secretsmanager:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = secrets.untag_resource().secret_id(id).set_tag_keys(Some(removed));
        untag.send().await.named("secretsmanager:UntagResource")?;
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    (1..=512).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(hash: Option<&str>) -> Secret<Resolved> {
        let secret =
            Secret { value_hash: hash.map(str::to_owned), ..Secret::new(SecretSource::Environment("TOKEN".into())) };
        serde_json::from_value(serde_json::to_value(secret).unwrap()).unwrap()
    }

    fn environment(name: &str) -> Option<String> {
        (name == "TOKEN").then(|| "hf_secret".to_owned())
    }

    #[test]
    fn planning_adds_a_keyed_hash_and_never_the_value() {
        let mut secret = Secret::new(SecretSource::Environment("TOKEN".into()));
        secret.prepare_in("key", None, &environment).unwrap();
        let hash = secret.value_hash.clone().unwrap();
        assert!(!serde_json::to_string(&secret).unwrap().contains("hf_secret"));
        secret.prepare_in("other", Some(&recorded(Some("x"))), &environment).unwrap();
        assert_ne!(secret.value_hash, Some(hash));
    }

    #[test]
    fn without_the_variable_the_recorded_hash_stays_or_the_variable_is_named() {
        let mut secret = Secret::new(SecretSource::Environment("OTHER".into()));
        secret.prepare_in("key", Some(&recorded(Some("x"))), &environment).unwrap();
        assert_eq!(secret.value_hash.as_deref(), Some("x"));
        for recorded in [None, Some(&recorded(None))] {
            let error = secret.prepare_in("key", recorded, &environment).unwrap_err();
            assert!(error.to_string().contains("OTHER"), "{error}");
        }
    }

    #[test]
    fn a_generated_value_has_no_hash() {
        let mut secret = Secret::new(SecretSource::generated(32));
        secret.prepare_in("key", Some(&recorded(Some("x"))), &environment).unwrap();
        assert_eq!(secret.value_hash, None);
    }

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let good = || Secret::new(SecretSource::generated(32));
        let cases = [
            ("name", Secret { name: Some("a b".into()), ..good() }),
            ("description", Secret { description: "x".repeat(2049), ..good() }),
            ("recovery_window_days", Secret { recovery_window_days: 3, ..good() }),
            ("source", Secret::new(SecretSource::generated(3))),
        ];
        for (field, secret) in cases {
            let mut problems = Problems::new();
            secret.validate(&mut problems);
            assert!(problems.len() == 1 && problems[0].0 == field, "{field}: {problems:?}");
        }
    }
}
