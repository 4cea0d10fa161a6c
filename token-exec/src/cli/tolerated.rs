//! What the AWS CLI takes and what changes no token: it is accepted, so that an entry of a
//! kubeconfig need not be edited, and nothing comes of it.

use clap::{Args, ValueEnum};

/// Options of the AWS CLI that only change how it shows things, or itself.
#[derive(Args, Debug, Default, Eq, PartialEq)]
pub struct ToleratedArgs {
    /// There is no pager here.
    #[arg(long, hide = true)]
    pub no_cli_pager: bool,

    /// There are no pages.
    #[arg(long, hide = true)]
    pub no_paginate: bool,

    /// There is nothing to complete.
    #[arg(long, hide = true)]
    pub no_cli_auto_prompt: bool,

    /// JSON has no colours.
    #[arg(long, hide = true, value_enum)]
    pub color: Option<Color>,
}

/// When the AWS CLI colours its tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Color {
    /// Always.
    On,
    /// Never.
    Off,
    /// On a terminal.
    Auto,
}
