//! Presigned `GetCallerIdentity` requests: what a token carries.
//!
//! A URL is read into typed fields and written again from them; its bytes never travel on. Minted
//! and parsed requests are inverses: `parse(request.url()) == request`.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use thiserror::Error;

use crate::credentials::{AccessKeyId, SessionToken};
use crate::sts_host::{ListedHost, StsHost, StsHosts};
use crate::time::{AmzDate, TimeError};
use crate::token::Token;

mod fault;
mod fault_kind;
mod parameter;
mod percent;
pub(crate) mod reader;
mod rules;
mod signature;
mod writer;

pub use fault::Fault;
pub use fault_kind::FaultKind;
pub use parameter::Parameter;
pub use signature::{Signature, SignatureError};

use reader::{Reading, Strict};

/// A `GET` of `GetCallerIdentity` at an STS host, signed in its query together with the header
/// `x-k8s-aws-id`.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PresignedRequest {
    host: Arc<ListedHost>,
    access_key_id: AccessKeyId,
    date: AmzDate,
    expires_seconds: u16,
    session_token: Option<SessionToken>,
    signature: Signature,
}

/// What a presigned request is made of.
#[derive(Clone, Debug)]
pub struct PresignedParts {
    /// The host that was signed.
    pub host: StsHost,
    /// The key that signed.
    pub access_key_id: AccessKeyId,
    /// The signing time, cut to the second.
    pub date: SystemTime,
    /// `X-Amz-Expires` in seconds, at most 900. STS ignores it for this call.
    pub expires: u16,
    /// The session token, with temporary keys and only with them.
    pub session_token: Option<SessionToken>,
    /// The signature.
    pub signature: Signature,
}

impl PresignedRequest {
    /// Puts a signed request together.
    ///
    /// # Errors
    /// When the parts do not belong together or the token would be longer than any server takes.
    pub fn new(parts: PresignedParts) -> Result<Self, PresignedError> {
        let PresignedParts {
            host,
            access_key_id,
            date,
            expires,
            session_token,
            signature,
        } = parts;
        if expires > rules::MAX_EXPIRES {
            return Err(PresignedError::Expires { seconds: expires });
        }
        match (access_key_id.is_temporary(), &session_token) {
            (true, None) => return Err(PresignedError::SessionTokenMissing),
            (false, Some(_)) => return Err(PresignedError::SessionTokenUnexpected),
            (true, Some(_)) | (false, None) => {}
        }
        let host = Arc::new(ListedHost::from(&host));
        let date = AmzDate::new(date)?;
        let request = Self {
            host,
            access_key_id,
            date,
            expires_seconds: expires,
            session_token,
            signature,
        };
        let len = Token::len_for(&request);
        if len > Token::MAX_LEN {
            return Err(PresignedError::TooLong { len });
        }
        Ok(request)
    }

    /// Reads a URL to one of `hosts`, strictly: one spelling, each of nine parameters at most once
    /// and in any order, everything else refused. It does not look at the clock:
    /// [`Self::check_window`] does.
    ///
    /// # Errors
    /// The first rule broken.
    pub fn parse(url: &str, hosts: &StsHosts) -> Result<Self, Fault> {
        let Reading {
            host,
            access_key_id,
            date,
            expires,
            session_token,
            signature,
            ..
        } = reader::read(url, hosts, &mut Strict)?;
        // The strict judge lets nothing pass unread, so none of these is missing here.
        let missing = |parameter| move || Fault::ParameterMissing { parameter };
        Ok(Self {
            host: host.ok_or_else(|| Fault::HostNotListed {
                host: String::new(),
            })?,
            access_key_id: access_key_id.ok_or_else(missing(Parameter::Credential))?,
            date: date.ok_or_else(missing(Parameter::Date))?,
            expires_seconds: expires.ok_or_else(missing(Parameter::Expires))?,
            session_token,
            signature: signature.ok_or_else(missing(Parameter::Signature))?,
        })
    }

    /// The host that was signed.
    #[must_use]
    pub fn host(&self) -> &Arc<ListedHost> {
        &self.host
    }

    /// The key that signed.
    #[must_use]
    pub fn access_key_id(&self) -> &AccessKeyId {
        &self.access_key_id
    }

    /// The signing time.
    #[must_use]
    pub fn date(&self) -> AmzDate {
        self.date
    }

    /// `X-Amz-Expires` in seconds, which means nothing to STS.
    #[must_use]
    pub fn expires_seconds(&self) -> u16 {
        self.expires_seconds
    }

    /// The session token of a temporary key.
    #[must_use]
    pub fn session_token(&self) -> Option<&SessionToken> {
        self.session_token.as_ref()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The URL, in its one spelling. It is as good as the token: a secret.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = String::with_capacity(self.url_len());
        self.write_url(&mut url);
        url
    }

    /// What stands on the request line: `/?Action=…`. As secret as the URL.
    #[must_use]
    pub fn path_and_query(&self) -> String {
        let mut out = String::with_capacity(self.url_len());
        self.write_path_and_query(&mut out);
        out
    }

    /// Checks that STS would not refuse the request for its time: signed at most 15 minutes ago.
    /// STS itself would take it up to 15 minutes ahead; 5 are allowed here, so that no token lives
    /// longer than 20.
    ///
    /// # Errors
    /// [`Fault::Expired`] or [`Fault::NotYetValid`].
    pub fn check_window(&self, now: SystemTime) -> Result<(), Fault> {
        check_window(self.date, now)
    }

    /// When STS begins to refuse the request: 15 minutes after it was signed.
    #[must_use]
    pub fn expires_at(&self) -> SystemTime {
        expires_at(self.date)
    }
}

/// The parts of a presigned request do not fit together.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PresignedError {
    /// Over 900 seconds.
    #[error("a presigned request cannot claim to live for {seconds} s (at most 900)")]
    Expires {
        /// How many.
        seconds: u16,
    },
    /// A temporary key alone.
    #[error("the access key is temporary (ASIA…) and has no session token")]
    SessionTokenMissing,
    /// A permanent key with a session token.
    #[error("the access key is permanent (AKIA…) and has a session token")]
    SessionTokenUnexpected,
    /// A signing time that cannot be written.
    #[error("the signing time cannot be written")]
    Date(#[from] TimeError),
    /// The token would be over [`Token::MAX_LEN`].
    #[error("the session token makes a token of {len} bytes, more than 16384")]
    TooLong {
        /// The token's length in bytes.
        len: usize,
    },
}

pub(crate) fn check_window(date: AmzDate, now: SystemTime) -> Result<(), Fault> {
    match now.duration_since(date.instant()) {
        Ok(age) => match age.checked_sub(LIFE) {
            Some(by) if by > Duration::ZERO => Err(Fault::Expired { by }),
            Some(_) | None => Ok(()),
        },
        Err(ahead) => match ahead.duration().checked_sub(ALLOWED_AHEAD) {
            Some(by) if by > Duration::ZERO => Err(Fault::NotYetValid { by }),
            Some(_) | None => Ok(()),
        },
    }
}

pub(crate) fn expires_at(date: AmzDate) -> SystemTime {
    date.instant() + LIFE
}

/// STS ignores X-Amz-Expires and honours a URL for 15 minutes from X-Amz-Date.
const LIFE: Duration = Duration::from_secs(15 * 60);
const ALLOWED_AHEAD: Duration = Duration::from_secs(5 * 60);
