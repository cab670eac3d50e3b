//! The provider of `secretsmanager_secret`.

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::Tag;

use super::source::{hash_of_source, process_environment, value_of_source};
use super::value::SecretValue;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::secretsmanager::{Secret, SecretOutputs, SecretSource};
use ebbtide::aws::{Arn, SecretArn};
use ebbtide::resource::{Resolved, Tags, own_tags, tag_changes};

/// AWS's own key in each account, which encrypts secrets without a declared key.
const DEFAULT_KEY: &str = "alias/aws/secretsmanager";

/// The code with which AWS says that a secret does not exist.
const MISSING: &[&str] = &["ResourceNotFoundException"];

impl Provider for Secret {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-*",
        reads: "secretsmanager:DescribeSecret",
        creates: "secretsmanager:CreateSecret secretsmanager:RestoreSecret secretsmanager:UpdateSecret \
            secretsmanager:TagResource secretsmanager:UntagResource",
        updates: "secretsmanager:UpdateSecret secretsmanager:TagResource secretsmanager:UntagResource",
        deletes: "secretsmanager:DeleteSecret",
    });

    fn prepare(&mut self, key: &str, recorded: Option<&Secret<Resolved>>) -> Result<(), Error> {
        let recorded = recorded.and_then(|recorded| recorded.value_hash.clone());
        self.value_hash = hash_of_source(&self.source, key, recorded, &process_environment)?;
        Ok(())
    }

    async fn find(context: &Context, inputs: &Secret<Resolved>) -> Result<Option<String>, Error> {
        let found = describe(context, &inputs.physical_name(&context.identity)).await?;
        let found = found.filter(|secret| secret.deleted_date().is_none() && context.identity.owns(&all_tags(secret)));
        found.map(|secret| required(secret.arn, "ARN")).transpose()
    }

    async fn create(context: &Context, inputs: &Secret<Resolved>) -> Result<String, Error> {
        let name = inputs.physical_name(&context.identity);
        let value = planned_value(context, inputs)?;
        let created = context
            .aws
            .secretsmanager()
            .create_secret()
            .name(&name)
            .client_request_token(context.identity.token())
            .set_description(Some(inputs.description.clone()).filter(|text| !text.is_empty()))
            .set_kms_key_id(inputs.kms_key.as_ref().map(ToString::to_string))
            .secret_string(value.expose())
            .set_tags(Some(tags_to_sdk(context.tags(&inputs.tags))))
            .send()
            .await
            .named("secretsmanager:CreateSecret");
        match created {
            Ok(created) => required(created.arn, "ARN"),
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
            name: required(secret.name, "Name")?,
        };
        Ok(Some(Reading { data: Some("a value".to_owned()), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Secret<Resolved>, to: &Secret<Resolved>) -> Result<(), Error> {
        let is_generated = matches!(to.source, SecretSource::Generated { .. });
        let has_new_value = from.value_hash != to.value_hash || (is_generated && from.source != to.source);
        let value = has_new_value.then(|| planned_value(context, to)).transpose()?;
        if value.is_some() || (&from.description, &from.kms_key) != (&to.description, &to.kms_key) {
            update_secret(context, id, to, value.as_ref()).await?;
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
            // Without permission to delete data, the secret stays restorable for as long as AWS allows.
            0 => delete.recovery_window_in_days(30),
            days => delete.recovery_window_in_days(i64::from(days)),
        };
        delete.send().await.named("secretsmanager:DeleteSecret").unless_missing(MISSING).map(drop)
    }
}

/// Returns the value to send to AWS. A source that has another value by now than the plan was made with is refused: the record
/// would describe a value that AWS does not have.
fn planned_value(context: &Context, inputs: &Secret<Resolved>) -> Result<SecretValue, Error> {
    let value = value_of_source(&inputs.source, &process_environment)?;
    if inputs.value_hash.as_ref().is_some_and(|planned| *planned != value.hash(&context.hash_key)) {
        let source = inputs.source.description();
        return Err(Error::invalid(format!("{source} holds another value than the plan was made with"))
            .hint("plan again with the value that is wanted, or set the value that was planned"));
    }
    Ok(value)
}

/// Takes over an existing secret of the same name, which was deleted earlier or created by an interrupted attempt.
/// Returns `refusal`, the error of the create call, if the secret belongs to another identity.
async fn take_over(
    context: &Context,
    inputs: &Secret<Resolved>,
    name: &str,
    value: &SecretValue,
    refusal: Error,
) -> Result<String, Error> {
    let Some(secret) = describe(context, name).await? else {
        // AWS keeps the name of a secret that was deleted by force for a while, and does not show the secret any more.
        let passes = ["scheduled for deletion", "was deleted"].iter().any(|text| refusal.message.contains(text));
        return Err(if passes { refusal.as_kind(ErrorKind::NotYet) } else { refusal });
    };
    let tags = all_tags(&secret);
    if !context.identity.owns_any_generation(&tags) {
        return Err(refusal.as_kind(ErrorKind::AlreadyExists).hint(format!(
            "a secret named {name} exists (perhaps scheduled for deletion) that is not this one: choose another name, \
             or none to have one derived"
        )));
    }
    let arn = required(secret.arn(), "ARN")?;
    let is_deleted = secret.deleted_date().is_some();
    if is_deleted {
        let restore = context.aws.secretsmanager().restore_secret().secret_id(arn);
        restore.send().await.named("secretsmanager:RestoreSecret")?;
    }
    // A value that an earlier attempt of this very creation generated may be in use already.
    let keeps_value =
        !is_deleted && context.identity.owns(&tags) && matches!(inputs.source, SecretSource::Generated { .. });
    update_secret(context, arn, inputs, (!keeps_value).then_some(value)).await?;
    // The ownership tags come last: with them `find` regards the secret as created.
    update_tags(context, arn, &tags, &context.tags(&inputs.tags)).await?;
    Ok(arn.to_owned())
}

/// Sets description and key, and the value if one is given.
async fn update_secret(
    context: &Context,
    id: &str,
    to: &Secret<Resolved>,
    value: Option<&SecretValue>,
) -> Result<(), Error> {
    // Without a client token of our own: AWS ignores a call whose token it knows, but a value may return after another.
    let update = context.aws.secretsmanager().update_secret().secret_id(id).description(&to.description);
    let update = update
        .kms_key_id(to.kms_key.as_ref().map_or(DEFAULT_KEY, Arn::as_str))
        .set_secret_string(value.map(|value| value.expose().to_owned()));
    update.send().await.named("secretsmanager:UpdateSecret").map(drop)
}

async fn describe(context: &Context, id: &str) -> Result<Option<DescribeSecretOutput>, Error> {
    let describe = context.aws.secretsmanager().describe_secret().secret_id(id);
    describe.send().await.named("secretsmanager:DescribeSecret").unless_missing(MISSING)
}

fn all_tags(secret: &DescribeSecretOutput) -> Tags {
    secret.tags().iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect()
}

fn tags_to_sdk(tags: Tags) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let removed: Vec<_> = removed.into_iter().filter(|key| !key.starts_with("aws:")).collect();
    let secrets = context.aws.secretsmanager();
    if !set.is_empty() {
        let tag = secrets.tag_resource().secret_id(id).set_tags(Some(tags_to_sdk(set)));
        tag.send().await.named("secretsmanager:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = secrets.untag_resource().secret_id(id).set_tag_keys(Some(removed));
        untag.send().await.named("secretsmanager:UntagResource")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planning_adds_a_keyed_hash_and_never_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "hf_secret").unwrap();
        let mut secret = Secret::new(SecretSource::File(path.to_str().unwrap().to_owned()));
        secret.prepare("key", None).unwrap();
        assert!(secret.value_hash.is_some());
        assert!(!serde_json::to_string(&secret).unwrap().contains("hf_secret"));
    }

    #[test]
    fn without_the_source_the_recorded_hash_stays() {
        let mut secret = Secret::new(SecretSource::File("/nowhere/token".into()));
        let with_hash = Secret { value_hash: Some("x".into()), ..secret.clone() };
        let recorded = serde_json::from_value(serde_json::to_value(with_hash).unwrap()).unwrap();
        secret.prepare("key", Some(&recorded)).unwrap();
        assert_eq!(secret.value_hash.as_deref(), Some("x"));
    }
}
