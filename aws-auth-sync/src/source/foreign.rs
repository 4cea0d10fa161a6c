//! Kinds of other tools: `IAMIdentityMapping`, and eksctl's `ClusterConfig`.

use iam_core::aws_auth::{Entry, Severity};

use super::{Declared, Source, reader::Reader};
use crate::finding::Finding;
use crate::lint::{Remark, Severity as LintSeverity};

/// What their entries declare; what keeps one from being read is an error.
pub(super) fn source(
    entries: impl IntoIterator<Item = Entry>,
    remarks: Vec<Remark>,
    reader: &mut Reader<'_>,
) -> Source {
    for remark in remarks {
        let severity = match remark.severity {
            LintSeverity::Error => Severity::Error,
            LintSeverity::Warning | LintSeverity::Info => Severity::Warning,
        };
        let place = reader.place(remark.position);
        reader.add(Finding {
            severity,
            place,
            message: remark.message,
            hint: remark.hint,
        });
    }
    let declared = entries.into_iter().map(|entry| Declared {
        place: reader.place(entry.position),
        meaning: entry.into(),
    });
    Source {
        entries: declared.collect(),
        ..Source::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_text;

    #[test]
    fn reads_mappings_of_aws_iam_authenticator_and_of_eksctl() {
        let text = "apiVersion: iamauthenticator.k8s.aws/v1alpha1
kind: IAMIdentityMapping
metadata: {name: dev}
spec:
  arn: arn:aws:iam::111122223333:role/dev
  username: dev
  groups: [a]
---
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
iamIdentityMappings:
- {arn: 'arn:aws:iam::111122223333:user/ann', username: ann, noDuplicateARNs: true}
- {account: '444455556666'}
- {serviceName: emr-containers}
- {username: nobody}
";
        let (sources, findings) = parse_text(text);
        let told: Vec<String> = sources
            .iter()
            .flat_map(|source| &source.entries)
            .map(|entry| {
                let meaning = &entry.meaning;
                let groups = meaning.groups.join(",");
                format!(
                    "{} {} {} {groups}",
                    entry.place, meaning.identity, meaning.username
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "f.yaml:5:3 arn:aws:iam::111122223333:role/dev dev a",
                "f.yaml:12:3 arn:aws:iam::111122223333:user/ann ann ",
                "f.yaml:13:3 444455556666  ",
            ]
        );
        assert_eq!(
            findings,
            [
                "f.yaml:14:4: a mapping of a service is made by eksctl alone, and is not read",
                "f.yaml:15:3: the entry names nobody",
            ]
        );
    }
}
