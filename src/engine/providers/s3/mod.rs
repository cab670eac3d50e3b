//! Providers of S3: one file for each kind, of the same name as its declaration.
