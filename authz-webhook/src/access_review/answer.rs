//! Answers: allowed, or no opinion. Never denied: other authorizers go on deciding.

use serde::Serialize;

use super::{KIND, V1, V1BETA1};
use crate::review::{ReviewVersion, encoded};

/// The answer that allows, for this reason.
pub fn allowed(version: ReviewVersion, reason: &str) -> Vec<u8> {
    answer(version, true, reason)
}

/// The answer that leaves the decision to others; kube-apiserver shows the reason, if there is
/// one, when nobody allows.
pub fn no_opinion(version: ReviewVersion, reason: &str) -> Vec<u8> {
    answer(version, false, reason)
}

fn answer(version: ReviewVersion, allowed: bool, reason: &str) -> Vec<u8> {
    let api_version = match version {
        ReviewVersion::V1 => V1,
        ReviewVersion::V1Beta1 => V1BETA1,
    };
    encoded(KIND, api_version, &Status { allowed, reason })
}

#[derive(Serialize)]
struct Status<'a> {
    allowed: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}
