//! `history`.

use crate::cli::{ClusterArgs, HistoryArgs, ReportFormat};
use crate::connection::Cluster;
use crate::error::Error;
use crate::history::report;

/// The states of aws-auth that were saved.
pub(crate) fn history(arguments: HistoryArgs) -> Result<String, Error> {
    let HistoryArgs {
        output,
        cluster: ClusterArgs {
            kubeconfig,
            context,
        },
    } = arguments;
    let revisions = crate::runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?;
        cluster.revisions().await.map_err(Error::History)
    })?;
    Ok(match output {
        ReportFormat::Text => report::text(&revisions),
        ReportFormat::Json => report::json(&revisions),
    })
}
