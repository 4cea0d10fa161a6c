//! The `MountedFile` source: the lists in the configuration itself, and `server.mountedFile`,
//! both read again when they change. Of the configuration only its lists are taken anew; for its
//! other settings the webhook is started again.

use std::path::PathBuf;

use iam_core::aws_auth;
use iam_core::error_chain::ErrorChain;

use super::document::Document;
use super::file_source::{FileSource, Judgement, Reading};
use super::{Held, mounted_file};
use crate::config::Config;

/// The configuration, and what it mounts.
#[derive(Clone, Debug)]
pub(super) struct Mounted(pub(super) Config);

impl FileSource for Mounted {
    type Read = aws_auth::Document;
    type Compiled = Document;

    fn watched(&self) -> Vec<PathBuf> {
        let mut files = vec![self.0.path().to_owned()];
        files.extend(self.0.dynamic_modes().map(ToOwned::to_owned));
        if let Some(mounted) = self.0.mounted_file() {
            files.push(mounted.to_owned());
            files.extend(mounted_file::files_in(mounted));
        }
        files
    }

    fn read(&self) -> Vec<Reading<aws_auth::Document>> {
        let Self(config) = self;
        let again = Config::load(config.path(), config.overrides());
        let mut readings = vec![Reading {
            path: config.path().to_owned(),
            document: again
                .map(|config| config.inline().clone())
                .map_err(|faults| faults.first().to_string()),
        }];
        if let Some(path) = config.mounted_file() {
            readings.push(Reading {
                path: path.to_owned(),
                document: mounted_file::read(path).map_err(|error| ErrorChain(&error).to_string()),
            });
        }
        readings
    }

    fn compile(origin: &str, read: &aws_auth::Document) -> Judgement<Document> {
        let compiled = Document::compile(origin, read);
        Judgement {
            remarks: compiled.remarks(),
            fault: compiled.fault().map(str::to_owned),
            compiled,
        }
    }

    fn held(acting: &[Document]) -> (Held, Vec<String>) {
        (Held::AwsAuth(acting.to_vec()), Vec::new())
    }
}
