//! `update`: from options to a written file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::ExitCode;

use iam_cli::NOTICE;

use crate::all;
use crate::apply::Effect;
use crate::certificate::CertificateAuthority;
use crate::cluster::{Cluster, ClusterRef, SignedId};
use crate::describe::{self, DescribeError};
use crate::eks::{self, Aws};
use crate::error::{Error, Mismatch};
use crate::kubeconfig::{Choices, Kubeconfig};
use crate::mfa;
use crate::options::{Options, OptionsError, Source};
use crate::plugin::Plugin;

/// Makes the kubeconfig; what it returns is for stdout.
///
/// # Errors
/// See [`Error`]. The file is then not there, or as it was.
pub fn run(options: Options, aws: &Aws<'_>) -> Result<(String, ExitCode), Error> {
    let Options {
        source,
        choices,
        fallback_region,
        plugin,
        files,
        kuberc,
        records,
        output,
    } = options;
    let effect = Effect {
        files,
        kuberc,
        records,
        output,
    };
    if let Source::All(search) = source {
        let entries = all::Entries { choices, plugin };
        return all::run(&search, &entries, &effect, aws);
    }
    let cluster = load(source, aws)?;
    let choices = choices.with_region(&cluster.reference, fallback_region.as_ref())?;
    say_what_is_odd(&cluster, &choices, &plugin);
    let kubeconfig = Kubeconfig::new(&cluster, &choices, &plugin)?;
    let kubeconfig = match mfa::is_configured(choices.profile.as_ref(), aws) {
        true => kubeconfig.asking(),
        false => kubeconfig,
    };
    let text = effect.apply(&[kubeconfig])?;
    Ok((text, ExitCode::SUCCESS))
}

fn load(source: Source, aws: &Aws<'_>) -> Result<Cluster, Error> {
    match source {
        Source::Asked { question, endpoint } => {
            let cluster = eks::describe(&question, aws)?;
            Ok(match endpoint {
                Some(endpoint) => cluster.at(endpoint),
                None => cluster,
            })
        }
        Source::Description { file, expected } => load_description(&file, expected),
        // Taken by the caller, which writes many.
        Source::All(_) => Err(Error::Options(OptionsError::NoSource)),
        Source::Parts {
            reference,
            endpoint,
            ca_file,
        } => {
            let (file, pem) = read(&ca_file)?;
            let authority = CertificateAuthority::from_pem(&pem)
                .map_err(|source| Error::Certificates { file, source })?;
            let signed = SignedId::Name(reference.name().clone());
            Ok(Cluster {
                reference,
                signed,
                endpoint,
                authority,
                tls_server_name: None,
            })
        }
    }
}

fn load_description(path: &Path, expected: Option<ClusterRef>) -> Result<Cluster, Error> {
    let (file, bytes) = read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|error| not_utf8(&file, &bytes, &error))?;
    let found = describe::parse(text.strip_prefix('\u{feff}').unwrap_or(text));
    let cluster = found.map_err(|source| Error::Description {
        file: file.clone(),
        source,
    })?;
    match expected {
        Some(expected) if !cluster.reference.agrees_with(&expected) => {
            let clusters = Box::new(Mismatch {
                found: cluster.reference,
                expected,
            });
            Err(Error::OtherCluster { file, clusters })
        }
        Some(_) | None => Ok(cluster),
    }
}

fn not_utf8(file: &str, bytes: &[u8], error: &std::str::Utf8Error) -> Error {
    let before = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
    let source = DescribeError {
        line: before.matches('\n').count() + 1,
        column: before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1,
        message: "this is not UTF-8".to_owned(),
        hint: None,
    };
    Error::Description {
        file: file.to_owned(),
        source,
    }
}

/// The name of an input for messages, and its bytes; `-` is stdin.
fn read(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let stdin = path.as_os_str() == "-";
    let file = if stdin {
        "<stdin>".to_owned()
    } else {
        path.display().to_string()
    };
    // Most descriptions fit; what is read into no room is read in pieces that begin with 32 bytes.
    let mut bytes = Vec::with_capacity(4 << 10);
    let result = if stdin {
        io::stdin()
            .lock()
            .take(MAX_INPUT + 1)
            .read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|input| input.take(MAX_INPUT + 1).read_to_end(&mut bytes))
    };
    match result {
        Ok(length) if length as u64 <= MAX_INPUT => Ok((file, bytes)),
        Ok(_) => Err(Error::TooLarge {
            file,
            limit: MAX_INPUT,
        }),
        Err(source) => Err(Error::Read { file, source }),
    }
}

fn say_what_is_odd(cluster: &Cluster, choices: &Choices, plugin: &Plugin) {
    match (&choices.region, cluster.reference.region()) {
        (Some(region), Some(own)) if region != own => tracing::warn!(
            "tokens will be checked by STS in {region}, while the cluster is in {own}",
        ),
        (Some(_), _) => {}
        (None, _) => tracing::info!(
            target: NOTICE,
            "no --region: token-exec will take the region from AWS_REGION or the profile",
        ),
    }
    say_where_the_plugin_is(plugin);
}

pub(crate) fn say_where_the_plugin_is(plugin: &Plugin) {
    match plugin {
        Plugin::Missing => tracing::warn!(
            "token-exec is neither on PATH nor beside kubeconfig-gen: kubectl will not find it",
        ),
        Plugin::OnPath | Plugin::Beside(_) => {}
    }
}

/// A description takes a few KiB; the bound keeps a wrong file out of memory.
const MAX_INPUT: u64 = 1 << 20;
