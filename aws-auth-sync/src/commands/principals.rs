//! What IAM says of the principals of files.

use std::collections::BTreeMap;
use std::time::SystemTime;

use futures_util::StreamExt as _;
use futures_util::stream;
use iam_aws::fetch::{BoxError, block_on};
use iam_aws::iam::{Iam, IamError};
use iam_aws::session::{Login, Session};
use iam_aws::settings::Named;
use iam_cli::NOTICE;
use iam_core::error_chain::ErrorChain;

use crate::cli::Cli;
use crate::lint::Principals;
use crate::lint::principals::{Key, Names, Told};
use crate::subject::Subject;

/// Asks IAM about the users and roles that the files name. What it does not tell is not known, and
/// that is said.
pub(super) fn principals(
    subjects: &[Subject],
    named: Named<'_>,
    clock: fn() -> SystemTime,
) -> Option<Principals> {
    match asked(subjects, named, clock) {
        Ok(principals) => Some(principals),
        Err(error) => {
            let error = ErrorChain(&*error);
            tracing::warn!("nothing is known of IAM's users and roles (A11, A16, A20): {error}");
            None
        }
    }
}

fn asked(
    subjects: &[Subject],
    named: Named<'_>,
    clock: fn() -> SystemTime,
) -> Result<Principals, BoxError> {
    let environment = Cli::aws_environment()?;
    let session = Session::open(&Login { named, role: None }, &environment, clock)?;
    let caller = session.caller()?.principal;
    let mut principals = Principals::of(&caller);
    let Names { own, others } = principals.named(subjects);
    if others > 0 {
        let account = caller.account();
        tracing::info!(
            target: NOTICE,
            "IAM tells account {account} nothing of the {others} users and roles of other accounts"
        );
    }
    let iam = session.iam(&session.context())?;
    let Untold { count, first } = block_on(ask(&iam, &own, &mut principals))?;
    if let Some(first) = first {
        let (all, error) = (own.len(), ErrorChain(&first));
        tracing::info!(
            target: NOTICE,
            "of {count} of {all} users and roles nothing is known: {error}"
        );
    }
    Ok(principals)
}

/// What IAM does not tell.
#[derive(Default)]
struct Untold {
    count: usize,
    first: Option<IamError>,
}

/// Asks about each, a few at a time. Whoever wants to be left alone, or is not there, is not asked
/// on.
async fn ask(iam: &Iam, names: &BTreeMap<Key, String>, principals: &mut Principals) -> Untold {
    let questions = names.iter().map(|(key, name)| async move {
        let (kind, _) = key;
        (key, iam.arn_of(*kind, name).await)
    });
    let mut answers = stream::iter(questions).buffered(AT_ONCE);
    let mut told = 0;
    let mut first = None;
    while let Some((key, answer)) = answers.next().await {
        match answer {
            Ok(arn) => {
                told += 1;
                principals.learn(key.clone(), arn.map_or(Told::Nobody, Told::Arn));
            }
            Err(error) => {
                let goes_on = error.is_denied();
                first.get_or_insert(error);
                if !goes_on {
                    break;
                }
            }
        }
    }
    let count = names.len() - told;
    Untold { count, first }
}

/// IAM lets about fifteen requests in a second through.
const AT_ONCE: usize = 4;
