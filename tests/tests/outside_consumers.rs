//! What aws-auth-sync writes is read by its consumers: parsers and schemas from PyPI, and the
//! models of the AWS API.

use std::path::Path;

use e2e::support::programs::Program;
use e2e::support::python;
use e2e::support::sandbox::Sandbox;
use e2e::support::skip::skip;

const AWS_AUTH: &str = r#"apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    # nodes <b>&amp; "others"
    - rolearn: arn:aws:iam::111122223333:role/node
      username: system:node:{{EC2PrivateDNSName}}
      groups: [system:bootstrappers, system:nodes]
    - rolearn: arn:aws:iam::111122223333:role/admin
      username: "admin:{{SessionName}}"
      groups: [system:masters, "ops|<script>`x`, ]]> %0A::"]
    - rolearn: arn:aws:iam::111122223333:role/team/dev
      username: no
      groups: dev
    - rolearn: arn:aws:iam::111122223333:role/${x}
      username: '"; $(reboot) #${y}'
      groups: ["a - b"]
    - rolearn: arn:aws:iam::111122223333:role/quoted
      username: "o'neil"
      groups: ["g\"h"]
  mapUsers: |
    - userarn: arn:aws:iam::111122223333:user/ops/ann
      username: ann
      groups: [dev]
  mapAccounts: |
    - 444455556666
"#;

#[test]
fn every_output_is_valid_for_its_consumer() {
    let story = "outputs of aws-auth-sync beside their consumers";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let consumers = root.join("outside-consumers");
    let python = match python::with_packages(&consumers.join("requirements.txt")) {
        Ok(python) => python,
        Err(error) => return skip(story, &error.to_string()),
    };
    let sandbox = Sandbox::new("consumers");
    let source = sandbox.write("aws-auth.yaml", AWS_AUTH);
    let out = |name: &str, args: &[&str]| {
        let output = sandbox
            .command(Program::AwsAuthSync)
            .args(args.iter().copied())
            .run();
        sandbox.write(format!("out/{name}"), output.stdout);
    };
    let file = source.to_str().unwrap();
    for format in ["json", "sarif", "junit", "markdown", "github"] {
        out(&format!("lint.{format}"), &["lint", "-o", format, file]);
    }
    out("schema.json", &["schema"]);
    let cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/demo";
    for format in ["json", "cli", "terraform", "cloudformation", "eksctl"] {
        let name = format!("emit.{format}");
        out(
            &name,
            &[
                "migrate",
                "emit",
                "--format",
                format,
                "--cluster",
                cluster,
                file,
            ],
        );
    }
    let output = sandbox
        .command(&python)
        .arg(consumers.join("check.py"))
        .arg(sandbox.path().join("out"))
        .arg(root.join(".."))
        .succeed();
    assert!(output.stdout.ends_with("read\n"), "{}", output.stdout);
}
