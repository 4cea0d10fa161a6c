//! token-exec as a process: arguments, environment and files in; stdout, stderr and exit code out.

mod bad_files;
mod inspecting;
mod minting;
mod refusing;
mod secrecy;
mod support;
