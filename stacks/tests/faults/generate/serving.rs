//! Models and their endpoints.

use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick};

impl Made {
    pub(super) fn serving(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Model => {
                let role = pick(&self.roles, on)?;
                let container = Container::new(format!("1.dkr.ecr/vllm:{variant}"), None);
                self.models.push(stack.add(name, Model::new(&role, container)).name);
            }
            Shape::Config => {
                let model = pick(&self.models, on)?;
                let instances = Instances::new("ml.g5.xlarge", 1 + u32::from(variant));
                let config = EndpointConfig::new(Variant::on_instances("AllTraffic", &model, instances));
                self.configs.push(stack.add(name, config).name);
            }
            _ => {
                let config = pick(&self.configs, on)?;
                let endpoint = stack.add(name, Endpoint::new(format!("llm-{name}"), &config)).name;
                self.endpoints.push((name.to_owned(), endpoint));
            }
        }
        Some(())
    }
}
