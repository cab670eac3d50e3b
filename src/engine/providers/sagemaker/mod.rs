//! Providers of SageMaker hosting: one file for each kind, of the same name as its declaration.
