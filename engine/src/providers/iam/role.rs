//! Provider of `iam_role`.

use std::collections::BTreeMap;

use aws_sdk_iam::types::Tag;

use super::document::read_policy;
use super::role_policies::{self, MISSING};
use crate::providers::lists::ordered_like;
use crate::providers::numbers::signed;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, built};
use ebbtide::aws::iam::{Role, RoleOutputs};
use ebbtide::aws::{Arn, RoleArn, RoleName};
use ebbtide::resource::{Resolved, Tags, own_tags, tag_changes};

impl Provider for Role {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:iam::{account}:role{path}{name}",
        reads: "iam:GetRole iam:GetRolePolicy iam:ListAttachedRolePolicies iam:ListRolePolicies",
        creates: "iam:CreateRole iam:PutRolePolicy iam:AttachRolePolicy",
        updates: "iam:UpdateRole iam:UpdateAssumeRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy \
            iam:AttachRolePolicy iam:DetachRolePolicy iam:PutRolePermissionsBoundary \
            iam:DeleteRolePermissionsBoundary iam:TagRole iam:UntagRole",
        deletes: "iam:DeleteRolePolicy iam:DetachRolePolicy iam:DeleteRole",
    });

    async fn find(context: &Context, inputs: &Role<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.name(&context.identity);
        let found =
            context.aws.iam().get_role().role_name(&name).send().await.named("iam:GetRole").unless_missing(MISSING)?;
        let tags = found.and_then(|found| found.role).map(|role| read_tags(role.tags()).collect());
        Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name))
    }

    async fn create(context: &Context, inputs: &Role<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let boundary = inputs.permissions_boundary.as_ref().map(ToString::to_string);
        let created = context
            .aws
            .iam()
            .create_role()
            .role_name(&name)
            .path(&inputs.path)
            .set_description(Some(inputs.description.clone()).filter(|text| !text.is_empty()))
            .assume_role_policy_document(inputs.trust.to_string())
            .set_permissions_boundary(boundary)
            .max_session_duration(signed(inputs.max_session_seconds))
            .set_tags(Some(tags_to_sdk(context.tags(&inputs.tags))?))
            .send()
            .await
            .named("iam:CreateRole");
        match created {
            // An earlier attempt created it; the calls below can be repeated.
            Err(error) if error.kind == ErrorKind::AlreadyExists && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => {
                return Err(error.hint(format!(
                    "another role named {name} exists: choose another name, or none to have one derived"
                )));
            }
            created => drop(created?),
        }
        let policies = async {
            role_policies::put_inline(context, &name, &BTreeMap::new(), &inputs.inline_policies).await?;
            role_policies::attach(context, &name, &[], &inputs.managed_policies).await
        };
        // A managed policy that does not exist stays an error.
        policies.await.map_err(|error| match error.message.contains("role with name") {
            true => error.not_yet_on(MISSING),
            false => error,
        })?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Role<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let found =
            context.aws.iam().get_role().role_name(id).send().await.named("iam:GetRole").unless_missing(MISSING)?;
        let Some(role) = found.and_then(|found| found.role) else { return Ok(None) };
        let (inline, attached) = tokio::try_join!(
            role_policies::read_inline(context, id, &last.inline_policies),
            role_policies::read_attached(context, id)
        )?;
        let (Some(inline_policies), Some(attached)) = (inline, attached) else { return Ok(None) };
        let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
        let inputs = Role::<Resolved> {
            name: last.name.as_ref().map(|_| id.to_owned()),
            path: role.path().to_owned(),
            description: role.description().unwrap_or_default().to_owned(),
            trust: read_policy(role.assume_role_policy_document().unwrap_or("{}"), Some(&last.trust))?,
            inline_policies,
            managed_policies: ordered_like(&last.managed_policies, attached),
            permissions_boundary: boundary.map(Arn::from),
            max_session_seconds: role
                .max_session_duration()
                .and_then(|seconds| seconds.try_into().ok())
                .unwrap_or(3600),
            tags: own_tags(read_tags(role.tags())),
        };
        let outputs = RoleOutputs::<Resolved> {
            name: RoleName(id.to_owned()),
            arn: RoleArn(role.arn().to_owned()),
            role_id: role.role_id().to_owned(),
        };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Role<Resolved>, to: &Role<Resolved>) -> Result<(), Error> {
        let iam = context.aws.iam();
        if from.trust != to.trust {
            iam.update_assume_role_policy()
                .role_name(id)
                .policy_document(to.trust.to_string())
                .send()
                .await
                .named("iam:UpdateAssumeRolePolicy")?;
        }
        if (&from.description, from.max_session_seconds) != (&to.description, to.max_session_seconds) {
            let update = iam.update_role().role_name(id).description(&to.description);
            update.max_session_duration(signed(to.max_session_seconds)).send().await.named("iam:UpdateRole")?;
        }
        match &to.permissions_boundary {
            boundary if *boundary == from.permissions_boundary => {}
            Some(boundary) => {
                let put = iam.put_role_permissions_boundary().role_name(id).permissions_boundary(boundary.as_str());
                put.send().await.named("iam:PutRolePermissionsBoundary")?;
            }
            None => {
                let delete = iam.delete_role_permissions_boundary().role_name(id).send().await;
                delete.named("iam:DeleteRolePermissionsBoundary").unless_missing(MISSING)?;
            }
        }
        // Add new permissions before removing old ones, so that the role never lacks a permission it keeps.
        role_policies::put_inline(context, id, &from.inline_policies, &to.inline_policies).await?;
        role_policies::attach(context, id, &from.managed_policies, &to.managed_policies).await?;
        let removed = from.inline_policies.keys().filter(|name| !to.inline_policies.contains_key(*name));
        role_policies::delete_inline(context, id, removed).await?;
        let removed = from.managed_policies.iter().filter(|arn| !to.managed_policies.contains(arn));
        role_policies::detach(context, id, removed).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, last: &Role<Resolved>) -> Result<(), Error> {
        // AWS deletes a role only without policies, so policies that were added outside the stack are removed too.
        if let Some(inline) = role_policies::read_inline(context, id, &last.inline_policies).await? {
            role_policies::delete_inline(context, id, inline.keys()).await?;
        }
        if let Some(attached) = role_policies::read_attached(context, id).await? {
            role_policies::detach(context, id, attached.iter()).await?;
        }
        let deleted =
            context.aws.iam().delete_role().role_name(id).send().await.named("iam:DeleteRole").unless_missing(MISSING);
        deleted.map(drop).map_err(|error| match error.is_code("DeleteConflict") && error.kind == ErrorKind::Invalid {
            true => error.hint(format!("remove the role {id} from its instance profiles, then run the same command")),
            false => error,
        })
    }
}

fn read_tags(tags: &[Tag]) -> impl Iterator<Item = (String, String)> + '_ {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
}

fn tags_to_sdk(tags: Tags) -> Result<Vec<Tag>, Error> {
    tags.into_iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}

async fn update_tags(context: &Context, name: &str, from: &Tags, to: &Tags) -> Result<(), Error> {
    let (set, removed) = tag_changes(from, to);
    let iam = context.aws.iam();
    if !set.is_empty() {
        iam.tag_role().role_name(name).set_tags(Some(tags_to_sdk(set)?)).send().await.named("iam:TagRole")?;
    }
    if !removed.is_empty() {
        iam.untag_role().role_name(name).set_tag_keys(Some(removed)).send().await.named("iam:UntagRole")?;
    }
    Ok(())
}
