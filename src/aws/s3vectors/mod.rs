//! S3 Vectors: vector buckets and their indexes.

mod vector_bucket;
mod vector_index;

pub use vector_bucket::{VectorBucket, VectorBucketOutputs, VectorEncryption};
pub use vector_index::{Distance, VectorIndex, VectorIndexOutputs};
