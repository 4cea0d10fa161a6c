//! The `MountedFile` source: the lists in the configuration itself, and `server.mountedFile`,
//! both read again when they change. Of the configuration only its lists are taken anew; for its
//! other settings the webhook is started again.

use std::path::PathBuf;

use iam_core::aws_auth;
use iam_core::error_chain::ErrorChain;

use super::document::Document;
use super::{Publisher, mounted_file};
use crate::config::Config;
use crate::file_watch::FileWatch;

/// Loads the files and keeps them fresh, for as long as the runtime lives.
pub(super) async fn follow(config: Config, publisher: Publisher) {
    let mut reloads = publisher.reloads();
    let mut watch = FileWatch::new(watched(&config));
    let mut files = Files {
        config,
        last: Vec::new(),
        good: Vec::new(),
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

/// What one of the files says, or why it says nothing.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Reading {
    origin: String,
    document: Result<aws_auth::Document, String>,
}

#[derive(Debug)]
struct Files {
    config: Config,
    /// What was read last, good or bad: the same again is not judged again.
    last: Vec<Reading>,
    /// The last version of each file that could be read as a whole.
    good: Vec<Option<Document>>,
}

impl Files {
    async fn load(&mut self, publisher: &Publisher) {
        let config = self.config.clone();
        let Ok(readings) = tokio::task::spawn_blocking(move || read(&config)).await else {
            return;
        };
        if readings == self.last {
            return;
        }
        self.good.resize(readings.len(), None);
        let mut acting = Vec::new();
        let mut fault = None;
        for (reading, good) in readings.iter().zip(&mut self.good) {
            let (document, why) = judge(reading, good);
            acting.extend(document);
            fault = fault.or(why);
        }
        self.last = readings;
        match fault {
            // A file that was never good: what can be read acts, but the source has not loaded.
            Some(why) if self.good.iter().any(Option::is_none) => {
                publisher.hold(&acting);
                publisher.failed(&why);
            }
            fault => publisher.publish(&acting, fault),
        }
    }
}

/// What acts from now on, and what is wrong: a file that cannot be read as a whole leaves its
/// last good version in force, or, where there is none, what can be read of it.
fn judge(reading: &Reading, good: &mut Option<Document>) -> (Option<Document>, Option<String>) {
    let document = match &reading.document {
        Ok(document) => Document::compile(&reading.origin, document),
        Err(why) => return (good.clone(), Some(why.clone())),
    };
    document.report();
    match document.fault().map(str::to_owned) {
        Some(why) => (Some(good.clone().unwrap_or(document)), Some(why)),
        None => (good.insert(document).clone().into(), None),
    }
}

fn read(config: &Config) -> Vec<Reading> {
    let again = Config::load(config.path(), config.overrides());
    let mut readings = vec![Reading {
        origin: config.path().display().to_string(),
        document: again
            .map(|config| config.inline().clone())
            .map_err(|faults| faults.first().to_string()),
    }];
    if let Some(path) = config.mounted_file() {
        readings.push(Reading {
            origin: path.display().to_string(),
            document: mounted_file::read(path).map_err(|error| ErrorChain(&error).to_string()),
        });
    }
    readings
}
