//! Every stand-in of an AWS service is held to the real formats by botocore and the AWS CLI, and
//! refuses what the service refuses.

#![cfg(test)]

mod ec2;
mod eks;
mod eks_access;
mod hosts;
mod iam;
mod login;
mod places;
mod proxy;
mod sso;
mod sts;
