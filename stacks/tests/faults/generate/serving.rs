//! Models and their endpoints.

use std::collections::BTreeSet;

use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::aws::sagemaker::{
    CaptureMode, ComponentContainer, ComponentNeeds, Container, DataCapture, Endpoint, EndpointConfig,
    InferenceComponent, Instances, ManagedScaling, Model, Served, Variant,
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

    /// Endpoints that host inference components, those, and their scaling.
    pub(super) fn components(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Host => {
                let role = pick(&self.roles, on)?;
                let managed_scaling = Some(ManagedScaling { min: u32::from(variant % 2), max: 8 });
                let instances = Instances { managed_scaling, ..Instances::new("ml.g5.xlarge", 1) };
                let config = EndpointConfig::for_components(&role, Variant::for_components("main", instances));
                let config = stack.add(name, config).name;
                self.hosts.push(stack.add(name, Endpoint::new(format!("host-{name}"), &config)).name);
            }
            Shape::Component => {
                let host = pick(&self.hosts, on)?;
                let serves = Served::Container(ComponentContainer::new(format!("1.dkr.ecr/vllm:{}", variant / 2)));
                let needs = ComponentNeeds::accelerators(1, 1024);
                let component = InferenceComponent::new(format!("ic-{name}"), &host, "main", serves, needs);
                let component = InferenceComponent { copies: 1 + u32::from(variant % 2), ..component };
                self.components.push((name.to_owned(), stack.add(name, component).name));
            }
            _ => {
                // A component scales once.
                let (name, component) = (!self.components.is_empty()).then(|| self.components.remove(0))?;
                stack.add(&name, ScalableTarget::copies(&component, (0, 2 + u32::from(variant))));
            }
        }
        Some(())
    }
}
