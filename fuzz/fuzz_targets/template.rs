//! Templates: `Display` is the inverse, and a rendered name holds nothing that it must not.

#![no_main]

use iam_core::aws_auth::{Template, Values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, session_name) = input;
    let Ok(template) = Template::parse(text) else {
        return;
    };
    assert_eq!(template.to_string(), text);
    let values = Values {
        account: "111122223333".parse().expect("twelve digits"),
        session_name: Some(session_name),
        access_key_id: "ASIAIOSFODNN7EXAMPLE",
        ec2_private_dns_name: Some("ip-10-0-0-1.ec2.internal"),
    };
    let Ok(name) = template.render(&values) else {
        return;
    };
    assert!(!name.trim().is_empty());
    assert!(name.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    for separator in [':', '/'] {
        assert_eq!(
            name.matches(separator).count(),
            text.matches(separator).count()
        );
    }
    for prefix in ["system:", "eks:", "aws:", "amazon:", "iam:"] {
        assert_eq!(name.starts_with(prefix), text.starts_with(prefix));
    }
});
