//! Values that may be empty, as a variable that is not set leaves them.

use std::str::FromStr;

/// What stands behind an option of which another tool takes an empty value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OrEmpty<T> {
    /// Nothing.
    Empty,
    /// A value.
    Value(T),
}

impl<T> OrEmpty<T> {
    /// Reads `text` with `read`, unless it is empty.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn read<E>(text: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Self, E> {
        if text.is_empty() {
            Ok(Self::Empty)
        } else {
            read(text).map(Self::Value)
        }
    }
}

impl<T: FromStr> FromStr for OrEmpty<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, T::Err> {
        Self::read(text, str::parse)
    }
}
