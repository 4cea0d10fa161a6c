//! A valid description that tests change one field of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The base64 form of a fresh certificate.
pub(crate) fn certificate_data() -> String {
    let made = rcgen::generate_simple_self_signed(vec!["kubernetes".to_owned()]).unwrap();
    STANDARD.encode(made.cert.pem())
}

/// What `aws eks describe-cluster` prints of an active cluster.
pub(crate) fn describe(certificate_data: &str) -> String {
    format!(
        r#"{{
  "cluster": {{
    "name": "dev",
    "arn": "arn:aws:eks:us-west-2:111122223333:cluster/dev",
    "status": "ACTIVE",
    "endpoint": "https://dev.example",
    "certificateAuthority": {{
      "data": "{certificate_data}"
    }}
  }}
}}
"#
    )
}
