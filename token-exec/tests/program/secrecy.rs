//! Nothing secret reaches stderr, however much is asked for; the sandbox looks at every run.

use crate::support::{KEY, SECRET, SESSION_TOKEN, Sandbox, TEMPORARY_KEY, assert_keeps_secrets};

#[test]
fn no_log_level_shows_a_secret() {
    let temporary = format!(
        "aws_access_key_id = {TEMPORARY_KEY}\naws_secret_access_key = {SECRET}\n\
         aws_session_token = {SESSION_TOKEN}\nregion = us-west-2\n",
    );
    let stray = format!("my {SECRET} = {SESSION_TOKEN}\n[services s]\nsts =\n  {SECRET} = x\n");
    for sandbox in [
        Sandbox::exported(),
        Sandbox::exported().set("AWS_PROFILE", "default"),
        Sandbox::empty().file("credentials", format!("[default]\n{temporary}")),
        Sandbox::empty().file("config", format!("[default]\n{temporary}{stray}")),
        Sandbox::exported().set("AWS_SESSION_TOKEN", SESSION_TOKEN),
        Sandbox::exported()
            .set("AWS_ACCESS_KEY_ID", SECRET)
            .set("AWS_SECRET_ACCESS_KEY", KEY),
        Sandbox::empty().file("credentials", format!("[default]\n{SECRET}\n")),
        Sandbox::empty().file(
            "credentials",
            format!(
                "[default]\naws_access_key_id = {SECRET}\n\
            aws_secret_access_key = x\n"
            ),
        ),
    ] {
        let sandbox = sandbox.set("RUST_LOG", "trace");
        for line in [
            "-vv --cluster-name prod",
            "-vvv --log-format json eks get-token --cluster-id c",
        ] {
            assert_keeps_secrets(&sandbox.run(line).stderr);
        }
    }
}
