//! The IAM principal behind a user, by the extra keys that `/authenticate` sets.
//!
//! Who can set them? An authenticator; and whoever may impersonate, or stands in front as a proxy
//! (`Impersonate-Extra-…`, `X-Remote-Extra-…`). kube-apiserver puts the keys of those headers into
//! lower case, and decodes them afterwards: `canonical%41rn` is a `canonicalArn`. But it asks for a
//! right of its own for each key, `impersonate` on `userextras/canonicalArn`, beside those on the
//! user and the uid: nobody has it by chance. OIDC and service accounts have keys with domains of
//! their own. Keys are therefore taken in their exact case, all of them must be there with one value
//! each, and they must agree with each other and with the uid. The username is compared besides,
//! with what the access entry makes of the caller.

use iam_core::principal::Principal;
use serde::Deserialize;

use super::Text;

/// A user of whom `/authenticate` said which IAM principal it is.
#[derive(Debug)]
pub struct IamCaller<'a> {
    /// Whom STS named.
    pub principal: Principal,
    /// The access key that signed the token.
    pub access_key_id: &'a str,
}

/// The keys of `spec.extra` that `/authenticate` sets.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extra<'a> {
    #[serde(borrow)]
    access_key_id: Values<'a>,
    #[serde(borrow)]
    arn: Values<'a>,
    #[serde(borrow)]
    canonical_arn: Values<'a>,
    #[serde(borrow)]
    principal_id: Values<'a>,
    #[serde(borrow)]
    session_name: Values<'a>,
    #[serde(borrow, rename = "sigs.k8s.io/aws-iam-authenticator/principalId")]
    peers_principal_id: Values<'a>,
}

type Values<'a> = Option<Vec<Text<'a>>>;

impl Extra<'_> {
    /// The caller, if every key says the same.
    pub(super) fn caller(&self, uid: &str) -> Option<IamCaller<'_>> {
        let arn = one(&self.arn)?;
        let principal: Principal = arn.parse().ok()?;
        let principal_id = one(&self.principal_id)?;
        let account = principal.account();
        let own_uid = ["aws-iam-authenticator", account.as_str(), principal_id].join(":");
        let agrees = one(&self.canonical_arn)? == principal.canonical_arn()
            && one(&self.session_name)? == principal.session_name().unwrap_or_default()
            && one(&self.peers_principal_id)? == principal_id
            && uid == own_uid;
        agrees.then_some(IamCaller {
            principal,
            access_key_id: one(&self.access_key_id)?,
        })
    }
}

fn one<'t>(values: &'t Values<'_>) -> Option<&'t str> {
    match values.as_deref()? {
        [Text(value)] => Some(value),
        _ => None,
    }
}
