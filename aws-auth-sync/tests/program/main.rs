//! aws-auth-sync as a process: arguments, environment and files in; stdout, stderr and exit code
//! out.

#![cfg(test)]

mod apply;
#[cfg(unix)]
mod connection;
mod export;
mod migrate_apply;
mod plan;
mod render;
mod sandbox;
