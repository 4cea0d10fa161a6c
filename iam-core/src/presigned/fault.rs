//! What can be wrong with a token, one case per rule.

use std::time::Duration;

use thiserror::Error;

use super::Parameter;
use crate::excerpt::Excerpt;

/// The rule that a token breaks.
///
/// Texts name the offending value where it is not a secret, escaped and cut to 64 characters.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Fault {
    /// Over [`crate::token::Token::MAX_LEN`].
    #[error("the token has {len} bytes, more than 16384")]
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// Not `k8s-aws-v1.` and something.
    #[error("the token does not begin with k8s-aws-v1.")]
    MissingPrefix,
    /// Not of the base64url alphabet; padding is not either.
    #[error(
        "the character at byte {position} of the token is not of the base64url alphabet A-Z a-z 0-9 - _"
    )]
    NotBase64Url {
        /// Where, in bytes of the whole token, from 0.
        position: usize,
    },
    /// Of a length that no base64url text has.
    #[error("the token is cut off: no base64url text has its length")]
    CutOff,
    /// The last character holds bits that encode nothing, so the token has more than one spelling.
    #[error("the token's last character holds bits that encode nothing")]
    TrailingBits,
    /// A byte of the URL outside 0x21–0x7E.
    #[error("byte {position} of the URL is a space or not printable ASCII")]
    Unprintable {
        /// Where, in bytes of the URL, from 0.
        position: usize,
    },
    /// Not `https://`, in lower case.
    #[error("the URL does not begin with https://")]
    NotHttps,
    /// A user name or password before the host.
    #[error("the URL carries user information before the host")]
    UserInfo,
    /// The host, with port if there is one, is not in the list byte for byte.
    #[error("\"{}\" is not a host of STS in this partition", Excerpt(host))]
    HostNotListed {
        /// What stands where the host should.
        host: String,
    },
    /// Not `/?` after the host.
    #[error("the URL's path is \"{}\", not /", Excerpt(path))]
    PathNotRoot {
        /// The path.
        path: String,
    },
    /// No query.
    #[error("the URL has no query")]
    NoQuery,
    /// More parameters than there are names.
    #[error("the query has more than 9 parameters")]
    TooManyParameters,
    /// A pair without `=`, an empty one included.
    #[error("parameter {index} of the query has no =")]
    NoValue {
        /// Which, from 1.
        index: usize,
    },
    /// A name that is not one of the nine, case included.
    #[error("parameter \"{}\" is not allowed", Excerpt(name))]
    ParameterUnknown {
        /// The name.
        name: String,
    },
    /// A name for the second time.
    #[error("parameter {parameter} is given more than once")]
    ParameterRepeated {
        /// Which.
        parameter: Parameter,
    },
    /// A name that must be there is not.
    #[error("parameter {parameter} is missing")]
    ParameterMissing {
        /// Which.
        parameter: Parameter,
    },
    /// A value that is not the one percent-encoding of what it says.
    #[error(
        "the value of {parameter} is not in minimal percent-encoding with capital hexadecimal digits"
    )]
    ValueSpelling {
        /// Of which parameter.
        parameter: Parameter,
    },
    /// A value that encodes a byte outside 0x21–0x7E.
    #[error("the value of {parameter} holds a space or something other than printable ASCII")]
    ValueUnprintable {
        /// Of which parameter.
        parameter: Parameter,
    },
    /// Another action.
    #[error("Action is \"{}\", not GetCallerIdentity", Excerpt(found))]
    Action {
        /// The action.
        found: String,
    },
    /// Another version of the API.
    #[error("Version is \"{}\", not 2011-06-15", Excerpt(found))]
    Version {
        /// The version.
        found: String,
    },
    /// Another algorithm.
    #[error("X-Amz-Algorithm is \"{}\", not AWS4-HMAC-SHA256", Excerpt(found))]
    Algorithm {
        /// The algorithm.
        found: String,
    },
    /// The signature does not cover a header that it must.
    #[error(
        "header {header} is not signed: X-Amz-SignedHeaders is \"{}\"",
        Excerpt(found)
    )]
    HeaderNotSigned {
        /// `x-k8s-aws-id`, which binds the token to a cluster, or `host`.
        header: &'static str,
        /// The headers signed.
        found: String,
    },
    /// Both headers are signed, with others, twice or in another order.
    #[error("X-Amz-SignedHeaders is \"{}\", not host;x-k8s-aws-id", Excerpt(found))]
    SignedHeaders {
        /// The headers signed.
        found: String,
    },
    /// Not a plain decimal number.
    #[error(
        "X-Amz-Expires is \"{}\", not a number of seconds without sign or leading zero",
        Excerpt(found)
    )]
    ExpiresForm {
        /// The text.
        found: String,
    },
    /// Over 900.
    #[error("X-Amz-Expires is \"{}\", more than 900 seconds", Excerpt(found))]
    ExpiresTooLong {
        /// The text.
        found: String,
    },
    /// Not `YYYYMMDDTHHMMSSZ`.
    #[error(
        "X-Amz-Date is \"{}\", not of the form YYYYMMDDTHHMMSSZ",
        Excerpt(found)
    )]
    DateForm {
        /// The text.
        found: String,
    },
    /// No such instant from 1970 on.
    #[error(
        "X-Amz-Date is \"{}\", which is no instant from 1970 on",
        Excerpt(found)
    )]
    DateUnreal {
        /// The text.
        found: String,
    },
    /// Not five parts.
    #[error("X-Amz-Credential has {count} parts, not 5: KEY/DAY/REGION/sts/aws4_request")]
    CredentialParts {
        /// How many parts.
        count: usize,
    },
    /// The first part.
    #[error(
        "access key id \"{}\" is not AKIA or ASIA and 12 to 124 capital letters and digits",
        Excerpt(found)
    )]
    AccessKeyId {
        /// The text.
        found: String,
    },
    /// The second part.
    #[error(
        "the credential is of day \"{}\", X-Amz-Date of another",
        Excerpt(found)
    )]
    CredentialDay {
        /// The text.
        found: String,
    },
    /// The third part.
    #[error(
        "the credential is for region \"{}\", the host for {expected}",
        Excerpt(found)
    )]
    CredentialRegion {
        /// The text.
        found: String,
        /// The host's signing region.
        expected: String,
    },
    /// The fourth part.
    #[error("the credential is for service \"{}\", not sts", Excerpt(found))]
    CredentialService {
        /// The text.
        found: String,
    },
    /// The fifth part.
    #[error("the credential ends with \"{}\", not aws4_request", Excerpt(found))]
    CredentialEnd {
        /// The text.
        found: String,
    },
    /// Not 64 lower-case hexadecimal digits.
    #[error("X-Amz-Signature is not 64 lower-case hexadecimal digits")]
    Signature,
    /// A temporary key without its session token.
    #[error("the access key is temporary (ASIA…), but X-Amz-Security-Token is missing")]
    SecurityTokenMissing,
    /// A permanent key with a session token.
    #[error("the access key is permanent (AKIA…), but X-Amz-Security-Token is given")]
    SecurityTokenUnexpected,
    /// A session token that is empty, or longer than any that fits into a token.
    #[error("X-Amz-Security-Token is empty or too long")]
    SecurityToken,
    /// STS would refuse it by now.
    #[error("the token expired {} s ago: STS honours it for 15 minutes from X-Amz-Date", by.as_secs())]
    Expired {
        /// How long ago.
        by: Duration,
    },
    /// Its date is too far ahead.
    #[error("X-Amz-Date is {} s too far ahead: at most 5 minutes are allowed", by.as_secs())]
    NotYetValid {
        /// By how much over the allowance.
        by: Duration,
    },
}
