//! Explanations for people and for scripts.

mod json;
mod text;

use crate::rbac::Rbac;

pub use json::json;
pub use text::text;

/// Whether, and by what, rights are told as well.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// Who callers are.
    Identity,
    /// What they may do, too.
    Rights(&'a Rbac),
}
