//! Every rule finds what it is for, at its place, and the examples are clean.

#![cfg(test)]

mod fixes;
mod manifest;
mod odd_text;
mod rules;
mod sources;
mod told;
