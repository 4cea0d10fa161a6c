//! What the reports of `inspect`, `verify` and `whoami` share.

use std::fmt::{self, Display, Formatter};

use iam_core::excerpt::Shown;

/// What every document carries.
pub const API_VERSION: &str = "token-exec/v1";

/// Writes a line for people; the value may be a stranger's.
///
/// # Errors
/// Those of the formatter.
pub fn line(formatter: &mut Formatter<'_>, name: &str, value: impl Display) -> fmt::Result {
    writeln!(formatter, "{name}: {}", Shown(&value.to_string()))
}
