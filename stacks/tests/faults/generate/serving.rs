//! Models and their endpoints.

use std::collections::BTreeSet;

use ebbtide::aws::sagemaker::{
    CaptureMode, Container, DataCapture, Endpoint, EndpointConfig, Instances, Model, Variant,
};
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
                let config = EndpointConfig {
                    // Monitoring needs it.
                    data_capture: Some(DataCapture {
                        destination: "s3://captured".into(),
                        sampling_percent: 10,
                        modes: BTreeSet::from([CaptureMode::Input]),
                        kms_key: None,
                        csv_content_types: BTreeSet::new(),
                        json_content_types: BTreeSet::new(),
                    }),
                    ..EndpointConfig::new(Variant::on_instances("AllTraffic", &model, instances))
                };
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
