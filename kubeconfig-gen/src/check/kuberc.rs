//! Whether kubectl may run the plugin: kuberc, of kubectl 1.35 and later.
//!
//! <https://kubernetes.io/docs/reference/kubectl/kuberc/>

use std::ffi::OsStr;
use std::path::Path;

use iam_core::yaml::{self, Limits, Mapping, Node};

use super::{CheckOptions, Step, plugin};
use crate::merged::Exec;
use crate::shown::Word;

/// Whether the policy lets the plugin run; nothing to say where there is no policy.
pub(super) fn allowed(exec: &Exec, program: &Path, options: &CheckOptions) -> Option<Step> {
    let path = options.kuberc.as_deref()?;
    let text = std::fs::read_to_string(path).ok()?;
    let place = path.display();
    let document = match yaml::parse_first(&text, &Limits::default()) {
        Ok(document) => document.node?,
        Err(error) => {
            let message = format!("kubectl 1.34 and later cannot read {place}: {error}");
            return Some(Step::warning(NAME, message));
        }
    };
    let policy = Policy::of(document.as_mapping()?)?;
    let command = &exec.command;
    let fix = format!(
        "kubectl kuberc set --section credentialplugin --policy Allowlist --allowlist-entry {}",
        Word(&format!("command={command}"))
    );
    Some(
        match policy.fault(command, program, options.path.as_deref()) {
            None => Step::ok(
                NAME,
                format!("{place} lets {command} run ({})", policy.name),
            ),
            Some(fault) => {
                let message =
                    format!("kubectl 1.35 and later will not run {command}: {fault} of {place}");
                Step::problem(NAME, message).hint(fix)
            }
        },
    )
}

struct Policy {
    name: String,
    /// Absent is not empty.
    list: Option<Vec<String>>,
}

impl Policy {
    /// `None` where the file says nothing of plugins.
    fn of(root: &Mapping) -> Option<Self> {
        let text = |mapping: &Mapping, key: &str| {
            let scalar = mapping.get(key)?.as_scalar()?;
            Some(scalar.text.to_string())
        };
        let name = text(root, "credentialPluginPolicy").filter(|name| !name.is_empty());
        let list = root
            .get("credentialPluginAllowlist")
            .and_then(Node::as_sequence);
        if name.is_none() && list.is_none() {
            return None;
        }
        let items = list.map(|list| list.items.iter().filter_map(Node::as_mapping));
        // It was called `name` before 1.36.
        let entry = |item: &Mapping| text(item, "command").or_else(|| text(item, "name"));
        Some(Self {
            name: name.unwrap_or_else(|| ALLOW_ALL.to_owned()),
            list: items.map(|items| items.map(|item| entry(item).unwrap_or_default()).collect()),
        })
    }

    /// Why it lets the plugin not run.
    fn fault(&self, command: &str, program: &Path, path: Option<&OsStr>) -> Option<String> {
        match (self.name.as_str(), &self.list) {
            (ALLOW_ALL, None) => None,
            ("DenyAll", None) => Some("credentialPluginPolicy DenyAll".to_owned()),
            ("Allowlist", Some(list)) if list.is_empty() => {
                Some("the empty credentialPluginAllowlist".to_owned())
            }
            ("Allowlist", Some(list)) => {
                if let Some(odd) = list.iter().find(|entry| !is_normal(entry)) {
                    return Some(format!(
                        "the entry {odd:?}, which kubectl takes for a mistake,"
                    ));
                }
                let fits = |entry: &String| {
                    Path::new(entry) == Path::new(command)
                        || Path::new(entry) == program
                        || plugin::on_path(entry, path).as_deref() == Some(program)
                };
                (!list.iter().any(fits))
                    .then(|| "it is not in the credentialPluginAllowlist".to_owned())
            }
            ("Allowlist", None) => Some("the missing credentialPluginAllowlist".to_owned()),
            (ALLOW_ALL | "DenyAll", Some(_)) => Some(format!(
                "a credentialPluginAllowlist beside credentialPluginPolicy {}, which kubectl takes for a mistake,",
                self.name
            )),
            (other, _) => Some(format!("the unknown credentialPluginPolicy {other:?}")),
        }
    }
}

/// As Go's `filepath.Clean` leaves it.
fn is_normal(entry: &str) -> bool {
    let rest = entry.strip_prefix('/').unwrap_or(entry);
    !rest.is_empty() && rest.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

const NAME: &str = "policy";
const ALLOW_ALL: &str = "AllowAll";

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(text: &str) -> String {
        let text = format!("kind: Preference\n{text}\n");
        let documents = yaml::parse(&text, &Limits::default()).unwrap();
        let root = documents.first().unwrap().as_mapping().unwrap();
        let Some(policy) = Policy::of(root) else {
            return "nothing".to_owned();
        };
        let program = Path::new("/opt/bin/token-exec");
        let fault = policy.fault("token-exec", program, None);
        fault.unwrap_or_else(|| "yes".to_owned())
    }

    #[test]
    fn goes_by_the_policy_as_kubectl_does() {
        let mistake = "a credentialPluginAllowlist beside credentialPluginPolicy AllowAll, which \
                       kubectl takes for a mistake,";
        for (text, expected) in [
            ("", "nothing"),
            ("credentialPluginPolicy: \"\"", "nothing"),
            ("credentialPluginPolicy: AllowAll", "yes"),
            (
                "credentialPluginPolicy: DenyAll",
                "credentialPluginPolicy DenyAll",
            ),
            (
                "credentialPluginPolicy: Allowlist",
                "the missing credentialPluginAllowlist",
            ),
            (
                "credentialPluginPolicy: Maybe",
                "the unknown credentialPluginPolicy \"Maybe\"",
            ),
            ("credentialPluginAllowlist:\n- command: token-exec", mistake),
        ] {
            assert_eq!(decided(text), expected, "{text}");
        }
    }

    #[test]
    fn goes_by_the_list_as_kubectl_does() {
        for (list, expected) in [
            (" []", "the empty credentialPluginAllowlist"),
            ("\n- command: token-exec", "yes"),
            ("\n- name: token-exec", "yes"),
            ("\n- command: /opt/bin/token-exec", "yes"),
            (
                "\n- command: aws",
                "it is not in the credentialPluginAllowlist",
            ),
            (
                "\n- command: ./token-exec",
                "the entry \"./token-exec\", which kubectl takes for a mistake,",
            ),
        ] {
            let text =
                format!("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:{list}");
            assert_eq!(decided(&text), expected, "{list}");
        }
    }
}
