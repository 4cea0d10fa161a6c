//! Writing a presigned URL in its one spelling.

use super::reader::SCHEME;
use super::{Parameter, PresignedRequest, percent, rules};
use crate::credentials::SessionToken;

impl PresignedRequest {
    pub(crate) fn url_len(&self) -> usize {
        let session_token = self.session_token.as_ref().map_or(0, |token| {
            // `&`, the name and `=`.
            Parameter::SecurityToken.name().len() + 2 + percent::encoded_len(token.expose())
        });
        let expires = decimal_digits(self.expires_seconds);
        let variable = [
            self.host.name(),
            self.access_key_id.as_str(),
            self.host.signing_region(),
        ];
        FIXED_LEN + variable.map(str::len).iter().sum::<usize>() + expires + session_token
    }

    pub(crate) fn write_url(&self, out: &mut String) {
        out.push_str(SCHEME);
        out.push_str(self.host.name());
        self.write_path_and_query(out);
    }

    pub(super) fn write_path_and_query(&self, out: &mut String) {
        let scope = [
            self.access_key_id.as_str(),
            self.date.day(),
            self.host.signing_region(),
            rules::SERVICE,
            rules::CREDENTIAL_END,
        ];
        let expires = self.expires_seconds.to_string();
        let credential = scope.join("/");
        for (parameter, value) in [
            (Parameter::Action, Some(rules::ACTION)),
            (Parameter::Version, Some(rules::VERSION)),
            (Parameter::Algorithm, Some(rules::ALGORITHM)),
            (Parameter::Credential, Some(credential.as_str())),
            (Parameter::Date, Some(self.date.as_str())),
            (Parameter::Expires, Some(expires.as_str())),
            (Parameter::SignedHeaders, Some(rules::SIGNED_HEADERS)),
            (
                Parameter::SecurityToken,
                self.session_token.as_ref().map(SessionToken::expose),
            ),
            (Parameter::Signature, Some(self.signature.expose())),
        ] {
            let Some(value) = value else { continue };
            out.push_str(if parameter == Parameter::Action {
                "/?"
            } else {
                "&"
            });
            out.push_str(parameter.name());
            out.push('=');
            percent::encode_into(out, value);
        }
    }
}

fn decimal_digits(number: u16) -> usize {
    match number {
        0..=9 => 1,
        10..=99 => 2,
        100..=999 => 3,
        1000..=9999 => 4,
        10000.. => 5,
    }
}

/// The URL without host, key, region, expiry and session token: names, separators, fixed values,
/// date, day and signature.
const FIXED_LEN: usize = "https:///?Action=GetCallerIdentity&Version=2011-06-15\
    &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%2F%2F%2Fsts%2Faws4_request&X-Amz-Date=\
    &X-Amz-Expires=&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature="
    .len()
    + "YYYYMMDDTHHMMSSZ".len()
    + "YYYYMMDD".len()
    + 64;
