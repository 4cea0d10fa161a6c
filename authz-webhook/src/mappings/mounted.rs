//! The `MountedFile` source: the lists in the configuration itself, and `server.mountedFile`,
//! both read again when they change.

use std::path::PathBuf;

use iam_core::aws_auth;
use iam_core::error_chain::ErrorChain;

use super::document::Document;
use super::{Publisher, mounted_file};
use crate::config::Config;
use crate::file_watch::FileWatch;

/// What was read: each origin with its aws-auth, or why nothing could be read.
type Read = Result<Vec<(String, aws_auth::Document)>, String>;

/// Loads the files and keeps them fresh, for as long as the runtime lives.
pub(super) async fn follow(config: Config, publisher: Publisher) {
    let mut reloads = publisher.reloads();
    let mut watch = FileWatch::new(watched(&config));
    let mut files = Files {
        config,
        last: None,
        documents: Vec::new(),
    };
    loop {
        files.load(&publisher).await;
        tokio::select! {
            () = watch.changed() => {}
            asked = reloads.changed() => if asked.is_err() { return },
        }
    }
}

fn watched(config: &Config) -> Vec<PathBuf> {
    let mut files = vec![config.path().to_owned()];
    if let Some(mounted) = config.mounted_file() {
        files.push(mounted.to_owned());
        files.extend(mounted_file::files_in(mounted));
    }
    files
}

#[derive(Debug)]
struct Files {
    config: Config,
    /// What was read last, good or bad: the same again is not judged again.
    last: Option<Read>,
    /// What acts.
    documents: Vec<Document>,
}

impl Files {
    async fn load(&mut self, publisher: &Publisher) {
        let config = self.config.clone();
        let read = tokio::task::spawn_blocking(move || read(&config)).await;
        let read = read.unwrap_or_else(|_| Err("reading was given up".to_owned()));
        if self.last.as_ref() == Some(&read) {
            return;
        }
        match &read {
            Ok(documents) => self.judge(documents, publisher),
            Err(why) => publisher.failed(why),
        }
        self.last = Some(read);
    }

    /// What cannot be read as a whole leaves its last good version in force.
    fn judge(&mut self, read: &[(String, aws_auth::Document)], publisher: &Publisher) {
        let mut fault = None;
        let mut documents = Vec::new();
        for (index, (origin, document)) in read.iter().enumerate() {
            let document = Document::compile(origin, document);
            document.report();
            fault = fault.or(document.fault().map(str::to_owned));
            let before = self
                .documents
                .get(index)
                .filter(|_| document.fault().is_some());
            documents.push(before.cloned().unwrap_or(document));
        }
        publisher.publish(&documents, fault);
        self.documents = documents;
    }
}

fn read(config: &Config) -> Read {
    let again = Config::load(config.path(), config.overrides())
        .map_err(|faults| faults.first().to_string())?;
    let mut documents = vec![(config.path().display().to_string(), again.inline().clone())];
    if let Some(path) = config.mounted_file() {
        let document = mounted_file::read(path).map_err(|error| ErrorChain(&error).to_string())?;
        documents.push((path.display().to_string(), document));
    }
    Ok(documents)
}
