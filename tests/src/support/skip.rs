//! Stories that need what a machine may lack.

use super::programs::progress;

/// Says loudly that a story is left out, and why. Where `CI` is set that is a failure: there,
/// everything is expected to be installed.
///
/// # Panics
/// When `CI` is set.
pub fn skip(story: &str, missing: &str) {
    assert!(
        !in_ci(),
        "{story}: {missing}; with CI set nothing is skipped"
    );
    progress(&format!("\n*** SKIPPED: {story}: {missing} ***\n"));
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one thing stories learn from the environment"
)]
fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty())
}
