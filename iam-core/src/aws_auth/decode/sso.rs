//! The `sso` block of an entry.

use super::{Item, is_fold_equal, set};
use crate::{
    account::AccountId,
    aws_auth::{
        Identity,
        json::{Json, Kind},
        sso::is_permission_set_name,
    },
    partition::Partition,
};

/// The consumer's struct.
#[derive(Default)]
pub(super) struct RawSso {
    permission_set_name: String,
    account_id: String,
    partition: String,
}

impl Item<'_> {
    pub(super) fn sso(&mut self, json: &Json<'_>) {
        if json.is_null() {
            self.raw.sso = None;
            return;
        }
        let mut sso = self.raw.sso.take().unwrap_or_default();
        if let Kind::Object(members) = &json.kind {
            for member in members {
                let name = &member.name;
                let Some(canonical) = SSO_KEYS.iter().find(|key| is_fold_equal(name, key)) else {
                    self.unknown_key(name, member.key.position, &SSO_KEYS);
                    continue;
                };
                self.check_key(name, canonical, member);
                let text = self.text(canonical, &member.value);
                match *canonical {
                    "permissionSetName" => set(&mut sso.permission_set_name, text),
                    "accountID" => set(&mut sso.account_id, text),
                    _ => set(&mut sso.partition, text),
                }
            }
        } else {
            let message = format!("sso is {}, not a mapping", json.what());
            self.error("S07", json.node.position, message, None);
        }
        self.raw.sso = Some(sso);
    }

    pub(super) fn sso_identity(&mut self, sso: RawSso) -> Option<Identity> {
        let RawSso {
            permission_set_name,
            account_id,
            partition,
        } = sso;
        let at = self
            .raw
            .sso_field
            .map_or(self.position, |field| field.value);
        let fault = if account_id.parse::<AccountId>().is_err() {
            Some((
                "accountID is not twelve digits in quotes",
                "quote the account number",
            ))
        } else if !is_permission_set_name(&permission_set_name) {
            let hint = "1 to 32 letters, digits and _+=,.@- (no wildcard)";
            Some((
                "permissionSetName is not the name of a permission set",
                hint,
            ))
        } else if !partition.is_empty() && partition.parse::<Partition>().is_err() {
            Some(("partition is unknown", "aws, aws-cn, aws-us-gov, …"))
        } else {
            None
        };
        if let Some((message, hint)) = fault {
            let message = format!("{message}: the entry is dropped");
            self.error("P03", at, message, Some(hint));
            return None;
        }
        let partition = (!partition.is_empty()).then_some(partition);
        Some(Identity::Sso {
            permission_set_name,
            account_id,
            partition,
        })
    }
}

const SSO_KEYS: [&str; 3] = ["permissionSetName", "accountID", "partition"];
