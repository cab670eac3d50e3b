//! Jobs of Bedrock, and what they have left.

use crate::observer;
use crate::project::Project;

const REGION: &str = "us-east-1";

/// Somebody else, who asks the cloud alone.
pub struct Observer {
    bedrock: aws_sdk_bedrock::Client,
    asks: observer::Observer,
}

impl Observer {
    pub fn new(project: &Project) -> Self {
        let asks = observer::Observer::new(project, REGION);
        Self { bedrock: aws_sdk_bedrock::Client::new(&asks.config), asks }
    }

    /// Returns the names and the status of all jobs that were ever run, the earliest first.
    pub fn jobs(&self) -> Vec<(String, String)> {
        let list = self.bedrock.list_model_customization_jobs().send();
        let listed = self.asks.wait(list).unwrap();
        let jobs = listed.model_customization_job_summaries().iter().rev();
        jobs.map(|job| (job.job_name().to_owned(), job.status().as_str().to_owned())).collect()
    }

    /// Returns the status of all jobs that were ever run, the earliest first.
    pub fn statuses(&self) -> Vec<String> {
        self.jobs().into_iter().map(|(_, status)| status).collect()
    }

    /// Returns the hyperparameters of a job.
    pub fn epochs(&self, job: &str) -> String {
        let get = self.bedrock.get_model_customization_job().job_identifier(job).send();
        self.asks.wait(get).unwrap().hyper_parameters().unwrap()["epochCount"].clone()
    }

    /// Returns the ARNs of custom models.
    pub fn models(&self) -> Vec<String> {
        let listed = self.asks.wait(self.bedrock.list_custom_models().send()).unwrap();
        listed.model_summaries().iter().map(|model| model.model_arn().to_owned()).collect()
    }

    /// Returns the ARN of each deployment with that of the model that it answers with.
    pub fn deployments(&self) -> Vec<(String, String)> {
        let listed = self.asks.wait(self.bedrock.list_custom_model_deployments().send()).unwrap();
        let deployments = listed.model_deployment_summaries().iter();
        deployments.map(|one| (one.custom_model_deployment_arn().to_owned(), one.model_arn().to_owned())).collect()
    }

    /// Returns the ARNs of provisioned throughput.
    pub fn throughputs(&self) -> Vec<String> {
        let listed = self.asks.wait(self.bedrock.list_provisioned_model_throughputs().send()).unwrap();
        listed.provisioned_model_summaries().iter().map(|one| one.provisioned_model_arn().to_owned()).collect()
    }

    /// Uploads a file.
    pub fn upload(&self, uri: &str) {
        self.asks.wait(self.asks.cloud.put_object(REGION, uri, "{}")).unwrap();
    }
}
