//! What a token says, for a person: every field that can be read and every rule that it breaks.

mod lookalike;

use std::sync::LazyLock;
use std::time::SystemTime;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use zeroize::Zeroizing;

use crate::partition::Partition;
use crate::presigned::reader::{self, Reading};
use crate::presigned::{Fault, Parameter, check_window, expires_at};
use crate::sts_host::StsHosts;
use crate::token::{self, Token};
pub use lookalike::Lookalike;

/// What [`inspect`] found. Fields are as the token says them, right or wrong; none is a secret.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Inspection {
    /// The size of the whole text in bytes.
    pub token_bytes: usize,
    /// The size of the decoded URL in bytes.
    pub url_bytes: Option<usize>,
    /// The host, without user information.
    pub host: Option<String>,
    /// The partition that the host is in, when it is a host of STS.
    pub partition: Option<Partition>,
    /// The region of the credential.
    pub region: Option<String>,
    /// The access key id.
    pub access_key_id: Option<String>,
    /// The signed headers, in their order.
    pub signed_headers: Vec<String>,
    /// Whether the signature covers `x-k8s-aws-id`, which binds the token to a cluster.
    pub cluster_header_signed: bool,
    /// The signing time.
    pub date: Option<SystemTime>,
    /// When STS begins to refuse the token: 15 minutes after the signing time.
    pub expires_at: Option<SystemTime>,
    /// `X-Amz-Expires` as it stands there, which means nothing to STS.
    pub expires: Option<String>,
    /// The size of the session token in bytes, when there is one.
    pub session_token_bytes: Option<usize>,
    /// What else it looks like, where it breaks a rule.
    pub looks_like: Option<Lookalike>,
    /// Every broken rule, in the order of the rules; empty for a token that a server would pass on
    /// to STS at `now`.
    pub faults: Vec<Fault>,
}

/// Reads any text as a token, as far as it goes, for the hosts of every partition.
///
/// A bare presigned URL is read too, and lacks the prefix.
#[must_use]
pub fn inspect(text: &str, now: SystemTime) -> Inspection {
    let mut faults = Vec::new();
    faults.extend(token::check_len(text).err());
    let url = lenient_url(text, &mut faults);
    let mut inspection = Inspection {
        token_bytes: text.len(),
        faults: Vec::new(),
        ..Inspection::default()
    };
    if let Some(url) = &url {
        inspection.url_bytes = Some(url.len());
        if let Ok(reading) = reader::read(url, &HOSTS, &mut faults) {
            describe(&reading, &mut inspection);
            let window = reading.date.map(|date| check_window(date, now));
            faults.extend(window.and_then(Result::err));
        }
    }
    if !faults.is_empty() {
        inspection.looks_like = Lookalike::of(text, url.as_ref().map(|url| url.as_str()));
    }
    inspection.faults = faults;
    inspection
}

fn describe(reading: &Reading<'_>, inspection: &mut Inspection) {
    let owned = |parameter| reading.text(parameter).map(str::to_owned);
    let credential = reading.credential();
    inspection.host = reading.host_name.map(|authority| {
        authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host)
            .to_owned()
    });
    inspection.partition = reading.host.as_deref().map(|host| host.partition());
    inspection.region = credential.map(|[_, _, region, _, _]| region.to_owned());
    inspection.access_key_id = credential.map(|[key, ..]| key.to_owned());
    inspection.signed_headers = reading
        .text(Parameter::SignedHeaders)
        .map(|headers| headers.split(';').map(str::to_owned).collect())
        .unwrap_or_default();
    inspection.cluster_header_signed = inspection
        .signed_headers
        .iter()
        .any(|header| header == "x-k8s-aws-id");
    inspection.date = reading.date.map(|date| date.instant());
    inspection.expires_at = reading.date.map(expires_at);
    inspection.expires = owned(Parameter::Expires);
    inspection.session_token_bytes = reading.session_token_len;
}

/// The URL inside `text`: decoded strictly where that works, else with everything skipped that is
/// not of the alphabet.
fn lenient_url(text: &str, faults: &mut Vec<Fault>) -> Option<Zeroizing<String>> {
    let Some(encoded) = text.strip_prefix(Token::PREFIX) else {
        faults.push(Fault::MissingPrefix);
        return text
            .starts_with("https://")
            .then(|| Zeroizing::new(text.to_owned()));
    };
    let decoded = match token::decode(encoded) {
        Ok(url) => Zeroizing::new(url),
        Err(fault) => {
            faults.push(fault);
            lenient_base64(encoded)?
        }
    };
    Some(Zeroizing::new(
        String::from_utf8_lossy(&decoded).into_owned(),
    ))
}

/// Decodes the characters of either base64 alphabet and leaves out all others.
fn lenient_base64(encoded: &str) -> Option<Zeroizing<Vec<u8>>> {
    let kept = encoded.chars().filter_map(|character| match character {
        '+' => Some('-'),
        '/' => Some('_'),
        'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' => Some(character),
        _ => None,
    });
    let mut kept: Zeroizing<String> = Zeroizing::new(kept.collect());
    // One character alone behind the groups of four is no whole byte.
    if kept.len() % 4 == 1 {
        kept.pop();
    }
    LENIENT.decode(kept.as_bytes()).ok().map(Zeroizing::new)
}

/// Takes a last character with bits that encode nothing.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    NO_PAD.with_decode_allow_trailing_bits(true),
);

static HOSTS: LazyLock<StsHosts> = LazyLock::new(StsHosts::of_every_partition);
