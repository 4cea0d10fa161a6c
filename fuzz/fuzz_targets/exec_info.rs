//! `KUBERNETES_EXEC_INFO`, and the two notations of time.

#![no_main]

use iam_core::exec_api::ExecInfo;
use iam_core::time::{AmzDate, Rfc3339};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match ExecInfo::parse(Some(text)) {
        Ok(info) if !text.is_empty() => {
            let version = info.api_version.as_str();
            let again = format!(
                r#"{{"apiVersion":"{version}","spec":{{"interactive":{}}}}}"#,
                info.interactive
            );
            assert_eq!(ExecInfo::parse(Some(&again)), Ok(info));
        }
        Ok(info) => assert_eq!(info, ExecInfo::default()),
        Err(error) => assert!(error.to_string().len() < 1500 && !error.hint().is_empty()),
    }
    if let Ok(date) = text.parse::<AmzDate>() {
        assert_eq!(date.to_string(), text);
        assert_eq!(AmzDate::new(date.instant()), Ok(date));
    }
    if let Ok(time) = text.parse::<Rfc3339>() {
        assert_eq!(time.to_string().parse(), Ok(time));
        assert_eq!(Rfc3339::new(time.instant()), Ok(time));
    }
});
