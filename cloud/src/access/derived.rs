//! Members that permissions need and a request has in another form: an ARN for a name, the resource behind an association.

use serde_json::Value;

use super::members::{Members, RequestTags};
use crate::documents::{CallContext, Tables};
use crate::services::ec2::resource_type;

/// Adds the derived members of a request.
pub fn add(service: &str, members: &mut Members, tags: &RequestTags, context: &CallContext<'_>) {
    let first = |members: &Members, name: &str| members.get(name).and_then(|values| values.first()).cloned();
    let put = |members: &mut Members, name: &str, value: Option<String>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), vec![value]);
        }
    };
    if !tags.is_empty() {
        put(members, "tagged", Some(String::new()));
    }
    match service {
        "application-autoscaling" => scaling(members, tags, context),
        "bedrock" => {
            let model = first(members, "baseModelIdentifier").or_else(|| first(members, "modelId"));
            let model = model.or_else(|| first(members, "modelIdentifier")).map(|model| base_model(&model, context));
            put(members, "base-model", model);
        }
        "ec2" => {
            let ids = members.get("ResourceId").cloned().unwrap_or_default();
            let arns: Vec<String> = ids.iter().filter_map(|id| ec2_arn(id, context)).collect();
            members.insert("ec2-resources".to_owned(), arns);
            let association = first(members, "AssociationId");
            let table = association.and_then(|id| {
                let tables = context.other("ec2");
                Some(tables.get("RouteTableAssociation", &id)?["table"].as_str()?.to_owned())
            });
            put(members, "associated", table.and_then(|table| ec2_arn(&table, context)));
            let is_private = first(members, "PrivateDnsEnabled").is_some_and(|value| value == "true");
            put(members, "private-dns", is_private.then(String::new));
        }
        "ecr" => {
            let name = first(members, "repositoryName").unwrap_or_default();
            let registry = first(members, "registryId").unwrap_or_else(|| context.account.to_owned());
            let (partition, region) = (context.partition(), context.region);
            let repository = format!("arn:{partition}:ecr:{region}:{registry}:repository/{name}");
            put(members, "repository", Some(repository));
        }
        "iam" => {
            let name = first(members, "RoleName").unwrap_or_default();
            let path = first(members, "Path").or_else(|| {
                let roles = context.other("iam");
                Some(roles.get("Role", &name)?["Path"].as_str()?.to_owned())
            });
            let path = path.unwrap_or_default();
            put(members, "role", Some(format!("{}{name}", path.trim_start_matches('/'))));
        }
        "kms" => {
            let key = first(members, "KeyId").or_else(|| first(members, "TargetKeyId"));
            let named = key.or_else(|| first(members, "AliasName"));
            put(members, "key", named.map(|key| kms_key(&key, context)));
        }
        "sagemaker" => {
            let config = first(members, "EndpointConfigName").unwrap_or_default();
            let configs = context.other("sagemaker");
            let config = configs.get("EndpointConfig", &config);
            let key = config.and_then(|config| config["KmsKeyId"].as_str()).map(|key| kms_key(key, context));
            put(members, "grant-key", key);
        }
        "secretsmanager" => {
            let id = first(members, "SecretId");
            put(members, "secret", id.map(|id| secret(&id, context)));
        }
        _ => {}
    }
}

fn arn(service: &str, resource: &str, context: &CallContext<'_>) -> String {
    format!("arn:{}:{service}:{}:{}:{resource}", context.partition(), context.region, context.account)
}

fn ec2_arn(id: &str, context: &CallContext<'_>) -> Option<String> {
    Some(arn("ec2", &format!("{}/{id}", resource_type(id)?), context))
}

/// The scalable target of a call, or one that the call makes.
fn scaling(members: &mut Members, tags: &RequestTags, context: &CallContext<'_>) {
    let value = |name: &str| members.get(name).and_then(|values| values.first()).cloned().unwrap_or_default();
    let namespace = value("ServiceNamespace");
    let key = format!("{namespace}|{}|{}", value("ResourceId"), value("ScalableDimension"));
    let targets = context.other("application-autoscaling");
    let known = targets.get("ScalableTarget", &key).and_then(|target| target["ScalableTargetARN"].as_str());
    let target = known.map_or_else(|| arn("application-autoscaling", "scalable-target/*", context), str::to_owned);
    members.insert("target".to_owned(), vec![target.clone()]);
    if !tags.is_empty() {
        members.insert("tagged-target".to_owned(), vec![target]);
    }
    // The role stays once it is there; the cloud keeps no list of such roles, so an account without targets counts as one without
    // the role.
    if targets.all("ScalableTarget").next().is_none() && namespace == "sagemaker" {
        let role = "aws-service-role/sagemaker.application-autoscaling.amazonaws.com/\
             AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint";
        members.insert("scaling-role".to_owned(), vec![role.to_owned()]);
    }
}

/// Foundation models belong to no account.
fn base_model(model: &str, context: &CallContext<'_>) -> String {
    if model.starts_with("arn:") {
        return model.to_owned();
    }
    format!("arn:{}:bedrock:{}::foundation-model/{model}", context.partition(), context.region)
}

/// Returns the ARN of a key that a call names by its id, its ARN or an alias.
fn kms_key(key: &str, context: &CallContext<'_>) -> String {
    let alias = key.starts_with("alias/").then_some(key).or_else(|| key.split_once(":alias/").map(|_| key));
    if let Some(alias) = alias {
        let name = alias.rsplit(':').next().unwrap_or_default();
        let tables: Tables = context.other("kms");
        let target =
            tables.get("Alias", name).and_then(|alias| alias["TargetKeyId"].as_str().or(alias["key"].as_str()));
        return target.map_or_else(|| "*".to_owned(), |id| arn("kms", &format!("key/{id}"), context));
    }
    if key.starts_with("arn:") { key.to_owned() } else { arn("kms", &format!("key/{key}"), context) }
}

/// Returns the ARN of a secret that a call names by its name or ARN. AWS ends it with six random characters.
fn secret(id: &str, context: &CallContext<'_>) -> String {
    if id.starts_with("arn:") {
        return id.to_owned();
    }
    let secrets = context.other("secretsmanager");
    let known = secrets.all("secrets").find(|(_, secret)| secret["name"] == id);
    let known = known.and_then(|(_, secret): (&str, &Value)| secret["arn"].as_str());
    known.map_or_else(|| arn("secretsmanager", &format!("secret:{id}"), context), str::to_owned)
}
