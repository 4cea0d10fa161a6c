//! What a program says while it runs: `tracing` events as lines on stderr.
//!
//! The program's warnings and notices are always shown; `-v` adds information and the warnings of
//! the libraries below it, `-vv` debug output of all of them. `RUST_LOG`, a comma list of
//! `target=level`, overrides both.
//!
//! Spans are left aside: a line tells of one event. That keeps the start of a program free of the
//! registry that spans need, which costs a tenth of what token-exec does in all.

use std::fmt::{self, Write as _};
use std::io;
use std::time::SystemTime;

use iam_core::excerpt::{CREDENTIAL_PROCESS, PassedOn};
use iam_core::time::Rfc3339;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;

use crate::line::OneLine;
use crate::{CommonArgs, LogFormat, NOTICE, json};

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
    let lines = Lines::new(targets, common.log_format, io::stderr);
    // A second start in one process (tests) keeps the first subscriber.
    let _ = tracing::subscriber::set_global_default(lines);
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

/// Writes each event as one line, in one write.
struct Lines<M> {
    targets: Targets,
    most: LevelFilter,
    format: LogFormat,
    writer: M,
}

impl<W: io::Write, M: Fn() -> W> Lines<M> {
    fn new(targets: Targets, format: LogFormat, writer: M) -> Self {
        let shown = [NOTICE, CREDENTIAL_PROCESS].map(|target| (target, Level::INFO));
        let targets = targets.with_targets(shown);
        let most = targets
            .iter()
            .map(|(_, level)| level)
            .chain(targets.default_level())
            .max();
        Self {
            targets,
            most: most.unwrap_or(LevelFilter::OFF),
            format,
            writer,
        }
    }
}

impl<W, M> Subscriber for Lines<M>
where
    W: io::Write,
    M: Fn() -> W + Send + Sync + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && self
                .targets
                .would_enable(metadata.target(), metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most)
    }

    fn event(&self, event: &Event<'_>) {
        let line = match self.format {
            LogFormat::Text if event.metadata().target() == CREDENTIAL_PROCESS => said(event),
            LogFormat::Text => text(event),
            LogFormat::Json => object(event),
        };
        // With stderr closed there is nobody left to tell.
        let _ = (self.writer)().write_all(line.as_bytes());
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        // No span is enabled; one that asks all the same has an id like any other.
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// `level: message field=value`; the target is told below information.
fn text(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let mut line = String::from(match *metadata.level() {
        Level::ERROR => "error:",
        Level::WARN => "warning:",
        Level::INFO | Level::DEBUG | Level::TRACE => "notice:",
    });
    if *metadata.level() > Level::INFO {
        line.extend([" ", metadata.target(), ":"]);
    }
    let mut fields = Text(OneLine(line));
    event.record(&mut fields);
    let OneLine(mut line) = fields.0;
    line.push('\n');
    line
}

struct Text(OneLine<String>);

impl Text {
    fn put(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        // Writing to a String cannot fail; a Debug that does leaves what it wrote.
        let _ = match field.name() {
            "message" => write!(self.0, " {value}"),
            name => write!(self.0, " {name}={value}"),
        };
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format_args!("{value:?}"));
    }
}

/// What another program said, and nothing else: it may be the beginning of a line.
fn said(event: &Event<'_>) -> String {
    let mut said = Said(String::new());
    event.record(&mut said);
    said.0
}

struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{}", PassedOn(&text));
    }
}

/// One object: `time`, `level`, `target`, and the event's fields, `message` among them.
fn object(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let mut fields = Json(Map::new());
    event.record(&mut fields);
    let own = [
        ("time", now().to_string()),
        ("level", metadata.level().to_string()),
        ("target", metadata.target().to_owned()),
    ];
    if let Some(Value::String(message)) = fields.0.get_mut("message")
        && metadata.target() == CREDENTIAL_PROCESS
    {
        // A line of its own it is already.
        message.truncate(message.trim_end_matches(['\r', '\n']).len());
    }
    fields
        .0
        .extend(own.map(|(name, value)| (name.to_owned(), Value::from(value))));
    json::line(&fields.0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time of a log line; nothing decides by it"
)]
fn now() -> Rfc3339 {
    Rfc3339::nearest(SystemTime::now())
}

struct Json(Map<String, Value>);

impl Json {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Json {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
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
    use std::sync::{Arc, Mutex};

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

    fn said(targets: Targets, format: LogFormat, events: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let subscriber = Lines::new(targets, format, move || writer.clone());
        tracing::subscriber::with_default(subscriber, events);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn lines(targets: Targets, events: impl FnOnce()) -> String {
        said(targets, LogFormat::Text, events)
    }

    #[test]
    fn a_json_line_is_one_object_with_the_fields_as_they_are() {
        let line = said(by_verbosity(0), LogFormat::Json, || {
            tracing::warn!(target: "t", days = 3, path = "/a\nb", "the file is {}", "old");
        });
        assert_eq!(line.matches('\n').count(), 1);
        let mut object: Value = line.parse().unwrap();
        let time = object.as_object_mut().unwrap().remove("time").unwrap();
        assert!(time.as_str().unwrap().parse::<Rfc3339>().is_ok());
        assert_eq!(
            object,
            serde_json::json!({
                "level": "WARN",
                "target": "t",
                "message": "the file is old",
                "days": 3,
                "path": "/a\nb",
            }),
        );
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
    fn what_a_command_says_is_shown_as_it_is_and_drives_no_terminal() {
        let shown = |format| {
            said(Targets::new(), format, || {
                for part in ["code:\t", "12 %\r", "\u{1b}[2Jdone\u{202e}\r\n"] {
                    tracing::info!(target: CREDENTIAL_PROCESS, "{part}");
                }
            })
        };
        let text = "code:\t12 %\r\\u{1b}[2Jdone\\u{202e}\r\n";
        assert_eq!(shown(LogFormat::Text), text);
        let lines = shown(LogFormat::Json);
        let messages: Vec<String> = lines
            .lines()
            .map(|line| {
                line.parse::<Value>().unwrap()["message"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(messages, ["code:\t", "12 %", "\u{1b}[2Jdone\u{202e}"]);
        assert!(!lines.contains(|c| c != '\n' && iam_core::excerpt::is_obeyed(c)));
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
