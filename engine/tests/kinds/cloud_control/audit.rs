//! Trails, and buckets and indexes of vectors.

use ebbtide::aws::VectorBucketArn;
use ebbtide::aws::cloudtrail::{EventSelector, FieldSelector, Trail, TrailOutputs};
use ebbtide::aws::s3vectors::{Distance, VectorBucket, VectorBucketOutputs, VectorIndex, VectorIndexOutputs};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::Aws;

use crate::declared::resolved;
use crate::harness::World;

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

/// Makes a bucket that CloudTrail may write to.
async fn bucket(aws: &Aws, name: &str) {
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
    let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
    aws.s3().create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"cloudtrail.amazonaws.com"}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::{name}/*"}}]}}"#
    );
    aws.s3().put_bucket_policy().bucket(name).policy(policy).send().await.unwrap();
}

#[tokio::test]
async fn a_trail_goes_through_every_change() {
    let world = World::new();
    bucket(&world.aws, "audit-one").await;
    bucket(&world.aws, "audit-two").await;
    let base = || Trail { tags: tags("llm"), ..Trail::to("audit-one") };
    let mut made = world.make::<Trail>("audit", &resolved::<_, Trail<Resolved>>(&base())).await;
    let outputs: TrailOutputs<Resolved> = made.outputs().await;
    assert!(outputs.arn.as_str().ends_with(&format!("trail/{}", made.id)), "{outputs:?}");
    let selector = |name: &str| {
        let objects = FieldSelector {
            starts_with: vec!["arn:aws:s3:::a/".into()],
            ..FieldSelector::equals("resources.ARN", [""; 0])
        };
        EventSelector::new(name).with(FieldSelector::equals("eventCategory", ["Data"])).with(objects)
    };
    let changes = [
        Trail { bucket: "audit-two".into(), ..base() },
        Trail { prefix: Some("calls".into()), ..base() },
        Trail { logging: false, ..base() },
        Trail { global_services: false, ..base() },
        Trail { multi_region: true, validate_files: true, ..base() },
        Trail { kms_key: Some("alias/aws/s3".into()), ..base() },
        Trail { events: vec![selector("b"), selector("a")], ..base() },
        Trail { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Trail<Resolved>>(&changed)).await;
    }
    made.delete().await;
}

#[tokio::test]
async fn vectors_have_a_bucket_and_an_index() {
    let world = World::new();
    let base = VectorBucket { tags: tags("llm"), ..VectorBucket::new() };
    let mut bucket = world.make::<VectorBucket>("Docs", &resolved::<_, VectorBucket<Resolved>>(&base)).await;
    let outputs: VectorBucketOutputs<Resolved> = bucket.outputs().await;
    assert_eq!(outputs.arn.as_str(), bucket.id);
    bucket.change_to(&resolved::<_, VectorBucket<Resolved>>(&VectorBucket { tags: tags("ops"), ..base })).await;

    let arn = || VectorBucketArn(bucket.id.clone());
    let index = VectorIndex {
        distance: Distance::Euclidean,
        hidden_keys: vec!["text".into(), "source".into()],
        tags: tags("llm"),
        ..VectorIndex::new(arn(), 1024)
    };
    let mut made = world.make::<VectorIndex>("chunks", &resolved::<_, VectorIndex<Resolved>>(&index)).await;
    let outputs: VectorIndexOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.arn.as_str(), outputs.created.is_empty()), (made.id.as_str(), false));
    made.change_to(&resolved::<_, VectorIndex<Resolved>>(&VectorIndex { tags: Tags::new(), ..index })).await;
    // The vectors count as data.
    made.context.include_data = true;
    made.delete().await;
    bucket.delete().await;
}
