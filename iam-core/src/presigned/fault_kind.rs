//! Groups of faults.

use super::Fault;

/// Groups of faults, for counters and public answers.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FaultKind {
    /// Not a token that any client of ours or of the peers makes.
    Malformed,
    /// Not bound to a cluster.
    HeaderNotSigned,
    /// Too old.
    Expired,
    /// Dated ahead.
    NotYetValid,
    /// For another host.
    HostNotListed,
}

impl Fault {
    /// The group of the fault.
    #[must_use]
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::HeaderNotSigned { .. } => FaultKind::HeaderNotSigned,
            Self::Expired { .. } => FaultKind::Expired,
            Self::NotYetValid { .. } => FaultKind::NotYetValid,
            Self::HostNotListed { .. } => FaultKind::HostNotListed,
            Self::TooLong { .. }
            | Self::MissingPrefix
            | Self::NotBase64Url { .. }
            | Self::CutOff
            | Self::TrailingBits
            | Self::Unprintable { .. }
            | Self::NotHttps
            | Self::UserInfo
            | Self::PathNotRoot { .. }
            | Self::NoQuery
            | Self::TooManyParameters
            | Self::NoValue { .. }
            | Self::ParameterUnknown { .. }
            | Self::ParameterRepeated { .. }
            | Self::ParameterMissing { .. }
            | Self::ValueSpelling { .. }
            | Self::ValueUnprintable { .. }
            | Self::Action { .. }
            | Self::Version { .. }
            | Self::Algorithm { .. }
            | Self::SignedHeaders { .. }
            | Self::ExpiresForm { .. }
            | Self::ExpiresTooLong { .. }
            | Self::DateForm { .. }
            | Self::DateUnreal { .. }
            | Self::CredentialParts { .. }
            | Self::AccessKeyId { .. }
            | Self::CredentialDay { .. }
            | Self::CredentialRegion { .. }
            | Self::CredentialService { .. }
            | Self::CredentialEnd { .. }
            | Self::Signature
            | Self::SecurityTokenMissing
            | Self::SecurityTokenUnexpected
            | Self::SecurityToken => FaultKind::Malformed,
        }
    }
}
