//! Versions and delete markers.

use aws_sdk_s3::types::{BucketVersioningStatus, Delete, ObjectIdentifier};

use super::{put, read, set_versioning, with_bucket};
use crate::support::code;

#[tokio::test]
async fn an_object_older_than_versioning_stays_as_the_null_version() {
    let (_fixture, s3) = with_bucket().await;
    assert_eq!(s3.get_bucket_versioning().bucket("data").send().await.unwrap().status(), None);
    let (_, none) = put(&s3, "k", "zero").await;
    assert_eq!(none, None);
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    let (_, one) = put(&s3, "k", "one").await;
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    let ids: Vec<_> = listed.versions().iter().map(|it| (it.version_id().unwrap(), it.is_latest().unwrap())).collect();
    assert_eq!(ids, [(one.as_deref().unwrap(), true), ("null", false)]);
    let get = |id: &str| s3.get_object().bucket("data").key("k").version_id(id).send();
    let old = get("null").await.unwrap();
    assert_eq!(old.version_id(), Some("null"));
    assert_eq!(old.body.collect().await.unwrap().to_vec(), b"zero");
    assert_eq!(code(get("00000000000000000000000000000000").await), "NoSuchVersion");
    assert_eq!(code(get("nonsense").await), "InvalidArgument");

    set_versioning(&s3, BucketVersioningStatus::Suspended).await;
    put(&s3, "k", "two").await;
    put(&s3, "k", "three").await;
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    let ids: Vec<_> = listed.versions().iter().filter_map(|it| it.version_id()).collect();
    assert_eq!(ids, ["null", one.as_deref().unwrap()]);
    assert_eq!(read(&s3, "k").await, "three");
}

#[tokio::test]
async fn a_delete_marker_hides_the_object_and_is_shown() {
    let (_fixture, s3) = with_bucket().await;
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    let (_, first) = put(&s3, "k", "one").await;
    let deleted = s3.delete_object().bucket("data").key("k").send().await.unwrap();
    assert_eq!(deleted.delete_marker(), Some(true));
    let marker = deleted.version_id.unwrap();
    let missing = s3.get_object().bucket("data").key("k").send().await.unwrap_err();
    let headers = missing.raw_response().unwrap().headers();
    assert_eq!(
        (headers.get("x-amz-delete-marker"), headers.get("x-amz-version-id")),
        (Some("true"), Some(marker.as_str()))
    );
    let of_marker = s3.get_object().bucket("data").key("k").version_id(&marker).send().await;
    assert_eq!(code(of_marker), "MethodNotAllowed");
    assert!(s3.list_objects_v2().bucket("data").send().await.unwrap().contents().is_empty());

    // A new version leaves the marker where it was.
    put(&s3, "k", "two").await;
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    assert_eq!((listed.versions().len(), listed.delete_markers()[0].is_latest()), (2, Some(false)));
    let gone = s3.delete_object().bucket("data").key("k").version_id(first.unwrap()).send().await.unwrap();
    assert_eq!(gone.delete_marker(), None);
    assert_eq!(code(s3.delete_bucket().bucket("data").send().await), "BucketNotEmpty");
}

#[tokio::test]
async fn versions_are_listed_in_pages() {
    let (_fixture, s3) = with_bucket().await;
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    let mut expected = Vec::new();
    for key in ["a", "b", "c"] {
        let mut ids = Vec::new();
        for text in ["1", "2", "3"] {
            ids.insert(0, (key.to_owned(), put(&s3, key, text).await.1.unwrap()));
        }
        expected.extend(ids);
    }
    for size in [1, 2, 4, 9] {
        let (mut found, mut markers) = (Vec::new(), (None, None));
        loop {
            let list = s3.list_object_versions().bucket("data").max_keys(size);
            let page = list.set_key_marker(markers.0).set_version_id_marker(markers.1).send().await.unwrap();
            let version =
                |it: &aws_sdk_s3::types::ObjectVersion| (it.key.clone().unwrap(), it.version_id.clone().unwrap());
            found.extend(page.versions().iter().map(version));
            markers = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {size}");
    }
}

#[tokio::test]
async fn a_versioned_bucket_is_emptied_version_by_version() {
    let (fixture, s3) = with_bucket().await;
    set_versioning(&s3, BucketVersioningStatus::Enabled).await;
    put(&s3, "k", "one").await;
    put(&s3, "k", "two").await;
    let object = |key: &str, version: Option<&str>| {
        ObjectIdentifier::builder().key(key).set_version_id(version.map(str::to_owned)).build().unwrap()
    };
    let delete = |objects: Vec<ObjectIdentifier>| {
        s3.delete_objects().bucket("data").delete(Delete::builder().set_objects(Some(objects)).build().unwrap()).send()
    };
    let marked = delete(vec![object("k", None), object("never", None)]).await.unwrap();
    assert_eq!(marked.deleted().iter().filter(|it| it.delete_marker() == Some(true)).count(), 2);
    let listed = s3.list_object_versions().bucket("data").send().await.unwrap();
    let versions = listed.versions().iter().map(|it| object(it.key().unwrap(), it.version_id()));
    let markers = listed.delete_markers().iter().map(|it| object(it.key().unwrap(), it.version_id()));
    let gone = delete(versions.chain(markers).collect()).await.unwrap();
    assert_eq!((gone.deleted().len(), gone.errors().len()), (4, 0));
    s3.delete_bucket().bucket("data").send().await.unwrap();
    s3.create_bucket().bucket("data").send().await.unwrap();
    put(&s3, "k", "new").await;
    assert_eq!(std::fs::read_dir(fixture.folder.path().join("s3-objects")).unwrap().count(), 1);
}
