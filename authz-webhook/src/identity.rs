//! From STS's answer to a verified caller: every statement is held against every other.

use std::sync::Arc;

use iam_core::account::AccountId;
use iam_core::arn::Arn;
use iam_core::cluster::ClusterId;
use iam_core::presigned::PresignedRequest;
use iam_core::principal::Principal;
use iam_core::sts_host::ListedHost;
use thiserror::Error;

use crate::refusal::Refusal;
use crate::sts::Vouched;

/// Somebody STS vouches for.
#[derive(Debug)]
pub struct Caller {
    principal: Principal,
    arn: String,
    canonical_arn: String,
    principal_id: String,
    session_name: Option<String>,
    access_key_id: String,
    host: Arc<ListedHost>,
    cluster_id: Option<Arc<ClusterId>>,
}

/// A statement of STS that another one contradicts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Error)]
pub enum Contradiction {
    /// `Account` and the ARN's account differ.
    #[error("Account is not the account of the ARN")]
    Account,
    /// The ARN is of another partition than the host.
    #[error("the ARN is of another partition")]
    Partition,
    /// `UserId` is not of the kind of principal that the ARN names.
    #[error("UserId does not belong to the kind of principal that the ARN names")]
    Kind,
    /// `UserId` and the ARN name different sessions.
    #[error("UserId and the ARN name different sessions")]
    Session,
    /// A long-lived access key cannot belong to this kind of principal.
    #[error("an access key of this kind cannot belong to the principal")]
    AccessKey,
}

impl Caller {
    /// Checks what STS answered to `request` against itself and the request.
    ///
    /// # Errors
    /// A [`Refusal`]: senseless where there is no account or ARN, contradictory where two
    /// statements differ, unsupported where the principal is of a kind without mappings.
    pub fn verify(vouched: Vouched, request: &PresignedRequest) -> Result<Self, Refusal> {
        let Vouched { answer, cluster_id } = vouched;
        let host = request.host();
        let senseless = |what: &str| Refusal::StsSenseless {
            host: Arc::clone(host),
            detail: format!("an impossible {what}").into(),
        };
        let account: AccountId = answer.account.parse().map_err(|_| senseless("Account"))?;
        let arn: Arn = answer.arn.parse().map_err(|_| senseless("Arn"))?;
        let contradictory = |what| Refusal::Contradictory {
            host: Arc::clone(host),
            what,
        };
        if arn.account() != answer.account {
            return Err(contradictory(Contradiction::Account));
        }
        if arn.partition() != host.partition() {
            return Err(contradictory(Contradiction::Partition));
        }
        let principal = Principal::try_from(&arn).map_err(|_| Refusal::Unsupported {
            host: Arc::clone(host),
        })?;
        let id = PrincipalId::of(&principal, account, &answer.user_id).map_err(contradictory)?;
        if !key_fits(&principal, request.access_key_id().is_temporary()) {
            return Err(contradictory(Contradiction::AccessKey));
        }
        Ok(Self {
            canonical_arn: principal.canonical_arn(),
            principal,
            arn: answer.arn,
            principal_id: id.id.to_owned(),
            session_name: id.session.map(str::to_owned),
            access_key_id: request.access_key_id().as_str().to_owned(),
            host: Arc::clone(host),
            cluster_id,
        })
    }

    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.principal.account()
    }

    /// The ARN as STS gave it.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The ARN that mappings name.
    #[must_use]
    pub fn canonical_arn(&self) -> &str {
        &self.canonical_arn
    }

    /// The unique id of the user or role: `AIDA…`, `AROA…`, without the session.
    #[must_use]
    pub fn principal_id(&self) -> &str {
        &self.principal_id
    }

    /// The session's name.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        self.session_name.as_deref()
    }

    /// The id of the access key that signed.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The host that vouches.
    #[must_use]
    pub fn host(&self) -> &ListedHost {
        &self.host
    }

    /// The cluster that the token is signed for, where more than one is served.
    #[must_use]
    pub fn cluster_id(&self) -> Option<&ClusterId> {
        self.cluster_id.as_deref()
    }
}

/// The two parts of `UserId`.
#[derive(Debug, Eq, PartialEq)]
struct PrincipalId<'a> {
    id: &'a str,
    session: Option<&'a str>,
}

impl<'a> PrincipalId<'a> {
    /// Splits `user_id` as it is written for this kind of principal.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
    fn of(
        principal: &Principal,
        account: AccountId,
        user_id: &'a str,
    ) -> Result<Self, Contradiction> {
        let whole = Ok(Self {
            id: user_id,
            session: None,
        });
        match principal {
            Principal::User { .. } => match user_id.contains(':') || user_id.starts_with(ROLE) {
                true => Err(Contradiction::Kind),
                false => whole,
            },
            Principal::Root { .. } => match user_id == account.as_str() {
                true => whole,
                false => Err(Contradiction::Kind),
            },
            Principal::FederatedUser { name, .. } => {
                let (of, named) = user_id.split_once(':').ok_or(Contradiction::Kind)?;
                if of != account.as_str() {
                    return Err(Contradiction::Kind);
                }
                if named == name {
                    whole
                } else {
                    Err(Contradiction::Session)
                }
            }
            Principal::Ec2Instance { instance_id, .. } => {
                let (id, session) = user_id.rsplit_once(':').ok_or(Contradiction::Kind)?;
                let (of, kind) = id.split_once(':').ok_or(Contradiction::Kind)?;
                if of != account.as_str() || kind != EC2_INSTANCE {
                    return Err(Contradiction::Kind);
                }
                Self {
                    id,
                    session: Some(session),
                }
                .of_session(instance_id.as_str())
            }
            Principal::AssumedRole { session, .. } => {
                Self::of_role(user_id)?.of_session(session.as_str())
            }
            Principal::Role { .. } => Self::of_role(user_id),
        }
    }

    /// `AROA…:session`.
    fn of_role(user_id: &'a str) -> Result<Self, Contradiction> {
        let (id, session) = user_id.split_once(':').ok_or(Contradiction::Kind)?;
        if id.is_empty() || id.starts_with(USER) || session.contains(':') {
            return Err(Contradiction::Kind);
        }
        Ok(Self {
            id,
            session: Some(session),
        })
    }

    fn of_session(self, session: &str) -> Result<Self, Contradiction> {
        if self.session == Some(session) {
            Ok(self)
        } else {
            Err(Contradiction::Session)
        }
    }
}

/// A long-lived key belongs to a user or to root; a temporary one to anybody.
fn key_fits(principal: &Principal, temporary: bool) -> bool {
    match principal {
        Principal::User { .. } | Principal::Root { .. } => true,
        Principal::Role { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Ec2Instance { .. } => temporary,
    }
}

/// Unique ids of users and of roles begin so.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
const USER: &str = "AIDA";
const ROLE: &str = "AROA";
const EC2_INSTANCE: &str = "aws:ec2-instance";

#[cfg(test)]
mod tests;
