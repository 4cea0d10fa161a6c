//! What is kept on disk between two runs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What is kept, and whether it is used.
#[derive(Args, Debug, Default)]
pub struct CacheArgs {
    /// What is kept where credentials cost a call, a process or a prompt [default: token]
    #[arg(long, value_enum, value_name = "MODE")]
    pub cache: Option<CacheMode>,

    /// When, and where.
    #[command(flatten)]
    pub refresh: RefreshArgs,
}

/// When the cache is passed over, and where it is.
#[derive(Args, Debug, Default, Eq, PartialEq)]
pub struct RefreshArgs {
    /// Use nothing that is kept; keep what comes of it
    #[arg(long)]
    pub force_refresh: bool,

    /// Directory of the cache [default: token-exec under KUBECACHEDIR or the user's cache
    /// directory]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// What is kept on disk.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub enum CacheMode {
    /// Tokens, which live for 15 minutes; no AWS credentials, unless a code was typed for them
    #[default]
    #[value(alias = "true")]
    Token,
    /// AWS credentials as well
    Credentials,
    /// Nothing
    #[value(alias = "false")]
    Off,
}
