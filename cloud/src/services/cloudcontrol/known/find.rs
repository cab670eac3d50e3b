//! The behaviour of a type, by its name.

use super::{
    api_gateway, backup, bedrock, cloud_trail, cost_explorer, dynamodb, ecr, eks, elasticache, events, lambda,
    load_balancing, opensearch, opensearch_serverless, rds, s3_vectors, sqs, step_functions,
};
use crate::services::cloudcontrol::behaviour::{Behaviour, PLAIN};

const ALL: &[&[Behaviour]] = &[
    api_gateway::TYPES,
    backup::TYPES,
    bedrock::TYPES,
    cloud_trail::TYPES,
    cost_explorer::TYPES,
    dynamodb::TYPES,
    ecr::TYPES,
    eks::TYPES,
    elasticache::TYPES,
    events::TYPES,
    lambda::TYPES,
    load_balancing::TYPES,
    opensearch::TYPES,
    opensearch_serverless::TYPES,
    rds::TYPES,
    s3_vectors::TYPES,
    sqs::TYPES,
    step_functions::TYPES,
];

/// Returns the behaviour of a type.
pub fn of(type_name: &str) -> &'static Behaviour {
    ALL.iter().flat_map(|types| types.iter()).find(|one| one.type_name == type_name).unwrap_or(&PLAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::cloudcontrol::schema::{find, names};

    #[test]
    fn every_type_has_its_behaviour_and_all_paths_begin_with_a_property() {
        for name in names() {
            let (known, facts) = (of(name), find(name).unwrap());
            assert_eq!(known.type_name, name);
            let has = |path: &str| facts.schema["properties"].get(path.split('/').next().unwrap()).is_some();
            let paths = known.assigned.iter().chain(known.defaults).map(|(path, _)| *path);
            let paths = paths.chain(known.unordered.iter().chain(known.unique).chain(known.kept).copied());
            let paths = paths.chain(known.name).chain(known.references.iter().map(|one| one.path));
            for path in paths.chain(known.protection.iter().map(|one| one.path)) {
                assert!(has(path), "{name} has no {path}");
            }
            let links = known.owned.iter().chain(known.in_use.iter().map(|one| &one.link));
            for link in links {
                let other = find(link.of).unwrap();
                let property = link.path.split('/').next().unwrap();
                assert!(other.schema["properties"].get(property).is_some(), "{} has no {property}", link.of);
                assert!(has(link.own), "{name} has no {}", link.own);
            }
            for reference in known.references {
                let other = find(reference.to).unwrap();
                assert!(reference.by.iter().all(|by| other.schema["properties"].get(by).is_some()), "{name}");
            }
        }
    }

    #[test]
    fn every_identifier_is_given_or_assigned() {
        for name in names() {
            let (known, facts) = (of(name), find(name).unwrap());
            for property in &facts.primary_identifier {
                let required = facts.schema["required"].as_array().unwrap();
                let given = required.iter().any(|one| one == property) || known.name == Some(property);
                let assigned = known.assigned.iter().any(|(path, _)| path == property);
                assert!(given || assigned, "{name}: nothing gives {property}");
            }
        }
    }
}
