//! Providers of Application Auto Scaling: one file for each kind, of the same name as its declaration.
