//! Aliases: second names of keys, which can be moved from one key to another.

use serde_json::{Value, json};

use super::listing::page;
use super::records::{ALIASES, alias_arn};
use super::{Key, name};
use crate::clock::seconds;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// Forgets the aliases of a key.
pub fn forget_of(context: &mut CallContext<'_>, key: &Key) {
    context.own.retain(ALIASES, |_, record| record["TargetKeyId"] != key.id.as_str());
}

/// CreateAlias.
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let alias = checked(input)?;
    let key = name::find_itself(context, text(input, "TargetKeyId"))?;
    key.check_staying(context)?;
    if context.own.get(ALIASES, alias).is_some() {
        let message = format!("An alias with the name {} already exists", alias_arn(context, alias));
        return Err(Fault::new("AlreadyExistsException", message));
    }
    let record = json!({ "TargetKeyId": key.id, "CreatedMs": context.now_ms, "ModifiedMs": context.now_ms });
    context.own.put(ALIASES, alias, record);
    Ok(json!({}))
}

/// UpdateAlias: moves an alias to another key.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let alias = checked(input)?;
    let key = name::find_itself(context, text(input, "TargetKeyId"))?;
    key.check_staying(context)?;
    let (now_ms, missing) = (context.now_ms, not_found(context, alias));
    let record = context.own.get_mut(ALIASES, alias).ok_or(missing)?;
    record["TargetKeyId"] = json!(key.id);
    record["ModifiedMs"] = json!(now_ms);
    Ok(json!({}))
}

/// DeleteAlias; the key stays.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let alias = checked(input)?;
    context.own.remove(ALIASES, alias).ok_or_else(|| not_found(context, alias))?;
    Ok(json!({}))
}

/// ListAliases, all or those of one key.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let key = match input["KeyId"].as_str() {
        Some(name) => Some(name::find_itself(context, name)?.id),
        None => None,
    };
    let of_key = |record: &Value| key.as_ref().is_none_or(|key| record["TargetKeyId"] == key.as_str());
    let shown = |alias: &str, record: &Value| {
        let instant = |member: &str| seconds(record[member].as_i64().unwrap_or_default());
        json!({
            "AliasName": alias, "AliasArn": alias_arn(context, alias), "TargetKeyId": record["TargetKeyId"],
            "CreationDate": instant("CreatedMs"), "LastUpdatedDate": instant("ModifiedMs"),
        })
    };
    let aliases = context.own.all(ALIASES).filter(|(_, record)| of_key(record));
    page("Aliases", aliases.map(|(alias, record)| (alias.to_owned(), shown(alias, record))).collect(), input)
}

fn checked(input: &Value) -> Result<&str, Fault> {
    let alias = text(input, "AliasName");
    if alias.len() <= "alias/".len() || !alias.starts_with("alias/") {
        return Err(invalid(format!("Alias must start with the prefix \"alias/\", not '{alias}'")));
    }
    if alias.starts_with("alias/aws/") {
        return Err(Fault::new("NotAuthorizedException", "Aliases that begin with alias/aws/ are AWS's own"));
    }
    Ok(alias)
}

fn not_found(context: &CallContext<'_>, alias: &str) -> Fault {
    name::missing(format!("Alias {} is not found.", alias_arn(context, alias)))
}
