//! What `DescribeInstances` answers.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>

use std::collections::HashSet;

use iam_core::account::AccountId;
use iam_core::xml::{Element, Namespace, XmlError};

use super::instance_id::InstanceId;

/// An instance, as far as it matters here.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Whose it is.
    pub owner: AccountId,
    /// Its name in the VPC, if it is one that a node can have. EC2 gives none to an instance that is
    /// gone.
    pub private_dns_name: Option<String>,
    /// Whether it is pending or running.
    pub is_alive: bool,
}

/// Reads the body of a 200.
///
/// # Errors
/// [`XmlError`] where it is not of EC2's shape.
pub fn instances(body: &[u8]) -> Result<Vec<Instance>, XmlError> {
    let text = std::str::from_utf8(body).map_err(|_| XmlError::Malformed("not UTF-8"))?;
    let namespace = Namespace::Is(NAMESPACE);
    let document = Element::parse(text, "DescribeInstancesResponse", namespace)?;
    if let Some(token) = document.optional("nextToken")?
        && !token.text().is_empty()
    {
        // Not asked for, and whoever is on the next page would be taken for nobody.
        return Err(XmlError::Unusable("nextToken"));
    }
    let mut found = Vec::new();
    for reservation in document.child("reservationSet")?.items("item")? {
        let owner = reservation.text_of("ownerId")?;
        let owner: AccountId = owner.parse().map_err(|_| XmlError::Unusable("ownerId"))?;
        for instance in reservation.child("instancesSet")?.items("item")? {
            found.push(self::instance(instance, owner)?);
        }
    }
    // Of two that are one it could be neither.
    let ids: HashSet<&InstanceId> = found.iter().map(|instance| &instance.id).collect();
    if ids.len() < found.len() {
        return Err(XmlError::Ambiguous("instanceId"));
    }
    Ok(found)
}

fn instance(item: &Element<'_>, owner: AccountId) -> Result<Instance, XmlError> {
    let id = item.text_of("instanceId")?;
    let name = item.optional("privateDnsName")?.map(Element::text);
    let state = item.child("instanceState")?.text_of("name")?;
    Ok(Instance {
        id: InstanceId::parse(id).ok_or(XmlError::Unusable("instanceId"))?,
        owner,
        // Others that were asked about along with it are not to suffer.
        private_dns_name: name.filter(|name| is_host_name(name)).map(str::to_owned),
        is_alive: matches!(state, "pending" | "running"),
    })
}

/// Lower-case labels: what may follow `system:node:`.
fn is_host_name(name: &str) -> bool {
    let of_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= 253
        && name
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && label.bytes().all(of_label))
}

/// The error code of an answer that is not a 200, where it has one.
#[must_use]
pub fn error_code(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    // The error documents of EC2 have no namespace.
    let document = Element::parse(text, "Response", Namespace::Absent).ok()?;
    let [error] = document.child("Errors").ok()?.items("Error").ok()? else {
        return None;
    };
    let code = error.text_of("Code").ok()?;
    let is_code = (1..=64).contains(&code.len())
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    is_code.then(|| code.to_owned())
}

const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";

#[cfg(test)]
mod tests {
    use super::*;

    fn document(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse \
             xmlns=\"{NAMESPACE}\"><requestId>r</requestId><reservationSet>{inside}\
             </reservationSet></DescribeInstancesResponse>"
        )
    }

    fn item(id: &str, name: &str, state: &str) -> String {
        format!(
            "<item><reservationId>r-1</reservationId><ownerId>111122223333</ownerId><groupSet/>\
             <instancesSet><item><instanceId>{id}</instanceId><imageId>ami-1</imageId>\
             <instanceState><code>16</code><name>{state}</name></instanceState>\
             <privateDnsName>{name}</privateDnsName><dnsName/><tagSet><item><key>a</key>\
             <value>&lt;b&gt;</value></item></tagSet></item></instancesSet></item>"
        )
    }

    const ID: &str = "i-0123456789abcdef0";
    const NAME: &str = "ip-10-0-0-1.us-west-2.compute.internal";

    #[test]
    fn instances_are_read_with_owner_name_and_state() {
        let body = document(&(item(ID, NAME, "running") + &item("i-01234567", "", "terminated")));
        let owner: AccountId = "111122223333".parse().unwrap();
        let expected = [
            Instance {
                id: InstanceId::parse(ID).unwrap(),
                owner,
                private_dns_name: Some(NAME.to_owned()),
                is_alive: true,
            },
            Instance {
                id: InstanceId::parse("i-01234567").unwrap(),
                owner,
                private_dns_name: None,
                is_alive: false,
            },
        ];
        assert_eq!(instances(body.as_bytes()).unwrap(), expected);
        assert_eq!(instances(document("").as_bytes()), Ok(Vec::new()));
    }

    #[test]
    fn what_ec2_does_not_say_is_no_answer() {
        let good = item(ID, NAME, "running");
        let with = |from: &str, to: &str| document(&good.replacen(from, to, 1));
        let table = [
            (with("111122223333", "1"), XmlError::Unusable("ownerId")),
            (with(ID, "i-1"), XmlError::Unusable("instanceId")),
            (document(&good.repeat(2)), XmlError::Ambiguous("instanceId")),
            (
                document(&(item(ID, NAME, "running") + &item(ID, "other", "running"))),
                XmlError::Ambiguous("instanceId"),
            ),
            (
                with("instanceState>", "instanceStates>"),
                XmlError::Malformed("an end of another element"),
            ),
            (
                with(
                    "<dnsName/>",
                    &format!("<privateDnsName>{NAME}</privateDnsName>"),
                ),
                XmlError::Ambiguous("privateDnsName"),
            ),
            (
                document(&good).replace("<requestId>", "<nextToken>more</nextToken><requestId>"),
                XmlError::Unusable("nextToken"),
            ),
            (
                document(&good).replace("2016-11-15", "2011-01-01"),
                XmlError::Malformed("another namespace"),
            ),
        ];
        for (body, expected) in table {
            assert_eq!(instances(body.as_bytes()), Err(expected), "{body}");
        }
    }

    #[test]
    fn a_name_that_no_node_can_have_is_none_and_hurts_nobody_else() {
        let long = "a.".repeat(127) + "a";
        let label = "a".repeat(64);
        let odd = [
            "a:b", "A", "a..b", ".", "a.", "", " ", "a b", "é", "a/b", "a_b", "&lt;", &long, &label,
        ];
        for name in odd {
            let both = item("i-01234567", name, "running") + &item(ID, NAME, "running");
            let found = instances(document(&both).as_bytes()).unwrap();
            let names: Vec<_> = found
                .iter()
                .map(|instance| instance.private_dns_name.as_deref())
                .collect();
            assert_eq!(names, [None, Some(NAME)], "{name}");
        }
    }

    #[test]
    fn an_error_has_its_code_where_ec2_writes_it() {
        let error = |errors: &str| {
            let body =
                format!("<Response><Errors>{errors}</Errors><RequestID>r</RequestID></Response>");
            error_code(body.as_bytes())
        };
        let one = "<Error><Code>UnauthorizedOperation</Code><Message>m</Message></Error>";
        assert_eq!(error(one).as_deref(), Some("UnauthorizedOperation"));
        assert_eq!(error(&[one, one].concat()), None);
        assert_eq!(error("<Error><Code>a b</Code></Error>"), None);
        assert_eq!(error_code(b"<html>"), None);
    }
}
