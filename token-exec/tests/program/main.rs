//! token-exec as a process: arguments, environment and files in; stdout, stderr and exit code out.

#[cfg(test)]
mod asking;
#[cfg(test)]
mod bad_files;
#[cfg(test)]
#[cfg(unix)]
mod command;
#[cfg(test)]
mod hostile_text;
#[cfg(test)]
mod inspecting;
#[cfg(test)]
mod minting;
#[cfg(test)]
mod odd_files;
#[cfg(test)]
mod refusing;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod sts;
#[cfg(test)]
mod support;
