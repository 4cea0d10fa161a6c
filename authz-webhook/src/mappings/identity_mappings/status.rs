//! `status.canonicalARN`, written as aws-iam-authenticator writes it: for people who list the
//! objects, and for its own servers beside this one.
//!
//! Nothing here depends on it. Whoever maps here without the right to write it is told once.

use std::time::Duration;

use backon::BackoffBuilder as _;
use kube::api::{Patch, PatchParams};
use kube::core::DynamicObject;
use kube::{Api, Client};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::resource;
use crate::config::Config;
use crate::mappings::{api_server, watching};

/// A status that does not say yet what it should.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct StatusWish {
    pub(super) name: String,
    /// The object that was read: of another one the status is not known.
    pub(super) resource_version: Option<String>,
    pub(super) canonical_arn: String,
}

/// How a round of writing ended.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Round {
    /// All was written, or need not be any more.
    Done,
    /// The API server does not let this program write; in its words.
    Forbidden(String),
    /// It failed, and may succeed later; in words for the log.
    Failed(String),
}

/// Writes the latest wishes, for as long as somebody has any.
pub(super) async fn write(config: &Config, mut wishes: watch::Receiver<Vec<StatusWish>>) {
    let mut pauses = watching::pauses().build();
    let mut is_told = false;
    loop {
        let wanted = wishes.borrow_and_update().clone();
        let pause = match round(config, &wanted, &wishes).await {
            Round::Done => {
                pauses = watching::pauses().build();
                None
            }
            Round::Forbidden(why) => {
                if !std::mem::replace(&mut is_told, true) {
                    tracing::warn!(
                        "iamidentitymappings: {why}; statuses are not written, which changes no \
                         mapping"
                    );
                }
                Some(FORBIDDEN_PAUSE)
            }
            Round::Failed(why) => {
                tracing::debug!("iamidentitymappings: no status written: {why}");
                pauses.next()
            }
        };
        match pause {
            None => {
                if wishes.changed().await.is_err() {
                    // Nobody wishes any more, and the one who watches decides when to end.
                    std::future::pending().await
                }
            }
            Some(pause) => sleep(pause).await,
        }
    }
}

async fn round(
    config: &Config,
    wanted: &[StatusWish],
    latest: &watch::Receiver<Vec<StatusWish>>,
) -> Round {
    if wanted.is_empty() {
        return Round::Done;
    }
    let client = match api_server::connect(config).await {
        Ok(client) => client,
        Err(error) => return Round::Failed(api_server::fault(&error)),
    };
    for wish in wanted {
        // Newer wishes know newer objects.
        if latest.has_changed().unwrap_or(false) {
            return Round::Done;
        }
        match timeout(DEADLINE, patch(client.clone(), wish)).await {
            Err(_) => return Round::Failed("the API server does not answer".to_owned()),
            Ok(Ok(())) => {}
            Ok(Err(ended)) => return ended,
        }
    }
    Round::Done
}

async fn patch(client: Client, wish: &StatusWish) -> Result<(), Round> {
    let api: Api<DynamicObject> = Api::all_with(client, &resource());
    let status = json!({
        "metadata": { "resourceVersion": wish.resource_version },
        "status": { "canonicalARN": wish.canonical_arn },
    });
    let written = api
        .patch_status(&wish.name, &PatchParams::default(), &Patch::Merge(&status))
        .await;
    match written {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) => match status.code {
            // Somebody was faster, or the object is gone: the watch says so.
            404 | 409 => Ok(()),
            401 | 403 => Err(Round::Forbidden(status.message.clone())),
            429 | 500.. => Err(Round::Failed(status.message.clone())),
            _ => {
                tracing::debug!("iamidentitymappings/{}: {}", wish.name, status.message);
                Ok(())
            }
        },
        Err(error) => Err(Round::Failed(api_server::fault(&error))),
    }
}

/// One call.
const DEADLINE: Duration = Duration::from_secs(10);
/// A right is not given every minute.
const FORBIDDEN_PAUSE: Duration = Duration::from_secs(300);
