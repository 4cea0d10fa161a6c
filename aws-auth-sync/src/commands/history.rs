//! `history`.

use crate::cli::{ClusterArgs, HistoryArgs, ReportFormat};
use crate::connection::Cluster;
use crate::error::Error;
use crate::history::{report, unwritten};

/// The states of aws-auth that were saved.
pub(crate) fn history(arguments: HistoryArgs) -> Result<String, Error> {
    let HistoryArgs {
        output,
        cluster: ClusterArgs {
            kubeconfig,
            context,
        },
    } = arguments;
    let (unwritten, revisions) = crate::runtime()?.block_on(async {
        let cluster = Cluster::connect(kubeconfig.as_deref(), context.as_deref()).await?;
        let revisions = cluster.revisions().await.map_err(Error::History)?;
        // Whoever may list backups need not be let see aws-auth.
        let object = cluster.fetch().await.ok().flatten();
        Ok::<_, Error>((unwritten(&revisions, object.as_ref()), revisions))
    })?;
    Ok(match output {
        ReportFormat::Text => report::text(&revisions, &unwritten),
        ReportFormat::Json => report::json(&revisions, &unwritten),
    })
}
