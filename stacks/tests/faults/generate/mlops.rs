//! The model registry, the feature store, monitoring and pipelines.

use ebbtide::aws::sagemaker::{
    DataFormat, DataQualityJobDefinition, Feature, FeatureGroup, Lifetime, LifetimeUnit, ModelPackageGroup,
    ModelQualityJobDefinition, MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringKind, MonitoringOutput,
    MonitoringSchedule, Pipeline,
};
use ebbtide::stack::Stack;
use serde_json::json;

use super::{Made, Piece, Shape, pick, tags};

impl Made {
    pub(super) fn mlops(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        let image = || MonitoringImage::new(format!("img:{}", variant % 2));
        let output = || MonitoringOutput::to(format!("s3://monitoring/{name}"));
        let cluster = || MonitoringCluster::one("ml.m5.xlarge", 20);
        match piece.shape {
            Shape::Registry => {
                let group = ModelPackageGroup { tags: tags(variant), ..ModelPackageGroup::new() };
                stack.add(name, group);
            }
            Shape::Features => {
                let features = vec![Feature::string("id"), Feature::fractional("at")];
                // A second switch of the throughput on a day would be refused, and these days stand still.
                let lifetime = Some(Lifetime { value: 1 + u32::from(variant / 2), unit: LifetimeUnit::Days });
                let lifetime = lifetime.filter(|_| variant > 0);
                stack.add(
                    name,
                    FeatureGroup { lifetime, tags: tags(variant % 2), ..FeatureGroup::online("id", "at", features) },
                );
            }
            Shape::DataQuality => {
                let role = pick(&self.roles, on)?;
                let (_, endpoint) = pick(&self.endpoints, on)?;
                let input = MonitoringInput::of_endpoint(&endpoint);
                let definition = DataQualityJobDefinition::new(&role, image(), input, output(), cluster());
                let definition = DataQualityJobDefinition { tags: tags(variant / 2), ..definition };
                let definition = stack.add(name, definition).name;
                self.definitions.push((MonitoringKind::DataQuality, definition, Some(endpoint)));
            }
            Shape::ModelQuality => {
                let role = pick(&self.roles, on)?;
                let input = MonitoringInput::of_batch_transform("s3://batches", DataFormat::Json { lines: true });
                let labels = "s3://labels";
                let definition = ModelQualityJobDefinition::new(&role, image(), input, labels, output(), cluster());
                let definition = ModelQualityJobDefinition { tags: tags(variant / 2), ..definition };
                let definition = stack.add(name, definition).name;
                self.definitions.push((MonitoringKind::ModelQuality, definition, None));
            }
            Shape::Monitoring => {
                let (kind, definition, endpoint) = pick(&self.definitions, on)?;
                // These days stand still at midnight, and no run is due.
                let schedule = MonitoringSchedule::new(kind, &definition, format!("cron(0 {} ? * * *)", 8 + variant));
                stack.add(name, MonitoringSchedule { endpoint, ..schedule });
            }
            _ => {
                let role = pick(&self.roles, on)?;
                let definition = json!({ "Version": "2020-12-01", "Steps": [], "Parameters": [variant / 2] });
                let description = format!("variant {variant}");
                stack.add(name, Pipeline { description, ..Pipeline::new(&role, definition) });
            }
        }
        Some(())
    }
}
