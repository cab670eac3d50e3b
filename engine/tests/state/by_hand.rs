//! Changes of stored bytes by hand, in any location.

use aws_sdk_s3::primitives::ByteStream;

use crate::world::{BUCKET, ENVIRONMENT, Location, PREFIX, STACK, World};

impl World {
    /// Replaces the document.
    pub async fn put_document(&self, bytes: &[u8]) {
        match self.location {
            Location::Directory => {
                let folder = self.path().join("state").join(ENVIRONMENT);
                std::fs::create_dir_all(&folder).unwrap();
                // Like an editor: another file under the same name.
                std::fs::write(folder.join("by-hand"), bytes).unwrap();
                std::fs::rename(folder.join("by-hand"), folder.join(format!("{STACK}.json"))).unwrap();
            }
            Location::Bucket => self.put_object("state.json", bytes).await,
        }
    }

    /// Returns the document's bytes as they are stored.
    pub async fn document(&self) -> Option<Vec<u8>> {
        self.backend().document().await.unwrap().map(|stored| stored.bytes)
    }

    /// Replaces the journal as it is stored.
    pub async fn change_journal(&self, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
        let before = self.backend().journal().await.unwrap();
        let after = change(before);
        match self.location {
            Location::Directory => {
                let path = self.path().join("state").join(ENVIRONMENT).join(format!("{STACK}.journal"));
                std::fs::write(path, after).unwrap();
            }
            Location::Bucket => {
                for key in self.keys_of("journal/").await {
                    self.aws.s3().delete_object().bucket(BUCKET).key(key).send().await.unwrap();
                }
                self.put_object("journal/by-hand", &after).await;
            }
        }
    }

    /// Writes an object of the stack in the bucket.
    pub async fn put_object(&self, name: &str, bytes: &[u8]) {
        let key = format!("{PREFIX}/{ENVIRONMENT}/{STACK}/{name}");
        let put = self.aws.s3().put_object().bucket(BUCKET).key(key);
        put.body(ByteStream::from(bytes.to_vec())).send().await.unwrap();
    }

    /// Returns the contents of an object of the stack in the bucket.
    pub async fn object(&self, name: &str) -> Vec<u8> {
        let key = format!("{PREFIX}/{ENVIRONMENT}/{STACK}/{name}");
        let object = self.aws.s3().get_object().bucket(BUCKET).key(key).send().await.unwrap();
        object.body.collect().await.unwrap().to_vec()
    }

    /// Returns the keys of the stack's objects that begin with a name.
    pub async fn keys_of(&self, name: &str) -> Vec<String> {
        let prefix = format!("{PREFIX}/{ENVIRONMENT}/{STACK}/{name}");
        let listed = self.aws.s3().list_objects_v2().bucket(BUCKET).prefix(prefix).send().await.unwrap();
        listed.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect()
    }
}
