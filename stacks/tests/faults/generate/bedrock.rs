//! Bedrock: jobs, and what uses their results.

use ebbtide::aws::bedrock::{
    CustomModel, CustomModelDeployment, CustomizationJob, InvocationLogging, ProvisionedThroughput,
};
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick, tags};

impl Made {
    /// Declares a job. A change of its variant runs nothing: a job is run once.
    pub(super) fn job(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let role = pick(&self.roles, piece.on)?;
        let base = "amazon.nova-lite-v1:0:300k";
        let mut job = CustomizationJob::new(base, &role, "s3://training/data.jsonl", "s3://training/metrics/");
        job.hyper_parameters.insert("epochCount".to_owned(), (1 + piece.variant / 2).to_string());
        job.tags = tags(piece.variant % 2);
        self.custom_models.push(stack.add(name, job).model_arn);
        Some(())
    }

    /// Declares a model that was trained elsewhere.
    pub(super) fn imported_model(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let source = format!("s3://escrow/{}", piece.variant / 2);
        let model =
            CustomModel { tags: tags(piece.variant % 2), ..CustomModel::of(source, &pick(&self.roles, piece.on)?) };
        self.custom_models.push(stack.add(name, model).arn.text());
        Some(())
    }

    /// Declares the log of invocations, of which there is one.
    pub(super) fn invocations(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let bucket = pick(&self.buckets, piece.on).filter(|_| !self.logs_invocations)?;
        let (images, prefix) = (piece.variant % 2 == 1, (piece.variant > 1).then(|| "invocations".to_owned()));
        stack.add(name, InvocationLogging { images, prefix, ..InvocationLogging::to_bucket(&bucket) });
        self.logs_invocations = true;
        Some(())
    }

    /// Declares a user of a custom model.
    pub(super) fn result_user(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, model) = (piece.variant, pick(&self.custom_models, piece.on)?);
        if piece.shape == Shape::CustomModel {
            let description = Some(format!("Variant {}", variant / 2));
            stack.add(
                name,
                CustomModelDeployment { description, tags: tags(variant % 2), ..CustomModelDeployment::of(&model) },
            );
        } else {
            let throughput = ProvisionedThroughput::of(&model, 1 + u32::from(variant / 2));
            stack.add(name, ProvisionedThroughput { tags: tags(variant % 2), ..throughput });
        }
        Some(())
    }
}
