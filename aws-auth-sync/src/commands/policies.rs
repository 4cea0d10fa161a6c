//! `policies`.

use iam_core::access_entry::Policy;

use crate::cli::{PoliciesArgs, ReportFormat};
use crate::error::Error;
use crate::policies;

/// All policies, or those that are named.
pub(crate) fn policies(arguments: PoliciesArgs) -> Result<String, Error> {
    let PoliciesArgs {
        names,
        partition,
        output,
    } = arguments;
    let chosen: Vec<&Policy> = if names.is_empty() {
        Policy::all().iter().collect()
    } else {
        let known = |name: String| {
            let short = name.rsplit('/').next().unwrap_or_default();
            Policy::named(short).ok_or(Error::NoPolicy { name })
        };
        names.into_iter().map(known).collect::<Result<_, _>>()?
    };
    Ok(match output {
        ReportFormat::Text => policies::text(&chosen),
        ReportFormat::Json => policies::json(&chosen, partition),
    })
}
