//! ARNs as somebody wrote them: what is wrong with one is told by its fields, too.

/// The fields of an ARN, none of them checked.
pub(crate) struct BareArn<'a> {
    prefix: &'a str,
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    /// Of the resource: `role`, `user`, `assumed-role`.
    pub(crate) kind: &'a str,
    /// Behind the kind: path and name; of a session, its role and its own name.
    pub(crate) rest: &'a str,
}

impl<'a> BareArn<'a> {
    /// Those of a text with six fields, whatever is in them.
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        let mut next = || fields.next();
        let [prefix, partition, service, region, account] =
            [next()?, next()?, next()?, next()?, next()?];
        let resource = next()?;
        let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
        Some(Self {
            prefix,
            partition,
            service,
            region,
            account,
            kind,
            rest,
        })
    }

    /// Whether the first field is that of every ARN.
    pub(crate) fn is_arn(&self) -> bool {
        self.prefix.eq_ignore_ascii_case("arn")
    }

    /// Without the slash before the name; empty where there is none.
    pub(crate) fn path(&self) -> &'a str {
        self.path_and_name().0
    }

    /// Of a session, that of its role.
    pub(crate) fn name(&self) -> &'a str {
        self.path_and_name().1
    }

    /// The ARN of the role of that name.
    pub(crate) fn role(&self, name: &str) -> String {
        let (partition, account) = (self.partition, self.account);
        format!("arn:{partition}:iam::{account}:role/{name}")
    }

    fn path_and_name(&self) -> (&'a str, &'a str) {
        if self.kind.eq_ignore_ascii_case("assumed-role") {
            let role = self.rest.split('/').next().unwrap_or_default();
            return ("", role);
        }
        self.rest.rsplit_once('/').unwrap_or(("", self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_resource_path_and_name_are_told_apart() {
        let table = [
            ("role/dev", ["role", "", "dev"]),
            ("role/team/a/dev", ["role", "team/a", "dev"]),
            ("role//dev", ["role", "", "dev"]),
            ("assumed-role/dev/me", ["assumed-role", "", "dev"]),
            ("Assumed-Role/dev/me", ["Assumed-Role", "", "dev"]),
            ("role/", ["role", "", ""]),
            ("root", ["root", "", ""]),
            ("role/a:b", ["role", "", "a:b"]),
        ];
        for (resource, expected) in table {
            let text = format!("arn:aws:iam::111122223333:{resource}");
            let arn = BareArn::split(&text).unwrap();
            assert_eq!([arn.kind, arn.path(), arn.name()], expected, "{resource}");
        }
    }

    #[test]
    fn six_fields_are_enough_and_five_are_not() {
        let arn = BareArn::split("ARN:p:s:r:a:k/n").unwrap();
        assert_eq!(
            [arn.partition, arn.service, arn.region, arn.account],
            ["p", "s", "r", "a"]
        );
        assert!(arn.is_arn());
        assert!(!BareArn::split(":::::").unwrap().is_arn());
        assert!(BareArn::split("arn:aws:iam::111122223333").is_none());
    }
}
