//! Is this the cluster that the sources are for?

use http::Uri;

use super::{Code, Guard};
use crate::connection::ClusterIdentity;
use crate::source::Located;

/// Refuses sources that name another cluster than `--cluster` does.
#[must_use]
pub fn check_named(clusters: &[Located<String>], named: Option<&str>) -> Option<Guard> {
    let named = named?;
    let other = clusters
        .iter()
        .find(|cluster| !same(&cluster.value, named))?;
    let found = format!("--cluster is {named}");
    Some(refusal(&other.place.to_string(), &other.value, &found))
}

/// Refuses sources, or a `--cluster`, that name another cluster than the kubeconfig does, by the
/// name of its cluster entry or the URL of its server. Nothing tells a pod what its own cluster is
/// called: there `--cluster` says it.
#[must_use]
pub fn check_connected(
    clusters: &[Located<String>],
    named: Option<&str>,
    connected: &ClusterIdentity,
) -> Option<Guard> {
    let name = match connected {
        ClusterIdentity::Named { name, .. } => Some(&**name),
        ClusterIdentity::Own { .. } => named,
    };
    let sources = clusters
        .iter()
        .map(|cluster| (cluster.place.to_string(), &*cluster.value));
    let flag = named.map(|named| ("--cluster".to_owned(), named));
    let is_meant = |wanted: &str| {
        let mut known = name.into_iter().chain([connected.server()]);
        known.any(|known| same(wanted, known))
    };
    let mut all = sources.chain(flag);
    let (wanted_by, wanted) = all.find(|(_, wanted)| !is_meant(wanted))?;
    let found = match (connected, named) {
        (ClusterIdentity::Named { .. }, _) => format!("the kubeconfig's is {connected}"),
        (ClusterIdentity::Own { .. }, Some(named)) => format!("--cluster is {named}"),
        (ClusterIdentity::Own { .. }, None) => {
            format!("only --cluster can tell whether it is {connected}")
        }
    };
    Some(refusal(&wanted_by, wanted, &found))
}

fn refusal(wanted_by: &str, wanted: &str, found: &str) -> Guard {
    let message = format!("{wanted_by} is for cluster {wanted}, and {found}");
    Guard::new(Code::OtherCluster, message)
}

/// Equal as texts, or as URLs of one server.
fn same(one: &str, other: &str) -> bool {
    one == other || matches!((server(one), server(other)), (Some(one), Some(other)) if one == other)
}

/// Host in lower case, port, and path without a trailing slash.
fn server(text: &str) -> Option<(String, u16, String)> {
    let uri: Uri = text.parse().ok()?;
    let default = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let host = uri.host()?.to_ascii_lowercase();
    Some((
        host,
        uri.port_u16().unwrap_or(default),
        uri.path().trim_end_matches('/').to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::Place;

    const ARN: &str = "arn:aws:eks:us-west-2:111122223333:cluster/demo";

    fn from_source(text: &str) -> Vec<Located<String>> {
        let place = Place {
            file: Arc::from("f.yaml"),
            line: 4,
            column: 10,
        };
        vec![Located {
            value: text.to_owned(),
            place,
        }]
    }

    #[test]
    fn a_cluster_is_known_by_its_entry_or_its_server() {
        let connected = ClusterIdentity::Named {
            name: ARN.to_owned(),
            server: "https://Example.com:443/".to_owned(),
        };
        let table = [
            (ARN, true),
            ("https://example.com", true),
            ("https://EXAMPLE.com/", true),
            ("https://example.com:6443", false),
            ("https://example.com/other", false),
            ("example.com", false),
            ("demo", false),
            ("arn:aws:eks:us-west-2:111122223333:cluster/prod", false),
            ("", false),
        ];
        for (text, same) in table {
            let by_source = check_connected(&from_source(text), None, &connected);
            let by_flag = check_connected(&[], Some(text), &connected);
            assert_eq!(
                (by_source.is_none(), by_flag.is_none()),
                (same, same),
                "{text}"
            );
        }
        assert_eq!(check_connected(&[], None, &connected), None);
        assert_eq!(
            check_connected(&from_source("https://a"), None, &connected)
                .unwrap()
                .message,
            format!(
                "f.yaml:4:10 is for cluster https://a, and the kubeconfig's is {ARN} at https://Example.com:443/"
            ),
        );
    }

    #[test]
    fn a_pod_knows_its_cluster_by_the_flag_or_by_its_server() {
        let connected = ClusterIdentity::Own {
            server: "https://10.100.0.1/".to_owned(),
        };
        let refused = |source: &str, flag| {
            let guard = check_connected(&from_source(source), flag, &connected);
            guard.map(|guard| guard.message)
        };
        assert_eq!(refused(ARN, Some(ARN)), None);
        assert_eq!(refused("https://10.100.0.1", None), None);
        assert_eq!(check_connected(&[], Some(ARN), &connected), None);
        let expected = [
            format!("f.yaml:4:10 is for cluster {ARN}, and --cluster is x"),
            format!(
                "f.yaml:4:10 is for cluster {ARN}, and only --cluster can tell whether it is this \
                 pod's own at https://10.100.0.1/"
            ),
        ];
        let found = [Some("x"), None].map(|flag| refused(ARN, flag));
        assert_eq!(found, expected.map(Some));
    }

    #[test]
    fn without_a_cluster_the_flag_alone_is_compared() {
        assert_eq!(check_named(&from_source(ARN), None), None);
        assert_eq!(check_named(&from_source(ARN), Some(ARN)), None);
        assert_eq!(check_named(&[], Some("x")), None);
        assert_eq!(
            check_named(&from_source(ARN), Some("x")).unwrap().message,
            format!("f.yaml:4:10 is for cluster {ARN}, and --cluster is x"),
        );
    }
}
