//! Rules on ARNs (A).

use iam_core::account::AccountId;
use iam_core::aws_auth::Section;
use iam_core::excerpt::Excerpt;
use iam_core::partition::Partition;

use super::{View, fixes, placeholders};
use crate::bare_arn::BareArn;
use crate::lint::{Remark, Severity};

pub(super) fn check(view: &View<'_>, arn: &str, remarks: &mut Vec<Remark>) {
    if placeholders::is_left_in(arn) {
        return;
    }
    let remark =
        |code, message: String| Remark::new(code, view.arn_position(), message).of(view.entry);
    let Some(fields) = BareArn::split(arn).filter(BareArn::is_arn) else {
        let message = format!("{} is no ARN", Excerpt(arn));
        let hint = "write arn:PARTITION:iam::ACCOUNT:role/NAME";
        remarks.push(remark("A01", message).hint(hint));
        return;
    };
    if arn.contains(['*', '?']) {
        let message = "the ARN holds a wildcard".to_owned();
        remarks.push(remark("A06", message).hint("name each role in an entry of its own"));
        return;
    }
    around(view, &fields, remarks);
    let service = fields.service.to_ascii_lowercase();
    match (service.as_str(), fields.kind.to_ascii_lowercase().as_str()) {
        ("iam", "role") => role(view, arn, &fields, remarks),
        ("iam", "user") => user(view, &fields, remarks),
        ("iam", "root") => remarks.push(remark(
            "A15",
            "the entry is for the account's root".to_owned(),
        )),
        ("iam", "instance-profile") => {
            let message =
                "this is the ARN of an instance profile, not of the role in it".to_owned();
            let hint = format!(
                "write the ARN of its role, which is often {}",
                fields.role(fields.name())
            );
            remarks.push(remark("A03", message).hint(hint));
        }
        ("sts", "federated-user") => {}
        ("sts" | "iam", "assumed-role") => session(view, arn, &fields, remarks),
        ("iam", kind) => {
            let message = format!("a {} cannot log in", Excerpt(kind));
            remarks.push(remark("A05", message).hint("name the users or roles themselves"));
        }
        (service, _) => {
            let message = format!("{} is not IAM's service", Excerpt(service));
            remarks.push(remark("A01", message).hint("write arn:PARTITION:iam::ACCOUNT:role/NAME"));
        }
    }
}

/// Partition, region and account.
fn around(view: &View<'_>, fields: &BareArn<'_>, remarks: &mut Vec<Remark>) {
    let remark =
        |code, message: String| Remark::new(code, view.arn_position(), message).of(view.entry);
    match fields.partition.parse::<Partition>() {
        Ok(partition) => {
            if let Some(cluster) = view
                .settings
                .partition
                .filter(|cluster| *cluster != partition)
            {
                let message =
                    format!("the cluster is of partition {cluster}, the ARN of {partition}");
                remarks.push(remark("A08", message));
            }
        }
        Err(_) => {
            let message = format!("{} is no partition of AWS", Excerpt(fields.partition));
            remarks.push(remark("A08", message));
        }
    }
    if !fields.region.is_empty() {
        let message = format!("the ARN names the region {}", Excerpt(fields.region));
        remarks.push(remark("A09", message).hint("leave the region empty"));
    }
    match fields.account.parse::<AccountId>() {
        Ok(account) => {
            let allowed = view.part.allowed_accounts.as_ref();
            if allowed.is_some_and(|allowed| !allowed.contains(&account)) {
                let message = format!("account {account} is not in allowedAccounts");
                remarks.push(remark("A10", message).hint("correct the account, or allow it"));
            }
        }
        Err(error) => {
            let found = remark("A07", error.to_string());
            remarks.push(found.hint("an account has twelve digits, leading zeros included"));
        }
    }
}

fn role(view: &View<'_>, arn: &str, fields: &BareArn<'_>, remarks: &mut Vec<Remark>) {
    let at = view.arn_position();
    let remark = |code, message: String| Remark::new(code, at, message).of(view.entry);
    let name = fields.name();
    if fields.rest.contains('/') {
        let plain = fields.role(name);
        let message = "the role's ARN has a path, which no caller's ARN shows".to_owned();
        let fix = fixes::value(view.text, at, arn, &plain);
        remarks.push(
            remark("A02", message)
                .hint(format!("write {plain}"))
                .fix(fix),
        );
    }
    name_of(view, name, "role", remarks);
    if is_service_linked(fields) {
        remarks.push(remark(
            "A14",
            "the role is one of a service of AWS".to_owned(),
        ));
    }
    let lower = name.to_ascii_lowercase();
    if let Some(rest) = lower.strip_prefix("awsreservedsso_") {
        let suffix = rest.rsplit_once('_').map_or("", |(_, suffix)| suffix);
        let is_suffix = suffix.len() == 16 && suffix.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_suffix {
            let message =
                "the role of a permission set ends in _ and sixteen hexadecimal digits".to_owned();
            remarks.push(remark("A13", message).hint(
                "aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/ shows it",
            ));
        }
    }
    if view.entry.section == Section::MapUsers {
        remarks.push(
            remark("S14", "a role stands in mapUsers".to_owned()).hint("move it to mapRoles"),
        );
    }
}

fn user(view: &View<'_>, fields: &BareArn<'_>, remarks: &mut Vec<Remark>) {
    name_of(view, fields.name(), "user", remarks);
    if view.entry.section == Section::MapRoles {
        let message = "a user stands in mapRoles";
        let remark = Remark::new("S14", view.arn_position(), message).of(view.entry);
        remarks.push(remark.hint("move it to mapUsers"));
    }
}

fn name_of(view: &View<'_>, name: &str, kind: &str, remarks: &mut Vec<Remark>) {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let is_instance = name == "aws:ec2-instance";
    let fits = (1..=64).contains(&name.len()) && name.bytes().all(is_allowed);
    if !fits && !is_instance {
        let message = format!("IAM allows no {kind} of the name {}", Excerpt(name));
        let remark = Remark::new("A12", view.arn_position(), message).of(view.entry);
        // Dead for certain, where a name is empty or holds a blank.
        remarks.push(remark.hint("a name has 1 to 64 letters, digits and _+=,.@-"));
    }
}

fn session(view: &View<'_>, arn: &str, fields: &BareArn<'_>, remarks: &mut Vec<Remark>) {
    let at = view.arn_position();
    let role = fields.role(fields.name());
    let message = "this is the ARN of a session, not of its role";
    let remark = Remark::new("A04", at, message).of(view.entry);
    let fix = fixes::value(view.text, at, arn, &role);
    remarks.push(
        remark
            .severity(Severity::Error)
            .hint(format!("write {role}"))
            .fix(fix),
    );
}

fn is_service_linked(fields: &BareArn<'_>) -> bool {
    fields.rest.starts_with("aws-service-role/") || fields.name().starts_with("AWSServiceRoleFor")
}
