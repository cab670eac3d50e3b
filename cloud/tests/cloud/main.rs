//! The embedded cloud, asked through the real AWS SDK: one module for each service.

mod adopted;
mod chassis;
mod ec2;
mod seam;
mod server;
mod support;
