//! Whole programs beside their peers and floors, in one interleaved run each.
//!
//! ```console
//! $ cargo bench -p e2e --bench side_by_side                # all of it
//! $ cargo bench -p e2e --bench side_by_side -- client      # or kubeconfig, sync, server, validation, mappings
//! $ cargo bench -p e2e --bench side_by_side -- --rounds 41
//! $ cargo bench -p e2e --bench side_by_side -- server --row end --row half-bodies
//! ```
//!
//! The server's rows take minutes, besides the building; 30 rounds are the fewest. stderr tells
//! what is being measured.
//!
//! Prints one table, and writes the same figures to `target/side-by-side.json`. The machine may be
//! noisy: every bar is a ratio within the run, a count, or a median. Exit code 1 when a bar is
//! missed.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark: what is not as expected ends it, and its output is the point"
)]

mod client;
mod floor;
mod kubeconfig;
mod load;
mod mappings;
mod micro;
mod server;
mod sync;
mod table;
mod validation;

use std::process::ExitCode;

use clap::Parser;
use e2e::support::programs::target_dir;

/// Whole programs beside their peers and floors
#[derive(Parser)]
struct Cli {
    /// What to measure; all of it when nothing is named
    #[arg(value_parser = ["client", "kubeconfig", "sync", "server", "validation", "mappings"])]
    parts: Vec<String>,

    /// Interleaved rounds of the client; the server takes a tenth of them, three at least
    #[arg(long, default_value_t = 41)]
    rounds: usize,

    /// Of the server's rows only these
    #[arg(long = "row", value_name = "NAME", value_parser = server::NAMES)]
    rows: Vec<String>,

    /// cargo bench passes it; nothing depends on it
    #[arg(long, hide = true)]
    bench: bool,

    /// Serve as the floor with this certificate, key and answer, asking the STS at this address,
    /// certified by this CA
    #[arg(long, hide = true, num_args = 3..=5)]
    floor: Option<Vec<String>>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(files) = cli.floor.as_deref() {
        floor::serve_files(files);
        return ExitCode::SUCCESS;
    }
    let figures = measure(&cli);
    print!("{}", table::render(&figures));
    let report = target_dir().join("side-by-side.json");
    let json = serde_json::to_string_pretty(&figures).expect("figures are plain data");
    std::fs::write(&report, json + "\n").expect("the target directory is writable");
    eprintln!("the same as JSON: {}", report.display());
    match figures.iter().all(table::Figure::holds) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn measure(cli: &Cli) -> Vec<table::Figure> {
    let wants = |part: &str| cli.parts.is_empty() || cli.parts.iter().any(|named| named == part);
    let mut figures = Vec::new();
    if wants("client") {
        figures.extend(client::figures(cli.rounds));
    }
    if wants("kubeconfig") {
        figures.extend(kubeconfig::figures(cli.rounds));
    }
    if wants("sync") {
        figures.extend(sync::figures(cli.rounds));
    }
    if wants("server") {
        figures.extend(server::figures(&cli.rows, (cli.rounds / 10).max(3)));
    }
    if wants("validation") {
        figures.extend(validation::figures());
    }
    if wants("mappings") {
        figures.extend(mappings::figures());
    }
    figures
}
