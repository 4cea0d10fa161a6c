//! The end of a program: its exit code, and its error as one line with at most one hint.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use iam_core::error_chain::ErrorChain;

use crate::line::one_line;
use crate::{LogFormat, json};

/// An error that ends a program.
pub trait Failure: Error {
    /// The one thing to try, if there is one.
    fn hint(&self) -> Option<String> {
        None
    }

    /// The exit code; 1 unless the program's contract says otherwise.
    fn exit_code(&self) -> u8 {
        1
    }
}

/// Turns a program's result into its exit code; an error is reported on stderr first.
///
/// Text: `program: what: cause: cause` and, on a line of its own, `hint: …`. JSON: one object
/// with `level`, `program`, `message` and, where there is one, `hint`.
pub fn finish<E: Failure>(
    program: &str,
    format: LogFormat,
    result: Result<ExitCode, E>,
) -> ExitCode {
    let error = match result {
        Ok(code) => return code,
        Err(error) => error,
    };
    let message = one_line(ErrorChain(&error));
    let hint = error.hint().map(one_line);
    let report = match format {
        LogFormat::Text => text(program, &message, hint.as_deref()),
        LogFormat::Json => object(program, &message, hint.as_deref()),
    };
    // With stderr closed there is nobody left to tell.
    let _ = std::io::stderr().write_all(report.as_bytes());
    ExitCode::from(error.exit_code())
}

fn text(program: &str, message: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("{program}: {message}\nhint: {hint}\n"),
        None => format!("{program}: {message}\n"),
    }
}

fn object(program: &str, message: &str, hint: Option<&str>) -> String {
    let mut report = serde_json::json!({
        "level": "ERROR",
        "program": program,
        "message": message,
    });
    if let (Some(hint), Some(fields)) = (hint, report.as_object_mut()) {
        fields.insert("hint".to_owned(), hint.into());
    }
    json::line(&report)
}

#[cfg(test)]
mod tests {
    use super::{object, text};

    #[test]
    fn the_hint_has_a_line_of_its_own() {
        assert_eq!(text("p", "a: b", None), "p: a: b\n");
        assert_eq!(text("p", "a: b", Some("try c")), "p: a: b\nhint: try c\n");
    }

    #[test]
    fn the_json_report_is_one_object_on_one_line() {
        assert_eq!(
            object("p", "a \"b\"", Some("try c")),
            "{\"level\":\"ERROR\",\"program\":\"p\",\"message\":\"a \\\"b\\\"\",\"hint\":\"try c\"}\n"
                .parse::<serde_json::Value>()
                .map(|value| format!("{value}\n"))
                .expect("valid JSON"),
        );
        assert_eq!(
            object("p", "a", None)
                .parse::<serde_json::Value>()
                .expect("valid JSON"),
            serde_json::json!({"level": "ERROR", "program": "p", "message": "a"}),
        );
    }
}
