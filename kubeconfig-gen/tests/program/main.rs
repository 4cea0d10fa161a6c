//! kubeconfig-gen as a process: arguments, environment and files in; stdout, stderr, files and exit
//! code out.

#![cfg(test)]

#[cfg(unix)]
mod editing;
mod kubeconfig;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod plugins;
mod sandbox;
mod update;
