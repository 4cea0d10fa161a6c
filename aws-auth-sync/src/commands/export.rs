//! `export`.

use std::sync::Arc;

use super::{connect, fetch};
use crate::cli::ExportArgs;
use crate::error::Error;
use crate::export::{Export, Format, manifest};
use crate::subject::LIVE;

/// The live aws-auth as a source; what that cannot hold is warned of.
pub(crate) fn export(arguments: ExportArgs) -> Result<String, Error> {
    let ExportArgs {
        owner,
        output,
        cluster,
    } = arguments;
    let found = crate::runtime()?.block_on(async {
        let cluster = connect(&cluster).await?;
        fetch(&cluster).await
    });
    let (data, document) = found?.ok_or(Error::Absent)?;
    if output == Format::Yaml {
        return Ok(manifest(&data));
    }
    let export = Export::new(&document, owner, &Arc::from(LIVE));
    for left in &export.left_out {
        tracing::warn!("{LIVE}: left out: {left}");
    }
    Ok(match output {
        Format::Json => export.json(),
        Format::Native | Format::Yaml => export.yaml(),
    })
}
