//! What the API server's answer means, and what a 401 comes from.

use std::io::{self, Read as _};
use std::path::Path;

use iam_aws::api_server::Answer;
use iam_aws::eks::AuthenticationMode;
use iam_aws::fetch::{Caller, block_on};
use iam_aws::region::RegionName;
use iam_aws::settings::{Named, Settings};
use iam_core::arn::Arn;
use iam_core::aws_auth::{Entry, Identity, Manifest, Mappings, Match};
use iam_core::cluster::ClusterArn;
use serde::Deserialize;

use super::report::ACCESS;
use super::{CheckOptions, Step};
use crate::describe;
use crate::eks::{Aws, Login};
use crate::merged::{ClusterEntry, Exec, Placed};

/// What a verdict goes by.
pub(super) struct Asked<'a> {
    pub(super) exec: &'a Exec,
    pub(super) cluster: &'a Placed<ClusterEntry>,
    pub(super) options: &'a CheckOptions,
    pub(super) aws: &'a Aws<'a>,
}

impl Asked<'_> {
    /// What the server's answer means.
    pub(super) fn verdict(&self, answer: &Answer, caller: Option<&Caller>) -> Step {
        match answer.status {
            200 | 201 => accepted(answer),
            401 => match caller {
                Some(caller) => self.unauthorized(caller),
                None => Step::problem(
                    ACCESS,
                    format!("{UNAUTHORIZED}, and STS does not vouch for it"),
                )
                .hint("mend what is said above of the caller"),
            },
            // Known, and not allowed even this.
            403 => Step::warning(ACCESS, "the server knows the caller, and allows nothing")
                .hint("bind a role to the username or a group of the mapping"),
            status => Step::warning(
                ACCESS,
                format!("the server answers with HTTP status {status}"),
            ),
        }
    }

    /// A caller whom STS vouches for and the cluster does not let in.
    fn unauthorized(&self, caller: &Caller) -> Step {
        let (exec, aws) = (self.exec, self.aws);
        let who = &caller.principal;
        if let Some((role, place)) = expected_role(exec, aws)
            && who.role_name() != role.resource().rsplit('/').next()
        {
            let message = format!("{UNAUTHORIZED}: it is of {who}, and {place} names {role}");
            return Step::problem(ACCESS, message).hint(exported(exec, aws));
        }
        let by_eks = || self.by_eks(&who.canonical_arn());
        let by_aws_auth = || Some(by_aws_auth(caller, self.options.aws_auth.as_deref()?));
        by_eks()
            .or_else(by_aws_auth)
            .unwrap_or_else(|| unmapped(&who.canonical_arn()))
    }

    /// What EKS knows about the cluster, if it tells this caller.
    fn by_eks(&self, who: &str) -> Option<Step> {
        let arn: ClusterArn = self.cluster.name.parse().ok()?;
        let (name, region) = (arn.name(), arn.region());
        let asked_in: RegionName = region.as_str().parse().ok()?;
        let login = Login {
            profile: self.exec.argument(&["--profile"]),
            region: Some(&asked_in),
            role: None,
        };
        let session = login.open(self.aws).ok()?;
        let eks = session.eks(&session.context()).ok()?;
        let answer = match block_on(eks.describe_cluster(name)).ok()? {
            Ok(answer) => answer,
            Err(error) if error.is_not_found() => {
                let message = format!(
                    "{UNAUTHORIZED}: this account has no cluster {name} in {region} any more"
                );
                return Some(
                    Step::problem(ACCESS, message).hint("kubeconfig-gen prune drops its entries"),
                );
            }
            Err(_) => return None,
        };
        let found = describe::parse(&answer).ok()?;
        let server = &self.cluster.entry.server;
        if found.endpoint.to_string() != *server && self.cluster.entry.tls_server_name.is_none() {
            let message = format!(
                "{UNAUTHORIZED}: the cluster answers at {}, and the entry leads to {server}",
                found.endpoint
            );
            return Some(
                Step::problem(ACCESS, message).hint(format!("kubeconfig-gen update --name {arn}")),
            );
        }
        match describe::authentication_mode(&answer)? {
            AuthenticationMode::Api => {
                let message = format!(
                    "{UNAUTHORIZED}: the cluster goes by access entries alone, and has none for {who}"
                );
                Some(Step::problem(ACCESS, message).hint(format!(
                    "an administrator runs: aws eks create-access-entry --cluster-name {name} --region \
                     {region} --principal-arn {who}"
                )))
            }
            AuthenticationMode::ApiAndConfigMap | AuthenticationMode::ConfigMap => None,
        }
    }
}

fn unmapped(who: &str) -> Step {
    let message = format!("{UNAUTHORIZED}: nothing in the cluster maps {who}");
    Step::problem(ACCESS, message).hint(
        "somebody who has access runs: kubectl -n kube-system get configmap aws-auth -o yaml | \
         kubeconfig-gen check --aws-auth -; on EKS also: aws eks describe-access-entry \
         --cluster-name NAME --principal-arn ARN",
    )
}

fn accepted(answer: &Answer) -> Step {
    let read: Option<Review> = serde_json::from_slice(&answer.body).ok();
    match read.and_then(|review| review.status?.user_info) {
        Some(user) => {
            let groups = user.groups.join(", ");
            Step::ok(
                ACCESS,
                format!("the server knows {} in {groups}", user.username),
            )
        }
        None => Step::ok(ACCESS, "the server takes the token"),
    }
}

/// The role that the stanza is for, and who says so.
fn expected_role(exec: &Exec, aws: &Aws<'_>) -> Option<(Arn, String)> {
    if let Some(arn) = exec.argument(&["--role-arn", "--role", "-r"]) {
        return Some((arn.parse().ok()?, "the stanza".to_owned()));
    }
    let name = profile(exec, aws)?;
    let settings = Settings::load(Named::default(), aws.environment).ok()?;
    let profile = settings.shared.profile(name)?;
    let arn = profile.get("role_arn")?.parse().ok()?;
    Some((arn, format!("the profile {name}")))
}

fn profile<'a>(exec: &'a Exec, aws: &'a Aws<'_>) -> Option<&'a str> {
    let exported = aws.environment.profile.as_ref();
    exec.argument(&["--profile"])
        .or_else(|| exec.variable("AWS_PROFILE"))
        .or_else(|| exported.map(|setting| setting.value.as_str()))
}

/// What made it another principal than expected.
fn exported(exec: &Exec, aws: &Aws<'_>) -> String {
    match aws.environment.keys() {
        Some(variable) if exec.argument(&["--profile"]).is_none() => format!(
            "{variable} is exported and wins over AWS_PROFILE: unset it, or write the entry anew \
             with --profile"
        ),
        Some(_) | None => "token-exec whoami says which credentials are used, and why".to_owned(),
    }
}

fn by_aws_auth(caller: &Caller, path: &Path) -> Step {
    let manifest = match read(path).map(|text| Manifest::parse(&text)) {
        Ok(Ok(manifest)) => manifest,
        Ok(Err(error)) => return Step::problem(ACCESS, format!("{}: {error}", path.display())),
        Err(error) => return Step::problem(ACCESS, format!("{}: {error}", path.display())),
    };
    let document = &manifest.document;
    let who = &caller.principal;
    let wanted = who.canonical_arn();
    if let Some(entry) = document
        .entries
        .iter()
        .find(|entry| has_path(entry, &wanted))
    {
        let message = format!(
            "{UNAUTHORIZED}: aws-auth names {} with its path, line {} of {}, which matches nobody",
            entry.identity, entry.position.line, entry.section
        );
        return Step::problem(ACCESS, message).hint(format!(
            "an editor of aws-auth writes {wanted} in its place"
        ));
    }
    let (mappings, _) = Mappings::compile(document);
    match mappings.lookup(who) {
        Some(Match::Mapping(mapping)) => Step::problem(
            ACCESS,
            format!(
                "{UNAUTHORIZED}, although line {} of {} maps {wanted}",
                mapping.source.line, mapping.source.section
            ),
        )
        .hint("the cluster may let callers in by access entries alone, or not have read it yet"),
        Some(Match::Account(account, _)) => Step::problem(
            ACCESS,
            format!("{UNAUTHORIZED}, although mapAccounts has {account}"),
        )
        .hint("the cluster may let callers in by access entries alone, or not have read it yet"),
        None => {
            let message = format!("{UNAUTHORIZED}: aws-auth does not map {wanted}");
            let hint = near(&document.entries, &wanted).unwrap_or_else(|| {
                format!("somebody who has access adds it; aws-auth-sync explain --arn {wanted}")
            });
            Step::problem(ACCESS, message).hint(hint)
        }
    }
}

/// Whether the entry is the wanted role but for a path: STS tells nobody's path.
fn has_path(entry: &Entry, wanted: &str) -> bool {
    let Identity::Role { arn } = &entry.identity else {
        return false;
    };
    let Some((before, name)) = arn.rsplit_once('/') else {
        return false;
    };
    let Some((account, "role")) = wanted
        .rsplit_once('/')
        .and_then(|(before, _)| before.rsplit_once(':'))
    else {
        return false;
    };
    let path = before.strip_prefix(&format!("{account}:role/"));
    path.is_some() && wanted == format!("{account}:role/{name}")
}

/// The same name in another account.
fn near(entries: &[Entry], wanted: &str) -> Option<String> {
    let name = |arn: &str| arn.rsplit('/').next().map(str::to_ascii_lowercase);
    let near = entries.iter().find(|entry| match &entry.identity {
        Identity::Role { arn } | Identity::User { arn } => name(arn) == name(wanted),
        Identity::Sso { .. } | Identity::Account { .. } => false,
    })?;
    Some(format!(
        "line {} of {} has {}: is that meant?",
        near.position.line, near.section, near.identity
    ))
}

fn read(path: &Path) -> io::Result<String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin()
            .lock()
            .take(MAX_INPUT)
            .read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
}

#[derive(Deserialize)]
struct Review {
    status: Option<ReviewStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReviewStatus {
    user_info: Option<UserInfo>,
}

#[derive(Deserialize)]
struct UserInfo {
    #[serde(default)]
    username: String,
    #[serde(default)]
    groups: Vec<String>,
}

const UNAUTHORIZED: &str = "the server does not let the token in (401)";

/// A ConfigMap holds a mebibyte at most.
const MAX_INPUT: u64 = 4 << 20;
