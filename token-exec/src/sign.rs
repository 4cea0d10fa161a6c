//! The presigned `GetCallerIdentity` request that a token is made of.
//!
//! Signature Version 4 in query form, with the cluster's identifier as a signed header:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as sign_request,
};
use aws_sigv4::sign::v4;
use iam_core::cluster::ClusterId;
use iam_core::presigned::{PresignedError, PresignedParts, PresignedRequest, SignatureError};
use iam_core::sts_host::StsHost;
use iam_core::token::Token;
use thiserror::Error;

use crate::cache::SignedToken;
use iam_aws::credentials::Credentials;
use iam_aws::quiet::quietly;

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum SignError {
    /// The signer refused.
    #[error("the signer refused")]
    Signer(#[source] Box<dyn StdError + Send + Sync>),
    /// What it signed with is no signature.
    #[error("the signer gave no signature")]
    Signature(#[from] SignatureError),
    /// What came out is no token's request.
    #[error("the signed request is not one that a server takes")]
    Presigned(#[from] PresignedError),
}

impl SignError {
    /// The one thing to try.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Presigned(PresignedError::TooLong { .. }) => {
                "use a role whose session token is shorter"
            }
            Self::Presigned(
                PresignedError::SessionTokenMissing | PresignedError::SessionTokenUnexpected,
            ) => "export the three keys again: they belong together",
            Self::Presigned(PresignedError::Expires { .. } | PresignedError::Date(_))
            | Self::Signer(_)
            | Self::Signature(_) => "check the system's clock",
        }
    }
}

/// The token for `cluster`, signed at `now`, and when the client should ask again.
///
/// # Errors
/// See [`presign`].
pub fn sign(
    credentials: &Credentials,
    host: &StsHost,
    cluster: &ClusterId,
    now: SystemTime,
) -> Result<SignedToken, SignError> {
    Ok(SignedToken {
        token: Token::mint(&presign(credentials, host.clone(), cluster, now)?),
        signed_at: now,
        expiration: expiration(credentials, now),
    })
}

/// When the client should ask again: a minute before the token ends, or the credentials do.
fn expiration(credentials: &Credentials, now: SystemTime) -> SystemTime {
    let token = now + TOKEN_LIFE - MARGIN;
    match credentials.expiry {
        Some(expiry) => token.min(expiry - MARGIN),
        None => token,
    }
}

/// Signs the request for `cluster` at `now`, to the second.
///
/// # Errors
/// When `now` is not in the years 1970 to 9999, or the token would be longer than servers take.
pub fn presign(
    credentials: &Credentials,
    host: StsHost,
    cluster: &ClusterId,
    now: SystemTime,
) -> Result<PresignedRequest, SignError> {
    let signature =
        quietly(|| signature(credentials, &host, cluster, now)).map_err(SignError::Signer)?;
    Ok(PresignedRequest::new(PresignedParts {
        host,
        access_key_id: credentials.access_key_id.clone(),
        date: now,
        expires: EXPIRES_SECONDS,
        session_token: credentials.session_token.clone(),
        signature: signature.parse()?,
    })?)
}

fn signature(
    credentials: &Credentials,
    host: &StsHost,
    cluster: &ClusterId,
    now: SystemTime,
) -> Result<String, Box<dyn StdError + Send + Sync>> {
    let identity = aws_credential_types::Credentials::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose(),
        credentials
            .session_token
            .as_ref()
            .map(|token| token.expose().to_owned()),
        None,
        "token-exec",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(EXPIRES_SECONDS.into()));
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(host.signing_region())
        .name("sts")
        .time(now)
        .settings(settings)
        .build()?
        .into();
    let url = format!(
        "https://{}/?Action=GetCallerIdentity&Version=2011-06-15",
        host.name()
    );
    let headers = [("x-k8s-aws-id", cluster.as_str())];
    let request = SignableRequest::new("GET", url, headers.into_iter(), SignableBody::Bytes(&[]))?;
    Ok(sign_request(request, &params)?.signature().to_owned())
}

/// What the AWS CLI writes. STS ignores it and honours the request for 15 minutes from its date.
const EXPIRES_SECONDS: u16 = 60;

/// STS honours a presigned request for 15 minutes from its date.
const TOKEN_LIFE: Duration = Duration::from_mins(15);

/// Long enough for a request that is sent just before.
const MARGIN: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;
    use iam_aws::credentials::Credentials;

    const PERMANENT: &str = "AKIAIOSFODNN7EXAMPLE";
    const TEMPORARY: &str = "ASIAIOSFODNN7EXAMPLE";

    fn signed(key: &str, host: StsHost, cluster: &str) -> PresignedRequest {
        let session_token = (key == TEMPORARY).then(|| "FwoGZXIvYXdzEBYaDH+/=token==".parse());
        let credentials = Credentials {
            access_key_id: key.parse().unwrap(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".parse().unwrap(),
            session_token: session_token.transpose().unwrap(),
            expiry: None,
        };
        // 2023-04-28T00:00:00Z, and a fraction that is cut off.
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_682_640_000_999);
        presign(&credentials, host, &cluster.parse().unwrap(), now).unwrap()
    }

    fn regional(region: &str) -> StsHost {
        StsHost::Regional {
            region: region.parse().unwrap(),
            fips: Default::default(),
            dual_stack: Default::default(),
        }
    }

    /// Made by botocore 1.43.11 with its clock at that second.
    #[test]
    fn the_request_is_that_of_botocore_byte_for_byte() {
        assert_eq!(
            signed(PERMANENT, regional("us-west-2"), "test-cluster").url(),
            "https://sts.us-west-2.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20230428\
             %2Fus-west-2%2Fsts%2Faws4_request&X-Amz-Date=20230428T000000Z&X-Amz-Expires=60\
             &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=\
             cf4b4caa7fbba860aaf18b00eb5514d9866c4b871c6bf236c6df60ed3c793b03",
        );
        assert_eq!(
            signed(TEMPORARY, regional("us-west-2"), "test-cluster").url(),
            "https://sts.us-west-2.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15\
             &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20230428\
             %2Fus-west-2%2Fsts%2Faws4_request&X-Amz-Date=20230428T000000Z&X-Amz-Expires=60\
             &X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=\
             FwoGZXIvYXdzEBYaDH%2B%2F%3Dtoken%3D%3D&X-Amz-Signature=\
             e19ab476ddcc1f006cff1a6072b6d7d53af60ae9f1701979f1c77e8f0ac2ef7c",
        );
    }

    /// Made by botocore 1.43.11 with its clock at that second.
    #[test]
    fn signs_for_every_kind_of_host_and_cluster_as_botocore_does() {
        let fips_dual_stack = StsHost::Regional {
            region: "eusc-de-east-1".parse().unwrap(),
            fips: iam_core::sts_host::Fips::Yes,
            dual_stack: iam_core::sts_host::DualStack::Yes,
        };
        for (host, cluster, signature) in [
            (
                StsHost::Global,
                "aws:111122223333:eu-west-1:prod",
                "cd0c4e65a4fa529f729f3c08d48ca82951ad4814a0a3f68043eea24f4d3be14b",
            ),
            (
                regional("cn-north-1"),
                "prod_1.x",
                "16488ad248c8dd5f5d07ba6d09be32c9652738649a82b637f21abb914b8635f7",
            ),
            (
                fips_dual_stack,
                "arn:aws-eusc:eks:eusc-de-east-1:111122223333:cluster/a",
                "878aaef152f68e4ba559233470ea08070ad42d0ab9e3c11489eeaddc32961ab5",
            ),
        ] {
            let request = signed(PERMANENT, host, cluster);
            assert_eq!(request.signature().expose(), signature, "{cluster}");
        }
    }

    #[test]
    fn the_token_is_the_url_without_padding() {
        let token = Token::mint(&signed(PERMANENT, regional("us-west-2"), "test-cluster"));
        assert_eq!(token.expose().len(), 493);
        assert!(
            token
                .expose()
                .starts_with("k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtd2VzdC0yLmFtYXpvbm")
        );
    }
}
