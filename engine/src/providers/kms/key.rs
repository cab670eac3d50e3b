//! The provider of `kms_key`.

use std::collections::BTreeSet;

use aws_sdk_kms::types::{KeyMetadata, KeyState, Tag};

use super::key_policy::{merged, split};
use crate::providers::data_guard::guard_data;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::kms::{Key, KeyOutputs};
use ebbtide::aws::{Arn, KmsKeyId};
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags, tag_changes};

/// The code with which AWS says that a key does not exist.
const MISSING: &[&str] = &["NotFoundException"];

/// The name of the only policy of a key.
const POLICY: &str = "default";

impl Provider for Key {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:kms:{region}:{account}:key/*",
        reads: "kms:ListKeys kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
        creates: "kms:CreateKey kms:CancelKeyDeletion kms:EnableKey kms:DisableKey kms:EnableKeyRotation \
            kms:DisableKeyRotation kms:PutKeyPolicy kms:UpdateKeyDescription kms:TagResource",
        updates: "kms:EnableKey kms:DisableKey kms:EnableKeyRotation kms:DisableKeyRotation kms:PutKeyPolicy \
            kms:UpdateKeyDescription kms:TagResource kms:UntagResource",
        deletes: "kms:UpdateKeyDescription kms:ScheduleKeyDeletion",
    });

    async fn find(context: &Context, _inputs: &Key<Resolved>) -> Result<Option<String>, Error> {
        for (id, tags) in keys(context).await? {
            if context.identity.owns(&tags) && describe(context, &id).await?.is_some_and(|key| !is_going(&key)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn create(context: &Context, inputs: &Key<Resolved>) -> Result<String, Error> {
        if let Some(id) = take_back(context, inputs).await? {
            return Ok(id);
        }
        let policy = merged(inputs.policy.as_ref(), inputs.account_access, account(context))?;
        let create = context
            .aws
            .kms()
            .create_key()
            .description(&inputs.description)
            .policy(policy.to_string())
            .set_tags(Some(tags_to_sdk(context.tags(&inputs.tags))?));
        let created = create.send().await.named("kms:CreateKey").map_err(unknown_principal)?;
        let id = required(created.key_metadata, "KeyMetadata")?.key_id;
        let fresh = Key::<Resolved> { enabled: true, rotation_days: None, ..inputs.clone() };
        // A key that was just created is not known everywhere at once.
        let changed = change_use(context, &id, &fresh, inputs).await;
        changed.map_err(|error| error.not_yet_on(MISSING))?;
        Ok(id)
    }

    async fn read(context: &Context, id: &str, last: &Key<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(key) = describe(context, id).await?.filter(|key| !is_going(key)) else { return Ok(None) };
        let kms = context.aws.kms();
        let policy = kms.get_key_policy().key_id(id).policy_name(POLICY).send();
        let rotation = kms.get_key_rotation_status().key_id(id).send();
        let (policy, rotation, tags) = tokio::join!(policy, rotation, tags_of(context, id));
        let policy = policy.named("kms:GetKeyPolicy").unless_missing(MISSING)?;
        let rotation = rotation.named("kms:GetKeyRotationStatus").unless_missing(MISSING)?;
        let (Some(policy), Some(rotation), Some(tags)) = (policy, rotation, tags?) else { return Ok(None) };
        let last_policy = (last.policy.as_ref(), last.account_access);
        let (policy, account_access) = split(&required(policy.policy, "Policy")?, last_policy, account(context))?;
        let days = rotation.rotation_period_in_days().and_then(|days| days.try_into().ok());
        let inputs = Key::<Resolved> {
            description: key.description().unwrap_or_default().to_owned(),
            policy,
            account_access,
            enabled: key.enabled(),
            // AWS returns no period of keys that rotate each year since before there were periods.
            rotation_days: rotation.key_rotation_enabled().then(|| days.unwrap_or(365)),
            deletion_days: last.deletion_days,
            tags: own_tags(tags),
        };
        let outputs =
            KeyOutputs::<Resolved> { arn: Arn(required(key.arn.clone(), "Arn")?), id: KmsKeyId(id.to_owned()) };
        let readiness = match key.key_state() {
            Some(KeyState::Creating | KeyState::Updating) => Readiness::Pending("AWS is making the key".to_owned()),
            _ => Readiness::Ready,
        };
        let data = Some("all that it encrypted".to_owned());
        Ok(Some(Reading { data, readiness, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Key<Resolved>, to: &Key<Resolved>) -> Result<(), Error> {
        let kms = context.aws.kms();
        if from.description != to.description {
            let update = kms.update_key_description().key_id(id).description(&to.description);
            update.send().await.named("kms:UpdateKeyDescription")?;
        }
        if (&from.policy, from.account_access) != (&to.policy, to.account_access) {
            put_policy(context, id, to).await?;
        }
        change_use(context, id, from, to).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, last: &Key<Resolved>) -> Result<(), Error> {
        if describe(context, id).await?.is_none_or(|key| is_going(&key)) {
            return Ok(());
        }
        guard_data(context, &format!("the key {id}"), async { Ok(Some("all that it encrypted".to_owned())) }).await?;
        let schedule =
            context.aws.kms().schedule_key_deletion().key_id(id).pending_window_in_days(i32::from(last.deletion_days));
        schedule.send().await.named("kms:ScheduleKeyDeletion").unless_missing(MISSING).map(drop)
    }
}

fn account(context: &Context) -> &str {
    &context.identity.scope.account
}

/// Returns whether AWS will delete a key, or has no use of it any more.
fn is_going(key: &KeyMetadata) -> bool {
    matches!(key.key_state(), Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion))
}

/// Takes back a key of this address that was to be deleted, or that an interrupted attempt took back in part: what it
/// encrypted can be read again. The newest one, if there are several.
async fn take_back(context: &Context, inputs: &Key<Resolved>) -> Result<Option<String>, Error> {
    let mut newest: Option<(KeyMetadata, Tags)> = None;
    for (id, tags) in keys(context).await? {
        if !context.identity.owns_any_generation(&tags) {
            continue;
        }
        let Some(key) = describe(context, &id).await? else { continue };
        let is_newer = newest.as_ref().is_none_or(|(other, _)| key.creation_date() > other.creation_date());
        if is_newer {
            newest = Some((key, tags));
        }
    }
    let Some((key, tags)) = newest else { return Ok(None) };
    let id = key.key_id();
    if is_going(&key) {
        let cancel = context.aws.kms().cancel_key_deletion().key_id(id);
        cancel.send().await.named("kms:CancelKeyDeletion")?;
    }
    let description = context.aws.kms().update_key_description().key_id(id).description(&inputs.description);
    description.send().await.named("kms:UpdateKeyDescription")?;
    put_policy(context, id, inputs).await?;
    let rotation = context.aws.kms().get_key_rotation_status().key_id(id).send().await;
    let rotation = rotation.named("kms:GetKeyRotationStatus")?;
    let days = rotation.rotation_period_in_days().and_then(|days| days.try_into().ok()).unwrap_or(365);
    // A key whose deletion was called off is disabled.
    let rotation_days = rotation.key_rotation_enabled().then_some(days);
    let enabled = key.enabled() && !is_going(&key);
    let found = Key::<Resolved> { enabled, rotation_days, ..inputs.clone() };
    change_use(context, id, &found, inputs).await?;
    // The ownership tags come last: with them `find` regards the key as created.
    update_tags(context, id, &tags, &context.tags(&inputs.tags)).await?;
    Ok(Some(id.to_owned()))
}

/// Changes whether a key is enabled and rotated. AWS changes the rotation of enabled keys alone.
async fn change_use(context: &Context, id: &str, from: &Key<Resolved>, to: &Key<Resolved>) -> Result<(), Error> {
    let kms = context.aws.kms();
    if !from.enabled && to.enabled {
        kms.enable_key().key_id(id).send().await.named("kms:EnableKey")?;
    }
    match to.rotation_days {
        days if days == from.rotation_days => {}
        Some(days) => {
            let days = i32::try_from(days).map_err(|error| Error::invalid(error.to_string()))?;
            let enable = kms.enable_key_rotation().key_id(id).rotation_period_in_days(days);
            enable.send().await.named("kms:EnableKeyRotation")?;
        }
        None if from.enabled || to.enabled => {
            kms.disable_key_rotation().key_id(id).send().await.named("kms:DisableKeyRotation")?;
        }
        // AWS rotates no disabled key, and changes nothing of it.
        None => {}
    }
    if from.enabled && !to.enabled {
        kms.disable_key().key_id(id).send().await.named("kms:DisableKey")?;
    }
    Ok(())
}

async fn put_policy(context: &Context, id: &str, to: &Key<Resolved>) -> Result<(), Error> {
    let policy = merged(to.policy.as_ref(), to.account_access, account(context))?;
    let put = context.aws.kms().put_key_policy().key_id(id).policy_name(POLICY).policy(policy.to_string());
    put.send().await.named("kms:PutKeyPolicy").map(drop).map_err(unknown_principal)
}

/// Returns the error of a policy with a role that KMS does not know yet as one to try again (cdkd's table of retries).
fn unknown_principal(error: Error) -> Error {
    let is_unknown = error.message.contains("invalid principals");
    if is_unknown { error.as_kind(ErrorKind::NotYet) } else { error }
}

/// Returns the keys of the account and region, with their tags. Those whose tags may not be read are not this stack's.
async fn keys(context: &Context) -> Result<Vec<(String, Tags)>, Error> {
    let mut ids = BTreeSet::new();
    let mut listed = context.aws.kms().list_keys().into_paginator().items().send();
    while let Some(key) = listed.next().await {
        ids.extend(key.named("kms:ListKeys")?.key_id);
    }
    let mut keys = Vec::new();
    for id in ids {
        match tags_of(context, &id).await {
            Ok(tags) => keys.extend(tags.map(|tags| (id, tags))),
            Err(error) if error.kind == ErrorKind::Denied => {}
            Err(error) => return Err(error),
        }
    }
    Ok(keys)
}

/// Returns all tags of a key; `None` if there is none.
async fn tags_of(context: &Context, id: &str) -> Result<Option<Tags>, Error> {
    let arn = context.scope().arn("kms", &format!("key/{id}"));
    if let Some(tags) = context.listed_tags(&arn).await {
        return Ok(Some(tags));
    }
    let mut tags = Tags::new();
    let mut listed = context.aws.kms().list_resource_tags().key_id(id).into_paginator().items().send();
    while let Some(tag) = listed.next().await {
        match tag.named("kms:ListResourceTags").unless_missing(MISSING)? {
            Some(tag) => drop(tags.insert(tag.tag_key, tag.tag_value)),
            None => return Ok(None),
        }
    }
    Ok(Some(tags))
}

async fn describe(context: &Context, id: &str) -> Result<Option<KeyMetadata>, Error> {
    let described = context.aws.kms().describe_key().key_id(id).send().await;
    let described = described.named("kms:DescribeKey").unless_missing(MISSING)?;
    Ok(described.and_then(|described| described.key_metadata))
}

fn tags_to_sdk(tags: Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value): (String, String)| Tag::builder().tag_key(key).tag_value(value).build();
    tags.into_iter().map(tag).collect::<Result<_, _>>().map_err(|error| Error::invalid(error.to_string()))
}

async fn update_tags(context: &Context, id: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let removed: Vec<_> = removed.into_iter().filter(|key| !key.starts_with("aws:")).collect();
    let kms = context.aws.kms();
    if !set.is_empty() {
        let tag = kms.tag_resource().key_id(id).set_tags(Some(tags_to_sdk(set)?));
        tag.send().await.named("kms:TagResource")?;
    }
    if !removed.is_empty() {
        let untag = kms.untag_resource().key_id(id).set_tag_keys(Some(removed));
        untag.send().await.named("kms:UntagResource")?;
    }
    Ok(())
}
