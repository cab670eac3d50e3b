//! Delays of AWS: roles until they can be assumed, network interfaces until they are gone.

use std::time::{Duration, Instant};

use aws_sdk_ec2::types::VpcEndpointType;
use aws_sdk_sagemaker::types::{ContainerDefinition, ProductionVariant, VpcConfig};
use ebbtide_cloud::Settings;

use crate::support::{Fixture, code};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sagemaker.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const ROLE: &str = "arn:aws:iam::123456789012:role/models";

/// A VPC with a subnet and a security group.
struct Network {
    ec2: aws_sdk_ec2::Client,
    vpc: String,
    subnet: String,
    group: String,
}

impl Network {
    async fn new(fixture: &Fixture) -> Self {
        let ec2 = aws_sdk_ec2::Client::new(&fixture.sdk());
        let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
        let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24").send().await.unwrap();
        let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
        let group = ec2.create_security_group().vpc_id(&vpc).group_name("g").description("d").send().await.unwrap();
        Self { ec2, vpc, subnet, group: group.group_id.unwrap() }
    }

    /// Returns how many network interfaces are in the subnet.
    async fn interfaces(&self) -> usize {
        let filter = aws_sdk_ec2::types::Filter::builder().name("subnet-id").values(&self.subnet).build();
        let found = self.ec2.describe_network_interfaces().filters(filter).send().await.unwrap();
        found.network_interfaces().len()
    }

    /// Deletes group and subnet as soon as that is possible; returns how long something stood in the way.
    async fn delete(&self) -> Duration {
        let began = Instant::now();
        let delete_group = || self.ec2.delete_security_group().group_id(&self.group).send();
        while delete_group().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while self.ec2.delete_subnet().subnet_id(&self.subnet).send().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        began.elapsed()
    }
}

fn lingering(linger: Duration) -> Fixture {
    let transition = Duration::from_millis(50);
    Fixture::with(Settings { transition, interfaces_linger: linger, ..Settings::default() })
}

#[tokio::test]
async fn a_role_can_be_assumed_after_a_while() {
    let fixture = Fixture::with(Settings { assumable_after: Duration::from_millis(400), ..Settings::default() });
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    iam.create_role().role_name("models").assume_role_policy_document(TRUST).send().await.unwrap();
    let sagemaker = aws_sdk_sagemaker::Client::new(&fixture.sdk());
    let create = || {
        let container = ContainerDefinition::builder().image("1.dkr.ecr/vllm:1").build();
        sagemaker.create_model().model_name("m").execution_role_arn(ROLE).primary_container(container).send()
    };
    let refused = create().await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("ValidationException"));
    let expected = format!(
        "The execution role ARN \"{ROLE}\" is invalid. Please ensure that the role exists and that its trust relationship \
         policy allows the action \"sts:AssumeRole\" for the service principal \"sagemaker.amazonaws.com\"."
    );
    assert_eq!(refused.meta().message(), Some(expected.as_str()));
    tokio::time::sleep(Duration::from_millis(450)).await;
    create().await.unwrap();
}

#[tokio::test]
async fn a_trust_policy_can_name_a_role_after_a_while_and_never_one_that_does_not_exist() {
    let fixture = Fixture::with(Settings { assumable_after: Duration::from_millis(400), ..Settings::default() });
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    iam.create_role().role_name("models").assume_role_policy_document(TRUST).send().await.unwrap();
    let create = |name: &str, principal: &str| {
        let trust = TRUST.replace(r#""Service":"sagemaker.amazonaws.com""#, &format!(r#""AWS":"{principal}""#));
        assert!(trust.contains(principal));
        iam.create_role().role_name(name).assume_role_policy_document(trust).send()
    };
    let refused = create("caller", ROLE).await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("MalformedPolicyDocument"));
    let expected = format!("Invalid principal in policy: \"AWS\":\"{ROLE}\"");
    assert_eq!(refused.meta().message(), Some(expected.as_str()));
    tokio::time::sleep(Duration::from_millis(450)).await;
    create("caller", ROLE).await.unwrap();
    let unknown = "arn:aws:iam::123456789012:role/nobody";
    assert_eq!(code(create("other", unknown).await), "MalformedPolicyDocument");
    create("abroad", "arn:aws:iam::210987654321:role/somebody").await.unwrap();
}

#[tokio::test]
async fn the_policies_of_a_role_apply_after_a_while() {
    let fixture = Fixture::with(Settings { assumable_after: Duration::from_millis(1200), ..Settings::default() });
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    iam.create_role().role_name("models").assume_role_policy_document(TRUST).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1300)).await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    iam.put_role_policy().role_name("models").policy_name("p").policy_document(policy).send().await.unwrap();
    let sagemaker = aws_sdk_sagemaker::Client::new(&fixture.sdk());
    let create = |data: Option<&str>| {
        let container = ContainerDefinition::builder().image("1.dkr.ecr.us-east-1.amazonaws.com/vllm:1");
        let container = container.set_model_data_url(data.map(str::to_owned)).build();
        sagemaker.create_model().model_name("m").execution_role_arn(ROLE).primary_container(container).send()
    };
    let message =
        async |data| create(data).await.unwrap_err().into_service_error().meta().message().unwrap().to_owned();
    let data = Some("s3://models/llama.tar.gz");
    assert!(message(data).await.starts_with("Could not access model data at s3://models/llama.tar.gz."));
    assert_eq!(message(None).await, "Access denied for repository: vllm in registry ID: 1.");
    tokio::time::sleep(Duration::from_millis(1300)).await;
    create(data).await.unwrap();
}

#[tokio::test]
async fn the_interfaces_of_an_interface_endpoint_linger() {
    let fixture = lingering(Duration::from_millis(400));
    let network = Network::new(&fixture).await;
    let service = "com.amazonaws.us-east-1.sagemaker.runtime";
    let endpoint = network.ec2.create_vpc_endpoint().vpc_id(&network.vpc).service_name(service);
    let endpoint = endpoint.vpc_endpoint_type(VpcEndpointType::Interface).private_dns_enabled(false);
    let endpoint = endpoint.subnet_ids(&network.subnet).security_group_ids(&network.group).send().await.unwrap();
    let id = endpoint.vpc_endpoint.unwrap().vpc_endpoint_id.unwrap();
    network.ec2.delete_vpc_endpoints().vpc_endpoint_ids(&id).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let gone = network.ec2.describe_vpc_endpoints().vpc_endpoint_ids(&id).send().await;
    assert_eq!(code(gone), "InvalidVpcEndpointId.NotFound");
    assert_eq!(network.interfaces().await, 1);
    let group = network.ec2.delete_security_group().group_id(&network.group).send().await;
    assert_eq!(code(group), "DependencyViolation");
    assert_eq!(code(network.ec2.delete_subnet().subnet_id(&network.subnet).send().await), "DependencyViolation");
    network.delete().await;
    assert_eq!(network.interfaces().await, 0);
}

#[tokio::test]
async fn the_interface_of_a_nat_gateway_lingers_and_its_address_does_not() {
    let fixture = lingering(Duration::from_millis(400));
    let network = Network::new(&fixture).await;
    let ec2 = &network.ec2;
    let gateway = ec2.create_internet_gateway().send().await.unwrap().internet_gateway.unwrap();
    let gateway = gateway.internet_gateway_id.unwrap();
    ec2.attach_internet_gateway().internet_gateway_id(gateway).vpc_id(&network.vpc).send().await.unwrap();
    let address = ec2.allocate_address().send().await.unwrap().allocation_id.unwrap();
    let nat = ec2.create_nat_gateway().subnet_id(&network.subnet).allocation_id(&address).send().await.unwrap();
    let nat = nat.nat_gateway.unwrap().nat_gateway_id.unwrap();
    ec2.delete_nat_gateway().nat_gateway_id(nat).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    ec2.release_address().allocation_id(address).send().await.unwrap();
    assert_eq!(network.interfaces().await, 1);
    assert_eq!(code(ec2.delete_subnet().subnet_id(&network.subnet).send().await), "DependencyViolation");
    network.delete().await;
}

/// Creates an endpoint with a model in a network, and returns SageMaker and IAM.
async fn serve(fixture: &Fixture, network: &Network) -> (aws_sdk_sagemaker::Client, aws_sdk_iam::Client) {
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    iam.create_role().role_name("models").assume_role_policy_document(TRUST).send().await.unwrap();
    let sagemaker = aws_sdk_sagemaker::Client::new(&fixture.sdk());
    let container = ContainerDefinition::builder().image("1.dkr.ecr/vllm:1").build();
    let place = VpcConfig::builder().subnets(&network.subnet).security_group_ids(&network.group).build();
    let model = sagemaker.create_model().model_name("m").execution_role_arn(ROLE).primary_container(container);
    model.vpc_config(place).send().await.unwrap();
    let variant = ProductionVariant::builder().variant_name("main").model_name("m").initial_instance_count(1);
    let variant = variant.instance_type("ml.g5.xlarge".into()).build();
    let config = sagemaker.create_endpoint_config().endpoint_config_name("c").production_variants(variant);
    config.send().await.unwrap();
    sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    (sagemaker, iam)
}

#[tokio::test]
async fn the_interfaces_of_an_endpoint_show_the_role_that_made_them_and_stay_without_it() {
    let fixture = lingering(Duration::from_millis(300));
    let network = Network::new(&fixture).await;
    let (sagemaker, iam) = serve(&fixture, &network).await;
    let role = iam.get_role().role_name("models").send().await.unwrap().role.unwrap().role_id;
    let filter = aws_sdk_ec2::types::Filter::builder().name("group-id").values(&network.group).build();
    let found = network.ec2.describe_network_interfaces().filters(filter).send().await.unwrap();
    assert_eq!(found.network_interfaces()[0].requester_id(), Some(format!("{role}:SageMaker").as_str()));
    sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
    iam.delete_role().role_name("models").send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(network.interfaces().await, 1, "SageMaker cannot remove it any more");
    assert_eq!(code(network.ec2.delete_subnet().subnet_id(&network.subnet).send().await), "DependencyViolation");
}

#[tokio::test]
async fn an_endpoint_holds_its_network_without_its_model_and_for_a_while_after_its_end() {
    let fixture = lingering(Duration::from_millis(500));
    let network = Network::new(&fixture).await;
    let iam = aws_sdk_iam::Client::new(&fixture.sdk());
    iam.create_role().role_name("models").assume_role_policy_document(TRUST).send().await.unwrap();
    let sagemaker = aws_sdk_sagemaker::Client::new(&fixture.sdk());
    let container = ContainerDefinition::builder().image("1.dkr.ecr/vllm:1").build();
    let place = VpcConfig::builder().subnets(&network.subnet).security_group_ids(&network.group).build();
    let model = sagemaker.create_model().model_name("m").execution_role_arn(ROLE).primary_container(container);
    model.vpc_config(place).send().await.unwrap();
    let variant = ProductionVariant::builder().variant_name("main").model_name("m").initial_instance_count(1);
    let variant = variant.instance_type("ml.g5.xlarge".into()).build();
    let config = sagemaker.create_endpoint_config().endpoint_config_name("c").production_variants(variant);
    config.send().await.unwrap();
    sagemaker.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    sagemaker.delete_model().model_name("m").send().await.unwrap();
    sagemaker.delete_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(code(network.ec2.delete_subnet().subnet_id(&network.subnet).send().await), "DependencyViolation");
    sagemaker.delete_endpoint().endpoint_name("e").send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(code(sagemaker.describe_endpoint().endpoint_name("e").send().await), "ValidationException");
    let waited = network.delete().await;
    assert!(waited > Duration::from_millis(200), "{waited:?}");
}
