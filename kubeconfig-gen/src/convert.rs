//! `convert`: users that sign in with one program sign in with another.

use iam_cli::NOTICE;
use iam_core::excerpt::Shown;
use iam_core::yaml::Node;
use iam_core::yaml::edit::{ListChange, MapChange};
use thiserror::Error;

use crate::error::Error;
use crate::field;
use crate::kubeconfig::Kind;
use crate::merged::{ContextEntry, Exec};
use crate::plugin::Plugin;
use crate::stanza::{ExecCommand, INSTALL_HINT};
use crate::store::{self, Changes, Found, Store, Texts, Write};
use crate::target::Files;

/// What `convert` works on.
#[derive(Clone, Debug)]
pub struct ConvertOptions {
    /// Whose stanzas.
    pub which: Which,
    /// The program that signs afterwards.
    pub to: ExecCommand,
    /// How the entries name token-exec.
    pub plugin: Plugin,
    /// The files to edit.
    pub files: Files,
    /// Print the files and write nothing.
    pub dry_run: bool,
}

/// Whose stanzas.
#[derive(Clone, Debug)]
pub enum Which {
    /// Those of every user.
    All,
    /// That of a context's user.
    Context(String),
    /// That of the current context's user.
    Current,
}

/// Why a user is not converted.
#[derive(Clone, Debug, Error)]
pub enum ConvertError {
    /// `current-context` is empty.
    #[error("there is no current context")]
    NoCurrent,
    /// No such context.
    #[error("there is no context {}", Shown(.0))]
    NoContext(String),
    /// A context without a user.
    #[error("context {} names user {user:?}, which is not there", Shown(context))]
    NoUser {
        /// The context.
        context: String,
        /// What it names.
        user: String,
    },
    /// Another way to sign in.
    #[error("user {} runs neither aws eks get-token nor aws-iam-authenticator nor token-exec", Shown(.0))]
    OtherProgram(String),
    /// A stanza that says more than another can.
    #[error("user {}: {}", Shown(user), Shown(reason))]
    Stanza {
        /// The user.
        user: String,
        /// What cannot be carried over.
        reason: String,
    },
}

/// Converts; what it returns is for stdout.
///
/// # Errors
/// See [`enum@Error`]. The files are then as they were.
pub fn run(options: &ConvertOptions) -> Result<String, Error> {
    let outcome = if options.dry_run {
        plan(&Texts::read(&options.files)?, options)?.1
    } else {
        store::under_locks(|| Texts::read(&options.files), |texts| plan(texts, options))?
    };
    for warning in &outcome.warnings {
        tracing::warn!("{warning}");
    }
    if options.dry_run {
        return Ok(outcome.texts);
    }
    if outcome.converted.is_empty() {
        tracing::info!(target: NOTICE, "there is nothing to convert");
    }
    Ok(outcome.converted.concat())
}

#[derive(Default)]
struct Outcome {
    converted: Vec<String>,
    warnings: Vec<ConvertError>,
    texts: String,
}

fn plan(texts: &Texts, options: &ConvertOptions) -> Result<(Vec<Write>, Outcome), Error> {
    let store = texts.open();
    store.all_readable()?;
    let mut outcome = Outcome::default();
    let mut changes = Changes::new(&store);
    for (user, found) in users(&store, &options.which)? {
        let change = match (change(&user, found.node, options), &options.which) {
            (Ok(change), _) => change,
            (Err(ConvertError::OtherProgram(_)), Which::All) => continue,
            (Err(error), Which::All) => {
                outcome.warnings.push(error);
                continue;
            }
            (Err(error), Which::Context(_) | Which::Current) => return Err(error.into()),
        };
        let list = ListChange::default().change(found.index, change);
        changes.add(
            found.file,
            MapChange::default().change(Kind::User.list(), list),
        );
        if is_new(found.node, options.to) {
            let path = store.path(found.file).display();
            outcome
                .converted
                .push(format!("Converted user {} in {path}\n", Shown(&user)));
        }
    }
    let (writes, texts) = changes.finish()?;
    outcome.texts = texts;
    Ok((writes, outcome))
}

fn users<'s>(
    store: &'s Store<'_>,
    which: &Which,
) -> Result<Vec<(String, Found<'s>)>, ConvertError> {
    let context = match which {
        Which::All => return Ok(store.entries(Kind::User).collect()),
        Which::Context(name) => name.clone(),
        Which::Current => store.current().ok_or(ConvertError::NoCurrent)?,
    };
    let found = store.find(Kind::Context, &context);
    let found = found.ok_or_else(|| ConvertError::NoContext(context.clone()))?;
    let ContextEntry { user, .. } = ContextEntry::of(found.node);
    match store.find(Kind::User, &user) {
        Some(found) => Ok(vec![(user, found)]),
        None => Err(ConvertError::NoUser { context, user }),
    }
}

fn change(user: &str, node: &Node, options: &ConvertOptions) -> Result<MapChange, ConvertError> {
    let other = || ConvertError::OtherProgram(user.to_owned());
    let refuse = |reason: String| ConvertError::Stanza {
        user: user.to_owned(),
        reason,
    };
    let exec = Exec::of(node).ok_or_else(other)?;
    let read = exec.stanza().ok_or_else(other)?;
    let (from, stanza) = read.map_err(|error| refuse(error.to_string()))?;
    if from == options.to && from != ExecCommand::TokenExec {
        return Ok(MapChange::default());
    }
    let arguments = stanza
        .arguments(options.to)
        .map_err(|error| refuse(error.to_string()))?;
    let mut fields = MapChange::default();
    for (key, value) in options.to.fields(arguments, &options.plugin) {
        // How the user was asked before is how the user is asked afterwards.
        let is_chosen = matches!(key, "interactiveMode" | "provideClusterInfo");
        if !(is_chosen && field::node(Exec::node(node), key).is_some()) {
            fields = fields.set(key, value);
        }
    }
    if options.to != ExecCommand::TokenExec
        && field::text_of(Exec::node(node), "installHint").as_deref() == Some(INSTALL_HINT)
    {
        fields = fields.remove("installHint");
    }
    Ok(MapChange::default().change("user", MapChange::default().change("exec", fields)))
}

/// Whether the user's program is another one than `to`.
fn is_new(node: &Node, to: ExecCommand) -> bool {
    let exec = Exec::of(node);
    let read = exec.as_ref().and_then(Exec::stanza).and_then(Result::ok);
    read.is_some_and(|(from, _)| from != to)
}
