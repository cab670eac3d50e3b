//! The kinds of types: `AWS_Backup_BackupVault` for `AWS::Backup::BackupVault`.

/// The beginning of the names of all kinds of types.
const PREFIX: &str = "AWS_";

/// Returns the name of the kind of a type; `None` for a text that is not the name of a type of AWS.
pub fn kind_of_type(type_name: &str) -> Option<String> {
    let parts: Vec<&str> = type_name.split("::").collect();
    let is_word = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    let is_type = parts.len() == 3 && parts[0] == "AWS" && parts.iter().all(is_word) && type_name.len() <= 80;
    is_type.then(|| parts.join("_"))
}

/// Returns the type of a kind that [`kind_of_type`] named.
pub fn type_of_kind(kind: &str) -> Option<String> {
    kind.strip_prefix(PREFIX)?;
    let type_name = kind.replace('_', "::");
    (kind_of_type(&type_name).as_deref() == Some(kind)).then_some(type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_a_kind_and_back() {
        assert_eq!(kind_of_type("AWS::Backup::BackupVault").as_deref(), Some("AWS_Backup_BackupVault"));
        assert_eq!(type_of_kind("AWS_Backup_BackupVault").as_deref(), Some("AWS::Backup::BackupVault"));
        for text in ["AWS::Backup", "AWS::Backup::Backup_Vault", "Other::A::B", "AWS::::B", "", "AWS::A::B::C"] {
            assert_eq!(kind_of_type(text), None, "{text}");
        }
        for text in ["ec2_vpc", "AWS_A", "AWS_A_B_C", "AWS"] {
            assert_eq!(type_of_kind(text), None, "{text}");
        }
    }
}
