//! C07: who else writes the object, by the marks that tools leave on what they manage.

use std::collections::BTreeSet;

/// What to warn of, where the annotations and labels of aws-auth are these.
pub(super) fn check<'a>(marks: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let marks: BTreeSet<&str> = marks.into_iter().collect();
    let found = MARKS.iter().filter(|(mark, _)| marks.contains(mark));
    let found: Vec<String> = found
        .map(|(mark, tool)| format!("{tool} ({mark})"))
        .collect();
    (!found.is_empty()).then(|| {
        format!(
            "aws-auth bears the marks of {}, which may undo what is written here: let it leave \
             the object's data alone",
            found.join(" and "),
        )
    })
}

/// Annotations and labels, and who leaves them.
const MARKS: [(&str, &str); 6] = [
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
    (
        "kubectl.kubernetes.io/last-applied-configuration",
        "kubectl apply",
    ),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("meta.helm.sh/release-name", "Helm"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_that_manage_the_object_are_named_by_their_marks() {
        assert_eq!(check(["note", "team"]), None);
        assert_eq!(check([]), None);
        let marks = [
            "meta.helm.sh/release-name",
            "note",
            "kustomize.toolkit.fluxcd.io/name",
        ];
        assert_eq!(
            check(marks).unwrap(),
            "aws-auth bears the marks of Flux (kustomize.toolkit.fluxcd.io/name) and Helm \
             (meta.helm.sh/release-name), which may undo what is written here: let it leave the \
             object's data alone"
        );
    }
}
