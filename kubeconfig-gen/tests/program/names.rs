//! Names that look like something else.

use crate::sandbox::Sandbox;

#[test]
fn whatever_a_name_looks_like_it_stays_a_name() {
    let sandbox = Sandbox::with_token_exec();
    let long = "é".repeat(253);
    let names = [
        "a: b",
        "\"q\" 'q'",
        "- x",
        "#x",
        "a #b",
        "{a}",
        "!t",
        "*a",
        "&a",
        "on",
        "0x1F",
        " a ",
        "1:20",
        "\\n",
        "---",
        "<<",
        "?",
        &long,
    ];
    for name in names {
        for verb in ["Added new", "Updated"] {
            let (alias, user) = (format!("--alias={name}"), format!("--user-alias={name}"));
            let (stdout, _) = sandbox.update(&["--kubeconfig", "config", &alias, &user]);
            assert!(
                stdout.starts_with(&format!("{verb} context {name} ")),
                "{stdout}"
            );
        }
    }
    let (json, _) = sandbox.succeed(&["list", "-o", "json", "--kubeconfig", "config"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let contexts = json["contexts"].as_array().unwrap().iter();
    let listed: Vec<&str> = contexts
        .map(|context| context["name"].as_str().unwrap())
        .collect();
    assert_eq!(listed, names);
    assert_eq!(json["currentContext"], long.as_str());
    for (name, why) in [
        ("a\nb", "it holds a control character"),
        ("a\u{1b}[2J", "it holds a control character"),
        (
            "x".repeat(254).as_str(),
            "it has 254 characters; at most 253 are allowed",
        ),
    ] {
        let output = sandbox.run(&["update", "--from-file", "demo.json", "--alias", name]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(
            stderr.contains(why) && !stderr.contains('\u{1b}'),
            "{stderr}"
        );
    }
}

#[test]
fn names_of_a_file_drive_no_terminal_and_no_shell() {
    let sandbox = Sandbox::with_token_exec();
    sandbox.write(
        "config",
        "contexts: [{name: \"\\e[2J;rm -rf x\", context: {user: \"u\\e[2J\", cluster: c}}]\n\
         users: [{name: \"u\\e[2J\", user: {exec: {apiVersion: v, command: aws, args: [eks, get-token, \
         --cluster-name, c]}}}]\n",
    );
    let file = ["--kubeconfig", "config"];
    for command in [&["list"][..], &["check"], &["convert", "--all"]] {
        let output = sandbox.run(&[command, &file].concat());
        let said = [output.stdout, output.stderr].concat();
        assert!(!said.contains(&0x1b), "{command:?}");
    }
    let check = sandbox.run(&["check", "--kubeconfig", "config"]);
    let text = String::from_utf8(check.stdout).unwrap();
    assert!(
        text.contains("hint: kubectl config delete-context '\\u{1b}[2J;rm -rf x'\n"),
        "{text}"
    );
}
