use ebbtide::prelude::*;

fn declare(stack: &mut Stack, _settings: &()) {
    let models = stack.add("models", s3::Bucket::new());
    let gateway = ec2::NatGateway { subnet: models.name, allocation: None, tags: Tags::new() };
    stack.add("main", gateway);
}

fn main() {
    App::new().stack("shop", "a gateway in a bucket", declare);
}
