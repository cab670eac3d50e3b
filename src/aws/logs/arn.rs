//! The ARN of a log group, as other services are given it.

/// Returns the name of the log group of an ARN, with or without `:*` at its end; `None` for an ARN of anything else.
pub(crate) fn group_of_arn(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(7, ':');
    let (service, resource, name) = (parts.nth(2)?, parts.nth(2)?, parts.next()?);
    let is_group = service == "logs" && resource == "log-group";
    let name = name.split(':').next().filter(|name| is_group && !name.is_empty());
    name.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_group_is_read_from_both_forms_of_its_arn() {
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/x";
        assert_eq!(group_of_arn(arn).unwrap(), "/aws/vendedlogs/x");
        assert_eq!(group_of_arn(&format!("{arn}:*")).unwrap(), "/aws/vendedlogs/x");
        for other in ["arn:aws:firehose:eu-west-1:1:deliverystream/amazon-apigateway-x", "/aws/vendedlogs/x", "arn", ""]
        {
            assert_eq!(group_of_arn(other), None, "{other}");
        }
    }
}
