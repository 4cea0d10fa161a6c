//! The portal: the keys of a role.

use std::time::SystemTime;

use serde_json::json;

use super::State;
use crate::support::clock::epoch_seconds;
use crate::support::serve::Answer;
use crate::support::sigv4::Request;
use crate::support::standin::Refusal;

impl State {
    pub(super) fn role_credentials(
        &self,
        request: &Request,
        now: SystemTime,
    ) -> Result<Answer, Refusal> {
        let query = request.query();
        let [account, role] = ["account_id", "role_name"].map(|name| {
            let mut pairs = query.iter();
            pairs.find(|(sent, _)| sent == name).map(|(_, value)| value)
        });
        let (Some(account), Some(role)) = (account, role) else {
            let message = "account_id and role_name are required";
            return Err(Refusal::new(400, "InvalidRequestException", message));
        };
        let token = request.header("x-amz-sso_bearer_token");
        let end = token.and_then(|token| self.access_tokens.get(&token));
        if end.is_none_or(|end| *end <= now) {
            let message = "Session token not found or invalid";
            return Err(Refusal::new(401, "UnauthorizedException", message));
        }
        let lease = self.roles.get(&(account.clone(), role.clone()));
        let lease = lease.ok_or_else(|| Refusal::new(403, "ForbiddenException", "No access"))?;
        let answer = json!({"roleCredentials": {
            "accessKeyId": lease.keys.access_key_id,
            "secretAccessKey": lease.keys.secret_access_key,
            "sessionToken": lease.token(),
            "expiration": epoch_seconds(lease.end(now)) * 1000,
        }});
        Ok(Answer::new(200, "application/json", answer.to_string()))
    }
}
