//! Which file and which entries win, and whether they can be used at all.

use iam_core::error_chain::ErrorChain;

use super::{CheckOptions, Passed, Step, listed};
use crate::merged::{Chosen, Exec, Merged};
use crate::shown::Word;

/// Reads the files as kubectl does.
pub(super) fn files(options: &CheckOptions) -> Passed<Merged> {
    let merged = Merged::load(&options.files).map_err(|error| {
        let why = ErrorChain(&error);
        Step::problem(FILE, format!("kubectl reads no file: {why}"))
            .hint("correct that place; kubectl refuses all files when it cannot read one")
    })?;
    let paths: Vec<String> = merged
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    if paths.is_empty() {
        let looked = &options.files.paths;
        let looked: Vec<String> = looked
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let message = format!("none of the files is there: {}", looked.join(", "));
        return Err(Step::problem(FILE, message).hint("kubeconfig-gen update --name NAME"));
    }
    let step = Step::ok(FILE, format!("kubectl reads {}", paths.join(", then ")));
    Ok((merged, step))
}

/// The context, and who says that it is the current one.
pub(super) fn context<'a>(merged: &'a Merged, options: &CheckOptions) -> Passed<Chosen<'a>> {
    let contexts = merged.contexts.iter();
    let names: Vec<&str> = contexts.map(|context| context.name.as_str()).collect();
    let (name, by) = match (&options.context, merged.currents.first()) {
        (Some(name), _) => (name, "--context".to_owned()),
        (None, Some((path, name))) => (name, path.display().to_string()),
        (None, None) => {
            let message = format!("no file names a current context; {}", listed(&names));
            return Err(Step::problem(CONTEXT, message).hint("kubectl config use-context NAME"));
        }
    };
    let Some(chosen) = merged.choose(name) else {
        let message = format!(
            "no context is called {name}, which {by} names; {}",
            listed(&names)
        );
        return Err(Step::problem(CONTEXT, message).hint("kubectl config use-context NAME"));
    };
    let entry = &chosen.context.entry;
    if chosen
        .cluster
        .is_none_or(|cluster| cluster.entry.server.is_empty())
    {
        let message = format!(
            "no cluster called {} has a server, and the context names it",
            entry.cluster
        );
        return Err(Step::problem(CONTEXT, message).hint("kubeconfig-gen update --name NAME"));
    }
    if chosen.user.is_none() {
        let message = format!("no user is called {}, whom the context names", entry.user);
        return Err(Step::problem(CONTEXT, message).hint("kubeconfig-gen update --name NAME"));
    }
    let message = format!("{name} of {}, named by {by}", chosen.context.file.display());
    let shadowed = merged.currents.get(1..).unwrap_or_default();
    let step = match shadowed.iter().find(|(_, other)| other != name) {
        Some((path, other)) if options.context.is_none() => {
            let message = format!(
                "{message}; {} names {other}, and is not heard",
                path.display()
            );
            Step::warning(CONTEXT, message).hint(format!(
                "kubectl config use-context {} changes the file that is heard",
                Word(other)
            ))
        }
        Some(_) | None => Step::ok(CONTEXT, message),
    };
    Ok((chosen, step))
}

/// The user's exec stanza.
pub(super) fn stanza<'a>(chosen: &Chosen<'a>) -> Passed<&'a Exec> {
    let user = chosen
        .user
        .ok_or_else(|| Step::problem(USER, "there is no user"))?;
    let name = &user.name;
    let place = user.file.display();
    let Some(exec) = &user.entry.exec else {
        let message = format!("{name} of {place} calls no plugin: its tokens are not AWS's");
        return Err(Step::problem(USER, message).hint("kubeconfig-gen update --name NAME"));
    };
    if let Some(other) = user.entry.others.first() {
        let message =
            format!("{name} of {place} holds {other} as well, and kubectl calls no plugin then");
        return Err(Step::problem(USER, message).hint(format!(
            "kubectl config unset {}",
            Word(&format!("users.{name}.{other}"))
        )));
    }
    match (exec.api_version.as_str(), exec.interactive_mode.as_deref()) {
        ("client.authentication.k8s.io/v1", None) => {
            let message = format!("{name} of {place} has no interactiveMode, which v1 demands");
            return Err(Step::problem(USER, message).hint("add interactiveMode: Never to its exec"));
        }
        ("client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1", _) => {}
        (version, _) => {
            let message =
                format!("{name} of {place} asks for {version:?}, which kubectl has given up");
            return Err(Step::problem(USER, message)
                .hint("write the entry anew: kubeconfig-gen update --name NAME"));
        }
    }
    let message = format!("{name} of {place} calls {}", exec.command);
    Ok((exec, Step::ok(USER, message)))
}

const FILE: &str = "file";
const CONTEXT: &str = "context";
const USER: &str = "user";
