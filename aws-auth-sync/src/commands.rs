//! The commands that ask no cluster.

mod lint;

pub(crate) use lint::lint;
