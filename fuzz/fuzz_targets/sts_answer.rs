//! Answers of STS, in JSON and in XML: what is read is what any reader reads, both notations say
//! the same, and whoever is vouched for agrees with himself.

#![no_main]

use std::sync::LazyLock;
use std::time::SystemTime;

use authz_webhook::identity::Caller;
use authz_webhook::sts::{Answer, Format, Vouched, error_code};
use iam_core::presigned::{PresignedParts, PresignedRequest};
use iam_core::sts_host::StsHost;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for format in [Format::Json, Format::Xml] {
        if let Some(code) = error_code(body, Some(format)) {
            assert!(!code.is_empty() && code.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        match Answer::parse(body, format) {
            Ok(answer) => holds(answer, body, format),
            Err(error) => assert!(error.to_string().len() < 150),
        }
    }
});

fn holds(answer: Answer, body: &[u8], format: Format) {
    if format == Format::Json
        && let Ok(document) = serde_json::from_slice::<serde_json::Value>(body)
    {
        let result = &document["GetCallerIdentityResponse"]["GetCallerIdentityResult"];
        assert_eq!(result["Arn"], answer.arn.as_str());
        assert_eq!(result["Account"], answer.account.as_str());
        assert_eq!(result["UserId"], answer.user_id.as_str());
    }
    let written = in_xml(&answer);
    assert_eq!(
        Answer::parse(written.as_bytes(), Format::Xml),
        Ok(answer.clone())
    );
    let vouched = Vouched {
        answer,
        cluster_id: None,
    };
    if let Ok(caller) = Caller::verify(vouched.clone(), &REQUEST) {
        assert_eq!(caller.arn(), vouched.answer.arn);
        assert_eq!(caller.account().as_str(), vouched.answer.account);
        assert!(caller.arn().starts_with("arn:aws:"));
        assert!(vouched.answer.user_id.starts_with(caller.principal_id()));
    }
}

fn in_xml(answer: &Answer) -> String {
    let escaped = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&#x3c;")
            .replace('>', "&#62;")
    };
    let [account, arn, user_id] =
        [&answer.account, &answer.arn, &answer.user_id].map(|text| escaped(text));
    format!(
        "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'>\
         <GetCallerIdentityResult><Account>{account}</Account><Arn>{arn}</Arn>\
         <UserId>{user_id}</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
}

/// Of a session in partition aws.
static REQUEST: LazyLock<PresignedRequest> = LazyLock::new(|| {
    let parts = PresignedParts {
        host: StsHost::Global,
        access_key_id: "ASIAIOSFODNN7EXAMPLE".parse().expect("a key id"),
        date: SystemTime::UNIX_EPOCH,
        expires: 60,
        session_token: Some("token".parse().expect("a token")),
        signature: "0".repeat(64).parse().expect("a signature"),
    };
    PresignedRequest::new(parts).expect("a request")
});
