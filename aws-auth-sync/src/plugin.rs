//! What a kubeconfig's exec plugin did wrong, without a word of its stdout: tokens stand there.

use std::error::Error;
use std::process::Output;

use kube::client::AuthError;

/// The fault of the plugin behind an error of the client, if that is what is behind it.
///
/// The client's own message quotes all that the plugin printed, and its environment.
#[must_use]
pub fn fault(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<AuthError>() {
            return of_authentication(error);
        }
        cause = error.source();
    }
    None
}

fn of_authentication(error: &AuthError) -> Option<String> {
    match error {
        AuthError::AuthExecStart(error) => Some(format!("it cannot be started: {error}")),
        AuthError::AuthExecRun { out, .. } => Some(ended(out)),
        AuthError::AuthExecParse(_) => Some("its output is no ExecCredential".to_owned()),
        AuthError::ExecPluginFailed => Some("its ExecCredential has no status".to_owned()),
        AuthError::MalformedTokenExpirationDate(_) => {
            Some("its expirationTimestamp is no time".to_owned())
        }
        // The client's errors are an open set; those that are left quote no output.
        _ => None,
    }
}

/// How the plugin ended, and what it told people on stderr.
fn ended(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let said: String = said.trim().chars().take(MAX_WORDS).collect();
    match said.as_str() {
        "" => output.status.to_string(),
        said => format!("{}: {said}", output.status),
    }
}

/// token-exec says one line and a hint; others show a page of usage.
const MAX_WORDS: usize = 1000;
