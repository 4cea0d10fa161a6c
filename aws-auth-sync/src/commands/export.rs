//! `export`.

use std::path::Path;
use std::sync::Arc;

use iam_core::aws_auth::Document;

use super::{connect, fetch, live_file, tell_diagnostics};
use crate::cli::{ClusterArgs, ExportArgs};
use crate::error::Error;
use crate::export::{Export, Format, manifest};
use crate::render::Data;
use crate::subject::LIVE;

/// The live aws-auth as a source; what that cannot hold is warned of.
pub(crate) fn export(arguments: ExportArgs) -> Result<String, Error> {
    let ExportArgs {
        owner,
        live_file,
        output,
        cluster,
    } = arguments;
    let (place, (data, document)) = match &live_file {
        Some(path) => (path.display().to_string(), of_file(path)?),
        None => (LIVE.to_owned(), of_cluster(&cluster)?),
    };
    if output == Format::Yaml {
        return Ok(manifest(&data));
    }
    let export = Export::new(&document, owner, &Arc::from(place.as_str()));
    for left in &export.left_out {
        tracing::warn!("{place}: left out: {left}");
    }
    Ok(match output {
        Format::Json => export.json(),
        Format::Native | Format::Yaml => export.yaml(),
    })
}

fn of_file(path: &Path) -> Result<(Data, Document), Error> {
    let live = live_file(path, &[])?.live;
    tell_diagnostics(&path.display().to_string(), &live.document);
    Ok((live.data, live.document))
}

fn of_cluster(cluster: &ClusterArgs) -> Result<(Data, Document), Error> {
    let found = crate::runtime()?.block_on(async {
        let cluster = connect(cluster).await?;
        fetch(&cluster).await
    });
    found?.ok_or(Error::Absent)
}
