//! What a program says while it runs: `tracing` events as lines on stderr.
//!
//! The program's warnings and notices are always shown; `-v` adds information and the warnings of
//! the libraries below it, `-vv` debug output of all of them. `RUST_LOG`, a comma list of
//! `target=level`, overrides both.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::line::OneLine;
use crate::{CommonArgs, LogFormat, NOTICE};

/// Installs the process's subscriber. `rust_log` is the value of the variable `RUST_LOG`.
///
/// Events print as `warning: …`, `notice: …` or `error: …`, or with `--log-format json` as one
/// object a line. A value of `RUST_LOG` that does not parse is warned about and left aside.
pub fn start(common: &CommonArgs, rust_log: Option<&str>) {
    let (targets, rejected) = match rust_log.filter(|value| !value.is_empty()).map(str::parse) {
        Some(Ok(targets)) => (targets, None),
        Some(Err(error)) => (by_verbosity(common.verbose), Some(error)),
        None => (by_verbosity(common.verbose), None),
    };
    let registry = tracing_subscriber::registry().with(targets.with_target(NOTICE, Level::INFO));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first subscriber.
    let _ = match common.log_format {
        LogFormat::Text => registry.with(layer.event_format(Lines)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
    if let Some(error) = rejected {
        tracing::warn!("RUST_LOG is not a list of target=level: {error}");
    }
}

fn by_verbosity(verbose: u8) -> Targets {
    let (own, libraries) = match verbose {
        0 => (LevelFilter::WARN, LevelFilter::OFF),
        1 => (LevelFilter::INFO, LevelFilter::WARN),
        2 => (LevelFilter::DEBUG, LevelFilter::DEBUG),
        _ => (LevelFilter::TRACE, LevelFilter::TRACE),
    };
    let targets = Targets::new().with_default(own);
    targets.with_targets(LIBRARIES.map(|target| (target, libraries)))
}

/// `level: message field=value`, one line an event; the target is told below information.
struct Lines;

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str(match *metadata.level() {
            Level::ERROR => "error:",
            Level::WARN => "warning:",
            Level::INFO | Level::DEBUG | Level::TRACE => "notice:",
        })?;
        if *metadata.level() > Level::INFO {
            write!(writer, " {}:", metadata.target())?;
        }
        let mut fields = Fields {
            line: OneLine(writer.by_ref()),
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.result?;
        writer.write_char('\n')
    }
}

struct Fields<W> {
    line: OneLine<W>,
    result: fmt::Result,
}

impl<W: fmt::Write> Visit for Fields<W> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format_args!("{value:?}"));
    }
}

impl<W: fmt::Write> Fields<W> {
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if self.result.is_ok() {
            self.result = match field.name() {
                "message" => write!(self.line, " {value}"),
                name => write!(self.line, " {name}={value}"),
            };
        }
    }
}

/// What speaks to peers below us. The error it returns is the program's to report: said a second
/// time, without the program's name and the remedy, it only confuses.
/// A target is matched by how it begins, so that `hyper` stands for `hyper_util` as well.
const LIBRARIES: [&str; 7] = [
    "h2",
    "hyper",
    "kube_client",
    "kube_runtime",
    "rustls",
    "tokio_rustls",
    "tower",
];

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Captured {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    fn lines(targets: Targets, events: impl FnOnce()) -> String {
        let captured = Captured::default();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(captured.clone())
            .event_format(Lines);
        let subscriber = tracing_subscriber::registry()
            .with(targets.with_target(NOTICE, Level::INFO))
            .with(layer);
        tracing::subscriber::with_default(subscriber, events);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn shows_warnings_and_notices_whatever_the_verbosity() {
        let said = lines(by_verbosity(0), || {
            tracing::warn!(path = "/a\nb", "the file is old");
            tracing::info!(target: NOTICE, "exported keys win over {}", "AWS_PROFILE");
            tracing::info!("hidden");
        });
        assert_eq!(
            said,
            "warning: the file is old path=/a\\nb\nnotice: exported keys win over AWS_PROFILE\n",
        );
    }

    #[test]
    fn libraries_are_silent_until_more_is_asked_for() {
        let said = |verbose| {
            lines(by_verbosity(verbose), || {
                tracing::error!(target: "kube_client::client::builder", "failed");
                tracing::warn!(target: "rustls::msgs", "odd");
                tracing::info!(target: "hyper_util::client", "pooled");
                tracing::error!(target: "kubeconfig_gen", "open");
            })
        };
        assert_eq!(said(0), "error: open\n");
        assert_eq!(said(1), "error: failed\nwarning: odd\nerror: open\n");
        assert_eq!(
            said(2),
            "error: failed\nwarning: odd\nnotice: pooled\nerror: open\n"
        );
    }

    #[test]
    fn names_the_target_of_debug_lines() {
        let said = lines(by_verbosity(2), || {
            tracing::debug!(target: "a::b", "looked");
            tracing::trace!(target: "a::b", "hidden");
        });
        assert_eq!(said, "notice: a::b: looked\n");
    }
}
