//! Is this the cluster that the sources are for?

use http::Uri;
use thiserror::Error;

use crate::connection::ClusterIdentity;
use crate::source::Located;

/// The sources are for another cluster.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{wanted_by} is for cluster {wanted}, and {found_by} is {found}")]
pub struct OtherCluster {
    wanted: String,
    wanted_by: String,
    found: String,
    found_by: String,
}

/// Compares what the sources say with what `--cluster` says.
///
/// # Errors
/// When a source names another cluster.
pub fn check_named(clusters: &[Located<String>], named: Option<&str>) -> Result<(), OtherCluster> {
    let Some(named) = named else { return Ok(()) };
    match clusters.iter().find(|cluster| !same(&cluster.value, named)) {
        None => Ok(()),
        Some(other) => Err(OtherCluster {
            wanted: other.value.clone(),
            wanted_by: other.place.to_string(),
            found: named.to_owned(),
            found_by: "--cluster".to_owned(),
        }),
    }
}

/// Compares what the sources and `--cluster` say with the kubeconfig: the name of the cluster
/// entry, or the URL of its server.
///
/// # Errors
/// When one of them names another cluster.
pub fn check_connected(
    clusters: &[Located<String>],
    named: Option<&str>,
    connected: &ClusterIdentity,
) -> Result<(), OtherCluster> {
    let sources = clusters
        .iter()
        .map(|cluster| (&*cluster.value, cluster.place.to_string()));
    let flag = named.map(|named| (named, "--cluster".to_owned()));
    let ClusterIdentity { name, server } = connected;
    for (wanted, wanted_by) in sources.chain(flag) {
        if !same(wanted, name) && !same(wanted, server) {
            return Err(OtherCluster {
                wanted: wanted.to_owned(),
                wanted_by,
                found: format!("{name} at {server}"),
                found_by: "the kubeconfig's".to_owned(),
            });
        }
    }
    Ok(())
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
        let connected = ClusterIdentity {
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
            assert_eq!((by_source.is_ok(), by_flag.is_ok()), (same, same), "{text}");
        }
        assert_eq!(check_connected(&[], None, &connected), Ok(()));
        assert_eq!(
            check_connected(&from_source("https://a"), None, &connected)
                .unwrap_err()
                .to_string(),
            format!(
                "f.yaml:4:10 is for cluster https://a, and the kubeconfig's is {ARN} at https://Example.com:443/"
            ),
        );
    }

    #[test]
    fn without_a_cluster_the_flag_alone_is_compared() {
        assert_eq!(check_named(&from_source(ARN), None), Ok(()));
        assert_eq!(check_named(&from_source(ARN), Some(ARN)), Ok(()));
        assert_eq!(check_named(&[], Some("x")), Ok(()));
        assert_eq!(
            check_named(&from_source(ARN), Some("x"))
                .unwrap_err()
                .to_string(),
            format!("f.yaml:4:10 is for cluster {ARN}, and --cluster is x"),
        );
    }
}
