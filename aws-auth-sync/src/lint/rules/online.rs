//! Rules by what IAM says of a principal (A11, A16, A20).

use iam_core::principal::Principal;

use super::{View, fixes};
use crate::lint::Remark;
use crate::lint::principals::Told;

pub(super) fn check(view: &View<'_>, arn: &str, remarks: &mut Vec<Remark>) {
    let asked = view.settings.principals.as_ref();
    // What is no principal the other rules have told.
    let found = asked.zip(arn.parse::<Principal>().ok());
    let Some((principals, principal)) = found else {
        return;
    };
    match principals.about(&principal) {
        None => {}
        Some(Told::Nobody) => remarks.push(nobody(view, &principal)),
        Some(Told::Arn(told)) => remarks.extend(otherwise(view, arn, &principal, told)),
    }
}

/// Nobody has the name.
fn nobody(view: &View<'_>, principal: &Principal) -> Remark {
    let (kind, name) = match principal {
        Principal::User { name, .. } => ("user", name.as_str()),
        Principal::Role { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => ("role", principal.role_name().unwrap_or_default()),
    };
    let message = format!(
        "IAM knows no {kind} {name} in account {}",
        principal.account()
    );
    let remark = Remark::new("A16", view.arn_position(), message).of(view.entry);
    remark.hint(format!(
        "correct the name, its case included, or remove the entry: whoever makes a {kind} of that \
         name gets its rights"
    ))
}

/// Somebody has it, with another path or in another case.
fn otherwise(view: &View<'_>, arn: &str, principal: &Principal, told: &str) -> Option<Remark> {
    let real: Principal = told.parse().ok()?;
    let right = real.canonical_arn();
    let (code, message) = match principal {
        Principal::User { .. } if !right.eq_ignore_ascii_case(arn) => {
            ("A11", "IAM knows the user by another path".to_owned())
        }
        Principal::User { .. } if right != arn => ("A20", IN_ANOTHER_CASE.to_owned()),
        Principal::Role { name, .. } if real.role_name() != Some(name) => {
            ("A20", IN_ANOTHER_CASE.to_owned())
        }
        Principal::User { .. }
        | Principal::Role { .. }
        | Principal::AssumedRole { .. }
        | Principal::FederatedUser { .. }
        | Principal::Root { .. }
        | Principal::Ec2Instance { .. } => return None,
    };
    let at = view.arn_position();
    let remark = Remark::new(code, at, message).of(view.entry);
    let has_path = matches!(principal, Principal::Role { path, .. } if path != "/");
    // The path of a role is A02's to mend.
    let fix = (!has_path).then(|| fixes::value(view.text, at, arn, &right));
    Some(remark.hint(format!("write {right}")).fix(fix.flatten()))
}

const IN_ANOTHER_CASE: &str = "IAM writes the name in another case";
