//! The caller's policies, through the real SDK: calls that they do not allow are refused in the form of each service.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use ebbtide_cloud::access::Caller;
use serde_json::{Value, json};

use crate::support::{Fixture, code};

/// Limits the caller of a cloud to statements.
fn restrict(fixture: &Fixture, statements: &Value) {
    let file = fixture.cloud.folder().join("policy");
    let policy = json!({ "Version": "2012-10-17", "Statement": statements });
    std::fs::write(&file, policy.to_string()).unwrap();
    fixture.cloud.restrict(Caller::read(&[file], None).unwrap());
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

#[tokio::test]
async fn a_denied_call_is_refused_in_the_form_of_its_service() {
    let fixture = Fixture::new();
    restrict(&fixture, &json!([allow(&["sts:*"], "*")]));
    let sdk = fixture.sdk();
    let ec2 = aws_sdk_ec2::Client::new(&sdk).describe_vpcs().send().await;
    assert_eq!(code(ec2), "UnauthorizedOperation");
    let s3 = aws_sdk_s3::Client::new(&sdk).create_bucket().bucket("mine").send().await;
    assert_eq!(code(s3), "AccessDenied");
    let roles = aws_sdk_iam::Client::new(&sdk).get_role().role_name("mine").send().await;
    assert_eq!(code(roles), "AccessDenied");
    let topics = aws_sdk_sns::Client::new(&sdk).create_topic().name("mine").send().await;
    assert_eq!(code(topics), "AuthorizationError");
    let endpoints = aws_sdk_sagemaker::Client::new(&sdk).describe_endpoint().endpoint_name("mine").send().await;
    let said = format!("{:?}", endpoints.as_ref().unwrap_err());
    assert_eq!(code(endpoints), "AccessDeniedException");
    let words = "User: arn:aws:sts::123456789012:assumed-role/ebb/session is not authorized to perform: \
         sagemaker:DescribeEndpoint on resource: arn:aws:sagemaker:us-east-1:123456789012:endpoint/mine because no \
         identity-based policy allows the sagemaker:DescribeEndpoint action";
    assert!(said.contains(words), "{said}");
}

#[tokio::test]
async fn conditions_tell_new_resources_from_those_of_others() {
    let fixture = Fixture::new();
    let others = aws_sdk_ec2::Client::new(&fixture.sdk()).create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap();
    let others = others.vpc.unwrap().vpc_id.unwrap();
    let vpcs = "arn:aws:ec2:*:*:vpc/*";
    let tagged = |key: &str| json!({ "StringEquals": { format!("aws:{key}/stack"): "mine" } });
    let mut statements = [
        allow(&["ec2:CreateVpc", "ec2:CreateTags"], vpcs),
        allow(&["ec2:DeleteVpc"], vpcs),
        allow(&["ec2:Describe*"], "*"),
    ];
    statements[0]["Condition"] = tagged("RequestTag");
    statements[1]["Condition"] = tagged("ResourceTag");
    restrict(&fixture, &json!(statements));

    let ec2 = aws_sdk_ec2::Client::new(&fixture.sdk());
    let untagged = ec2.create_vpc().cidr_block("10.1.0.0/16").send().await;
    assert_eq!(code(untagged), "UnauthorizedOperation");
    let tags = |stack: &str| {
        let tag = Tag::builder().key("stack").value(stack).build();
        TagSpecification::builder().resource_type(ResourceType::Vpc).tags(tag).build()
    };
    let create = |stack: &str| ec2.create_vpc().cidr_block("10.1.0.0/16").tag_specifications(tags(stack)).send();
    assert_eq!(code(create("theirs").await), "UnauthorizedOperation");
    let own = create("mine").await.unwrap().vpc.unwrap().vpc_id.unwrap();
    assert_eq!(code(ec2.delete_vpc().vpc_id(&others).send().await), "UnauthorizedOperation");
    ec2.delete_vpc().vpc_id(&own).send().await.unwrap();
    let left = ec2.describe_vpcs().filters(Filter::builder().name("cidr").values("10.0.0.0/16").build()).send().await;
    assert_eq!(left.unwrap().vpcs().len(), 1, "a refused call changes nothing");
}

#[tokio::test]
async fn an_object_that_does_not_exist_is_denied_to_those_who_may_not_list() {
    for (listing, expected) in [(false, "AccessDenied"), (true, "NoSuchKey")] {
        let fixture = Fixture::new();
        let mut statements =
            vec![allow(&["s3:CreateBucket"], "arn:aws:s3:::mine"), allow(&["s3:GetObject"], "arn:aws:s3:::mine/*")];
        if listing {
            statements.push(allow(&["s3:ListBucket"], "arn:aws:s3:::mine"));
        }
        restrict(&fixture, &json!(statements));
        let s3 = aws_sdk_s3::Client::new(&fixture.sdk());
        s3.create_bucket().bucket("mine").send().await.unwrap();
        assert_eq!(code(s3.get_object().bucket("mine").key("a/b").send().await), expected);
    }
}

#[tokio::test]
async fn a_handler_acts_with_the_permissions_of_the_caller() {
    let fixture = Fixture::new();
    restrict(
        &fixture,
        &json!([allow(&["cloudformation:*"], "*"), allow(&["sqs:*"], "arn:aws:sqs:us-east-1:123456789012:mine"),]),
    );
    let control = aws_sdk_cloudcontrol::Client::new(&fixture.sdk());
    let create = async |name: &str| {
        let desired = json!({ "QueueName": name }).to_string();
        let begun = control.create_resource().type_name("AWS::SQS::Queue").desired_state(desired).send().await.unwrap();
        let token = begun.progress_event.unwrap().request_token.unwrap();
        for _ in 0..200 {
            let read = control.get_resource_request_status().request_token(&token).send().await.unwrap();
            let event = read.progress_event.unwrap();
            let status = event.operation_status.unwrap();
            if ["SUCCESS", "FAILED"].contains(&status.as_str()) {
                let code = event.error_code.map(|code| code.as_str().to_owned());
                return (code, event.status_message.unwrap_or_default());
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{name}: the request does not end");
    };
    assert_eq!(create("mine").await.0, None);
    let (code, message) = create("theirs").await;
    assert_eq!(code.as_deref(), Some("AccessDenied"));
    assert!(message.contains("is not authorized to perform: sqs:"), "{message}");
}

#[test]
fn policies_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy");
    for wrong in ["{", "{}", "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\"}]}"] {
        std::fs::write(&file, wrong).unwrap();
        let error = Caller::read(std::slice::from_ref(&file), None).unwrap_err();
        assert!(error.contains("policy: "), "{error}");
    }
}

#[tokio::test]
async fn the_policies_of_the_caller_are_simulated() {
    let fixture = Fixture::new();
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    let sts = aws_sdk_sts::Client::new(&fixture.sdk());
    let arn = sts.get_caller_identity().send().await.unwrap().arn.unwrap();
    assert_eq!(arn, "arn:aws:sts::123456789012:assumed-role/ebb/session");
    let role = "arn:aws:iam::123456789012:role/ebb";
    let simulate =
        |source: &str| iam.simulate_principal_policy().policy_source_arn(source).action_names("s3:GetObject");
    let all = simulate(role).send().await.unwrap();
    assert_eq!(all.evaluation_results()[0].eval_decision().as_str(), "allowed", "nothing limits the caller");
    assert_eq!(code(simulate(&arn).send().await), "InvalidInput");
    assert_eq!(code(simulate("arn:aws:iam::123456789012:role/other").send().await), "NoSuchEntity");

    let mut tagged = allow(&["s3:PutObject"], "arn:aws:s3:::mine/*");
    tagged["Condition"] = json!({ "StringEquals": { "aws:RequestTag/stack": "mine" } });
    let deny = json!({ "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" });
    let simulates = allow(&["iam:SimulatePrincipalPolicy"], role);
    restrict(&fixture, &json!([simulates, allow(&["s3:GetObject"], "arn:aws:s3:::mine/*"), tagged, deny]));
    let asked = simulate(role).action_names("s3:PutObject").action_names("s3:DeleteObject");
    let asked = asked.resource_arns("arn:aws:s3:::mine/a").resource_arns("arn:aws:s3:::other/a").max_items(2);
    let first = asked.clone().send().await.unwrap();
    assert!(first.is_truncated && first.evaluation_results().len() == 2);
    let rest = asked.set_marker(first.marker.clone()).send().await.unwrap();
    let results = first.evaluation_results().iter().chain(rest.evaluation_results());
    let decisions: Vec<Vec<_>> = results
        .clone()
        .map(|one| one.resource_specific_results().iter().map(|one| one.eval_resource_decision().as_str()).collect())
        .collect();
    let expected = [vec!["allowed", "implicitDeny"], vec!["implicitDeny"; 2], vec!["explicitDeny"; 2]];
    assert_eq!(decisions, expected);
    let put = results.clone().nth(1).unwrap();
    assert_eq!(put.resource_specific_results()[0].missing_context_values(), ["aws:requesttag/stack"]);
    // With the key the condition is met.
    let key = aws_sdk_iam::types::ContextEntry::builder().context_key_name("aws:RequestTag/stack");
    let key = key.context_key_values("mine").context_key_type("string".into()).build();
    let asked = iam.simulate_principal_policy().policy_source_arn(role).action_names("s3:PutObject");
    let met = asked.resource_arns("arn:aws:s3:::mine/a").context_entries(key).send().await.unwrap();
    assert_eq!(met.evaluation_results()[0].eval_decision().as_str(), "allowed");
}
