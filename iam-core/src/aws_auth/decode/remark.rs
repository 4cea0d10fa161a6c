//! What is said about the item that is being read.

use super::{Item, Member};
use crate::{
    aws_auth::{Diagnostic, Severity, nearest::nearest},
    excerpt::Excerpt,
    yaml::Position,
};

impl Item<'_> {
    pub(super) fn unknown_key(&mut self, name: &str, position: Position, known: &[&'static str]) {
        let message = format!(
            "the key {} is unknown: the consumer ignores it",
            Excerpt(name)
        );
        let is_other_list = ["rolearn", "userarn"]
            .iter()
            .any(|key| name.eq_ignore_ascii_case(key));
        let is_sso = name == "sso" && !known.contains(&"sso");
        let code = if is_other_list || is_sso {
            "S13"
        } else {
            "S03"
        };
        let diagnostic = self
            .diagnostic(Severity::Warning, position, message)
            .code(code);
        let is_arn = name.to_ascii_lowercase().ends_with("arn");
        let meant = known
            .iter()
            .copied()
            .find(|key| is_arn && key.ends_with("arn"));
        self.output
            .diagnostics
            .push(match meant.or_else(|| nearest(name, known)) {
                Some(meant) => diagnostic.hint(format!("did you mean {meant}?")),
                None => diagnostic,
            });
    }

    pub(super) fn check_key(&mut self, name: &str, canonical: &str, member: &Member<'_>) {
        if name != canonical {
            let message = format!("{canonical} is spelt {}", Excerpt(name));
            let hint = "the consumer does not mind, other tools do";
            let diagnostic = self.diagnostic(Severity::Warning, member.key.position, message);
            let diagnostic = diagnostic.hint(hint).code("S04");
            self.output.diagnostics.push(diagnostic);
        }
        if let Some(first) = member.repeated {
            let message = format!(
                "{canonical} is given on line {} already: this one counts",
                first.line
            );
            self.warning("D13", member.key.position, message);
        }
    }

    pub(super) fn warning(&mut self, code: &'static str, position: Position, message: String) {
        let diagnostic = self.diagnostic(Severity::Warning, position, message);
        self.output.diagnostics.push(diagnostic.code(code));
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        position: Position,
        message: String,
        hint: Option<&str>,
    ) {
        let diagnostic = self
            .diagnostic(Severity::Error, position, message)
            .code(code);
        self.output.diagnostics.push(Diagnostic {
            hint: hint.map(str::to_owned),
            ..diagnostic
        });
    }

    fn diagnostic(&self, severity: Severity, position: Position, message: String) -> Diagnostic {
        Diagnostic::new(severity, self.section, position, message).at_index(self.index)
    }
}
