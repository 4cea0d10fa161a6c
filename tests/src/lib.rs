//! Stories on real parts: programs under test as processes, a local STS that verifies signatures,
//! a real control plane, and the demo that shows the main job on all of them.
//!
//! A test belongs here only when it needs two programs, a socket or a cluster; everything else is
//! tested beside the code. [`support`] is what a story is written with.

pub mod demo;
pub mod support;
