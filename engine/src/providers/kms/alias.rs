//! The provider of `kms_alias`.

use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::kms::{Alias, AliasOutputs};
use ebbtide::aws::{Arn, KmsKeyId};
use ebbtide::resource::Resolved;

/// The code with which AWS says that an alias does not exist.
const MISSING: &[&str] = &["NotFoundException"];

impl Provider for Alias {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:kms:{region}:{account}:{name}",
        reads: "kms:DescribeKey",
        creates: "kms:CreateAlias",
        updates: "kms:UpdateAlias",
        deletes: "kms:DeleteAlias",
    });

    async fn find(context: &Context, inputs: &Alias<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.physical_name(&context.identity);
        let Some(key) = key_of(context, &name).await? else { return Ok(None) };
        // Aliases have no tags. A derived name is nobody else's; one that was given is ours if it is that of the key.
        Ok((inputs.name.is_none() || is_key(&inputs.key, &key)).then_some(name))
    }

    async fn create(context: &Context, inputs: &Alias<Resolved>) -> Result<String, Error> {
        let name = inputs.physical_name(&context.identity);
        let create = context.aws.kms().create_alias().alias_name(&name).target_key_id(inputs.key.as_str());
        match create.send().await.named("kms:CreateAlias") {
            Err(error) if error.kind == ErrorKind::AlreadyExists => match Self::find(context, inputs).await? {
                Some(name) => Ok(name),
                None => Err(error.hint(format!(
                    "the alias {name} is that of another key, so it is left alone: give yours another name, or delete the other one"
                ))),
            },
            created => created.map(|_| name),
        }
    }

    async fn read(context: &Context, id: &str, last: &Alias<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(key) = key_of(context, id).await? else { return Ok(None) };
        let key = if is_key(&last.key, &key) { last.key.clone() } else { KmsKeyId(key) };
        let inputs = Alias::<Resolved> { name: last.name.as_ref().map(|_| id.to_owned()), key };
        let arn = Arn(context.identity.scope.arn("kms", id));
        Ok(Some(Reading::ready(inputs, AliasOutputs::<Resolved> { name: id.to_owned(), arn })))
    }

    async fn update(context: &Context, id: &str, from: &Alias<Resolved>, to: &Alias<Resolved>) -> Result<(), Error> {
        if from.key == to.key {
            return Ok(());
        }
        let update = context.aws.kms().update_alias().alias_name(id).target_key_id(to.key.as_str());
        update.send().await.named("kms:UpdateAlias").map(drop)
    }

    async fn delete(context: &Context, id: &str, _last: &Alias<Resolved>) -> Result<(), Error> {
        let delete = context.aws.kms().delete_alias().alias_name(id);
        delete.send().await.named("kms:DeleteAlias").unless_missing(MISSING).map(drop)
    }
}

/// Returns the id of the key that an alias stands for; `None` if there is no such alias.
async fn key_of(context: &Context, name: &str) -> Result<Option<String>, Error> {
    let described = context.aws.kms().describe_key().key_id(name).send().await;
    let described = described.named("kms:DescribeKey").unless_missing(MISSING)?;
    Ok(described.and_then(|described| described.key_metadata).map(|key| key.key_id))
}

/// Returns whether a key, given by its id or ARN, has this id.
fn is_key(given: &KmsKeyId, id: &str) -> bool {
    given.as_str().rsplit('/').next() == Some(id)
}
