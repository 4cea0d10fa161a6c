//! Rights for people and for scripts.

mod json;
mod text;

use std::collections::BTreeSet;

use super::{Reach, Rights};

pub(crate) use json::json;
pub(crate) use text::{binding, grant, policy, role, scope, text};

/// The parts of the cluster that rights tell apart: all of it, and each namespace that is named.
fn namespaces(rights: &Rights<'_>) -> BTreeSet<String> {
    rights.namespaces().collect()
}

/// Everywhere first.
fn reaches(namespaces: &BTreeSet<String>) -> impl Iterator<Item = Reach<'_>> {
    let named = namespaces.iter().map(String::as_str);
    std::iter::once(Reach::Everywhere).chain(named.map(Reach::Namespace))
}
