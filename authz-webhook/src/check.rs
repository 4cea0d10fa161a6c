//! `check`: reads everything `serve` would, and tells every fault at once.
//!
//! Nothing is written and nobody is asked: no STS, no API server.

use std::path::Path;

use iam_core::aws_auth::Severity;
use iam_core::error_chain::ErrorChain;
use thiserror::Error;

use crate::assembly;
use crate::certificate_files::{self, Origin};
use crate::certificate_setup;
use crate::cli::AwsVariables;
use crate::config::{BackendMode, Config, ConfigErrors, Overrides};
use crate::mappings::{
    AccessDocument, AccessTable, Document, Held, Loading, Shadowed, Snapshot, SourceDiagnostic,
    check_cluster, compile_dynamic, read_access_files, read_dynamic_file, read_mounted_file,
};
use crate::sts::roots;
use crate::tls;

/// There are faults; each was told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
#[error("{faults} {} found", if *.faults == 1 { "fault" } else { "faults" })]
pub struct CheckError {
    faults: usize,
}

/// What was found.
#[derive(Debug, Default, Eq, PartialEq)]
pub struct Findings {
    /// What keeps `serve`, or an entry, from working.
    pub faults: Vec<String>,
    /// What deserves a look.
    pub warnings: Vec<String>,
    /// How many mappings would act, of those that are read from files.
    pub mappings: usize,
    /// Whether access policies would be served on `/authorize`.
    pub authorizes: bool,
}

/// Checks the configuration at `path` and everything it names, and the way to STS by the
/// environment; faults are logged as errors.
///
/// # Errors
/// [`CheckError`] when there is a fault.
pub fn check(path: &Path, overrides: &Overrides, aws: &AwsVariables) -> Result<(), CheckError> {
    let mut findings = find(path, overrides);
    if let Err(error) = assembly::proxies(aws) {
        findings.fault(&error);
    }
    for warning in &findings.warnings {
        tracing::warn!("{warning}");
    }
    for fault in &findings.faults {
        tracing::error!("{fault}");
    }
    match findings.faults.len() {
        0 => {
            let mappings = match findings.mappings {
                1 => "1 mapping".to_owned(),
                mappings => format!("{mappings} mappings"),
            };
            let path = path.display();
            let served = if findings.authorizes {
                "; /authorize is served"
            } else {
                ""
            };
            tracing::info!(target: iam_cli::NOTICE, "{path}: no fault, {mappings} in files{served}");
            Ok(())
        }
        faults => Err(CheckError { faults }),
    }
}

/// Everything there is to say of the configuration at `path`.
#[must_use]
pub fn find(path: &Path, overrides: &Overrides) -> Findings {
    let mut findings = Findings::default();
    match Config::load(path, overrides) {
        Ok(config) => findings.of_config(&config),
        Err(errors) => findings.of_errors(&errors),
    }
    findings
}

impl Findings {
    fn of_errors(&mut self, errors: &ConfigErrors) {
        self.faults.extend(errors.iter().map(ToString::to_string));
    }

    fn of_config(&mut self, config: &Config) {
        self.warnings
            .extend(config.warnings().iter().map(ToString::to_string));
        self.of_certificates(config);
        if let Err(error) = roots(config.sts_ca_bundle()) {
            self.fault(&error);
        }
        self.authorizes = config.has_access_entries();
        let mut snapshot = Snapshot::empty(config.backend_modes());
        for (index, mode) in config.backend_modes().iter().enumerate() {
            let held = match mode {
                BackendMode::MountedFile => self.of_files(config),
                BackendMode::AccessEntries => self.of_access_entries(config),
                BackendMode::DynamicFile => self.of_dynamic_file(config),
                BackendMode::EksConfigMap | BackendMode::Crd => continue,
            };
            snapshot = snapshot.with(index, held, Loading::Done);
        }
        if config.backend_modes().iter().any(|mode| mode.is_watched())
            && let Err(error) = check_cluster(config)
        {
            self.fault(&error);
        }
        let shadowed = snapshot.shadowed().into_iter();
        let never = |Shadowed { winner, loser }| format!("{loser} never acts: {winner} wins");
        self.warnings.extend(shadowed.map(never));
    }

    /// Supplied certificates must be usable; our own are made and mended by `serve`.
    fn of_certificates(&mut self, config: &Config) {
        let files = match certificate_setup::certificate_files(config) {
            Ok(files) => files,
            Err(error) => return self.fault(&error),
        };
        let client_ca = config.client_ca().map(certificate_files::read).transpose();
        let client_ca = match client_ca {
            Ok(client_ca) => client_ca,
            Err(error) => return self.fault(&error),
        };
        let (certificate, key) = (files.certificate(), files.key());
        if let Some(pem) = &client_ca
            && let Err(error) = tls::client_verifier(pem)
        {
            self.faults
                .push(format!("server.clientCA: {}", ErrorChain(&error)));
        }
        match files.check() {
            Ok(Origin::Supplied) => self.of_pair(&certificate, &key),
            Ok(Origin::Kept | Origin::Made) => {}
            Err(error) => self.fault(&error),
        }
    }

    fn of_pair(&mut self, certificate: &Path, key: &Path) {
        let pems = certificate_files::read(certificate)
            .and_then(|pem| Ok((pem, certificate_files::read(key)?)));
        match pems {
            Ok((certificate_pem, key_pem)) => {
                if let Err(error) = tls::certified_key(&certificate_pem, &key_pem) {
                    let pair = format!("{} and {}", certificate.display(), key.display());
                    self.faults.push(format!("{pair}: {}", ErrorChain(&error)));
                }
            }
            Err(error) => self.fault(&error),
        }
    }

    fn of_files(&mut self, config: &Config) -> Held {
        let origin = config.path().display().to_string();
        let inline = self.of_document(Document::compile(&origin, config.inline()));
        let mut documents = vec![inline];
        if let Some(path) = config.mounted_file() {
            match read_mounted_file(path) {
                Ok(read) => {
                    let document = Document::compile(&path.display().to_string(), &read);
                    documents.push(self.of_document(document));
                }
                Err(error) => self.fault(&error),
            }
        }
        Held::AwsAuth(documents)
    }

    fn of_document(&mut self, document: Document) -> Document {
        self.mappings += document.mappings().len();
        self.of_diagnostics(document.diagnostics());
        document
    }

    fn of_access_entries(&mut self, config: &Config) -> Held {
        let mut documents = Vec::new();
        for (path, read) in read_access_files(config.access_entries()) {
            match read {
                Ok(read) => documents.push(AccessDocument::new(&path.display().to_string(), &read)),
                Err(error) => self.fault(&error),
            }
        }
        for document in &documents {
            self.of_diagnostics(document.diagnostics());
        }
        let table = AccessTable::of(&documents);
        self.warnings.extend(table.replaced(&documents));
        self.mappings += table.len();
        Held::AccessEntries(table)
    }

    fn of_dynamic_file(&mut self, config: &Config) -> Held {
        let Some(file) = config.dynamic_file() else {
            return Held::AwsAuth(Vec::new());
        };
        match read_dynamic_file(&file.path) {
            Ok(read) => {
                let origin = file.path.display().to_string();
                let (held, document) = compile_dynamic(&origin, &read, file.match_by);
                self.of_diagnostics(document.diagnostics());
                self.mappings += held.len();
                held
            }
            Err(error) => {
                self.fault(&error);
                Held::AwsAuth(Vec::new())
            }
        }
    }

    fn of_diagnostics(&mut self, diagnostics: &[SourceDiagnostic]) {
        for diagnostic in diagnostics {
            match diagnostic.severity {
                Severity::Error => self.faults.push(diagnostic.to_string()),
                Severity::Warning => self.warnings.push(diagnostic.to_string()),
            }
        }
    }

    fn fault(&mut self, error: &dyn std::error::Error) {
        self.faults.push(ErrorChain(error).to_string());
    }
}

#[cfg(test)]
mod tests;
