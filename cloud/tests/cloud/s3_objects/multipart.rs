//! Uploads in parts.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::with_bucket;
use crate::support::{code, sdk};

async fn begin(s3: &Client) -> String {
    s3.create_multipart_upload().bucket("data").key("big").send().await.unwrap().upload_id.unwrap()
}

async fn part(s3: &Client, upload: &str, number: i32, content: Vec<u8>) -> CompletedPart {
    let part = s3.upload_part().bucket("data").key("big").upload_id(upload).part_number(number);
    let tag = part.body(ByteStream::from(content)).send().await.unwrap().e_tag.unwrap();
    CompletedPart::builder().part_number(number).e_tag(tag).build()
}

fn of(parts: Vec<CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts)).build()
}

#[tokio::test]
async fn parts_become_one_object_also_in_another_process() {
    let (fixture, s3) = with_bucket().await;
    let upload = begin(&s3).await;
    let first = part(&s3, &upload, 1, vec![b'a'; 5 << 20]).await;
    let s3 = Client::new(&sdk(&fixture.again(), "us-east-1"));
    let last = part(&s3, &upload, 2, b"end".to_vec()).await;
    let complete = s3.complete_multipart_upload().bucket("data").key("big").upload_id(&upload);
    let done = complete.multipart_upload(of(vec![first, last])).send().await.unwrap();
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    let found = s3.get_object().bucket("data").key("big").send().await.unwrap();
    assert_eq!(found.content_length(), Some((5 << 20) + 3));
    let body = found.body.collect().await.unwrap().to_vec();
    assert!(body.ends_with(b"aend"));
    // The bodies of the parts go with the next write.
    s3.delete_object().bucket("data").key("none").send().await.unwrap();
    assert_eq!(std::fs::read_dir(fixture.folder.path().join("s3-objects")).unwrap().count(), 1);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_can_be_given_up() {
    let (_fixture, s3) = with_bucket().await;
    let upload = begin(&s3).await;
    let (one, two) = (part(&s3, &upload, 1, b"x".to_vec()).await, part(&s3, &upload, 2, b"y".to_vec()).await);
    let complete = |parts: Vec<CompletedPart>| {
        let call = s3.complete_multipart_upload().bucket("data").key("big").upload_id(&upload);
        call.multipart_upload(of(parts)).send()
    };
    assert_eq!(code(complete(vec![one.clone(), two.clone()]).await), "EntityTooSmall");
    assert_eq!(code(complete(vec![two.clone(), one]).await), "InvalidPartOrder");
    let wrong = CompletedPart::builder().part_number(1).e_tag("abc").build();
    assert_eq!(code(complete(vec![wrong]).await), "InvalidPart");
    let parts = s3.list_parts().bucket("data").key("big").upload_id(&upload).send().await.unwrap();
    assert_eq!(parts.parts().iter().filter_map(|part| part.part_number()).collect::<Vec<_>>(), [1, 2]);
    let uploads = s3.list_multipart_uploads().bucket("data").send().await.unwrap();
    assert_eq!(uploads.uploads()[0].upload_id(), Some(upload.as_str()));
    s3.abort_multipart_upload().bucket("data").key("big").upload_id(&upload).send().await.unwrap();
    assert_eq!(code(complete(vec![two.clone()]).await), "NoSuchUpload");
    assert_eq!(code(s3.get_object().bucket("data").key("big").send().await), "NoSuchKey");
}
