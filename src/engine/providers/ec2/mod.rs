//! Providers of EC2 networking: one file for each kind, of the same name as its declaration.
