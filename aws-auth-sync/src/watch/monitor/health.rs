//! Whether the controller does its job.

use iam_cli::readyz::Checks;

use crate::apply::{ApplyError, Done};
use crate::watch::lease::Standing;
use crate::watch::sources::Sources;
use crate::watch::telling::{amiss, fault};

/// How the last sync went.
#[derive(Debug, Default)]
pub(super) struct Health {
    sources: Reading,
    synced: bool,
    amiss: Option<String>,
}

/// What came of reading the sources.
#[derive(Debug, Default)]
enum Reading {
    /// They were not read yet.
    #[default]
    None,
    /// They are good.
    Good,
    /// They are at fault, and were good before.
    Older(String),
    /// They are at fault, and never were good.
    Never(String),
}

impl Health {
    pub(super) fn read(&mut self, sources: &Sources) {
        self.sources = match (sources.fault(), sources.wanted()) {
            (None, _) => Reading::Good,
            (Some(error), Some(_)) => Reading::Older(fault(error)),
            (Some(error), None) => Reading::Never(fault(error)),
        };
    }

    /// A refusal is done, too: to try again changes nothing.
    pub(super) fn applied(&mut self, applied: &Result<Done, ApplyError>) {
        let is_passing = applied.as_ref().is_err_and(ApplyError::is_passing);
        self.synced |= !is_passing;
        self.amiss = amiss(applied);
    }

    pub(super) fn checks(&self, standing: Standing) -> Checks {
        let mut checks = Checks::default();
        match standing {
            Standing::Leads => checks.pass("lease", "held by this replica"),
            Standing::Unsure => checks.fail("lease", "not seen yet, or not renewed in time"),
            Standing::StandsBy => {
                checks.pass("lease", "held by another replica: this one stands by");
                return checks;
            }
        }
        match &self.sources {
            Reading::None => checks.fail("sources", "not read yet"),
            Reading::Good => checks.pass("sources", "ok"),
            Reading::Older(fault) => checks.pass("sources", &format!("degraded: {fault}")),
            Reading::Never(fault) => checks.fail("sources", fault),
        }
        match (&self.amiss, self.synced) {
            (None, true) => checks.pass("sync", "ok"),
            (None, false) => checks.fail("sync", "not done yet"),
            (Some(amiss), true) => checks.pass("sync", &format!("degraded: {amiss}")),
            (Some(amiss), false) => checks.fail("sync", amiss),
        }
        checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::CallError;
    use crate::error::Error;

    fn body(health: &Health, standing: Standing) -> String {
        health.checks(standing).body(Some("verbose"))
    }

    #[test]
    fn whoever_stands_by_is_ready_and_whoever_leads_after_a_first_sync() {
        let mut health = Health::default();
        let standby = "[+]lease held by another replica: this one stands by\nok\n";
        assert_eq!(body(&health, Standing::StandsBy), standby);
        let before = "[-]lease not seen yet, or not renewed in time\n[-]sources not read yet\n\
                      [-]sync not done yet\nnot ready\n";
        assert_eq!(body(&health, Standing::Unsure), before);

        health.read(&Sources::default());
        let what = "get configmap kube-system/aws-auth";
        health.applied(&Err(CallError::Deadline { what }.into()));
        let failing = "[+]lease held by this replica\n[+]sources ok\n[-]sync aws-auth is not \
                       synced: get configmap kube-system/aws-auth: no answer within 30 s (try \
                       kubectl get --raw /readyz with the same kubeconfig)\nnot ready\n";
        assert_eq!(body(&health, Standing::Leads), failing);

        health.applied(&Err(ApplyError::Absent));
        let refused = "[+]lease held by this replica\n[+]sources ok\n[+]sync degraded: aws-auth \
                       is not synced: the cluster has no aws-auth (give --create to make it)\nok\n";
        assert_eq!(body(&health, Standing::Leads), refused);
    }

    #[test]
    fn sources_that_never_were_good_make_nobody_ready() {
        let mut health = Health::default();
        health.read(&Sources::at_fault(Error::NoOwner));
        let told = body(&health, Standing::Leads);
        let expected = "[-]sources check the sources: none of them names an owner (add `owner: \
                        NAME` to a source, or give --owner NAME)\n";
        assert!(told.contains(expected), "{told}");
    }
}
