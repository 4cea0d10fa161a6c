//! Documents of chance: what people and programs write, with the slips that they make.

use std::fmt::Write as _;

use crate::chance::Chance;

/// The text of a list.
pub(crate) fn section(key: &str, chance: &mut Chance) -> String {
    if chance.is(3) {
        return (chance.one(ODD_SECTIONS)).to_owned();
    }
    let mut text = String::new();
    if chance.is(8) {
        text.push_str(chance.one(HEADERS));
    }
    let indent = chance.one(&["", "", "", "  ", "    ", " "]);
    for index in 0..chance.below(5) {
        if chance.is(5) {
            text.push_str(chance.one(BETWEEN));
        }
        match key {
            "mapAccounts" => account(indent, &mut text, chance),
            _ => entry(key, index, indent, &mut text, chance),
        }
    }
    if chance.is(25) {
        for _ in 0..=chance.below(2) {
            text = slip(&text, chance);
        }
    }
    if chance.is(4) {
        text = text.replace('\n', "\r\n");
    }
    text
}

fn account(indent: &str, text: &mut String, chance: &mut Chance) {
    let item = chance.one(ACCOUNTS);
    let _ = writeln!(text, "{indent}- {item}");
}

fn entry(section: &str, index: usize, indent: &str, text: &mut String, chance: &mut Chance) {
    if chance.is(4) {
        let _ = writeln!(text, "{indent}- {}", chance.one(ODD_ITEMS));
        return;
    }
    let mut fields = fields(section, index, indent, chance);
    if chance.is(30) {
        let at = chance.below(fields.len());
        fields.rotate_left(at);
    }
    if chance.is(8) {
        let flow: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{key}: {}", flow(value)))
            .collect();
        let _ = writeln!(text, "{indent}- {{{}}}", flow.join(", "));
        return;
    }
    let anchor = if chance.is(4) {
        format!("&a{index}\n{indent}  ")
    } else {
        String::new()
    };
    for (at, (key, value)) in fields.iter().enumerate() {
        let lead = if at == 0 {
            format!("- {anchor}")
        } else {
            "  ".to_owned()
        };
        let comment = if chance.is(4) { " # comment" } else { "" };
        let blank = if value.starts_with('\n') || value.is_empty() {
            ""
        } else {
            " "
        };
        let _ = writeln!(text, "{indent}{lead}{key}:{blank}{value}{comment}");
    }
}

/// Keys and values; a value that begins on the next line begins with a line break.
fn fields(section: &str, index: usize, indent: &str, chance: &mut Chance) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let is_role = section == "mapRoles";
    if is_role && chance.is(12) {
        fields.push(("sso".to_owned(), sso(indent, chance)));
    }
    if fields.is_empty() || chance.is(3) {
        let own = if is_role { "rolearn" } else { "userarn" };
        let arn = chance.one(ARNS).to_owned();
        fields.push((spelling(own, chance), written(&arn, indent, chance)));
    }
    if chance.is(92) {
        let name = chance.one(NAMES).to_owned();
        fields.push((spelling("username", chance), written(&name, indent, chance)));
    }
    if chance.is(85) {
        fields.push((spelling("groups", chance), groups(indent, chance)));
    }
    if chance.is(6) {
        fields.push((spelling("userid", chance), chance.one(NAMES).to_owned()));
    }
    if index > 0 && chance.is(4) {
        let merge = format!("*a{}", chance.below(index));
        fields.push(("<<".to_owned(), merge));
    }
    if chance.is(5) {
        fields.push((
            (chance.one(STRANGE_KEYS)).to_owned(),
            chance.one(NAMES).to_owned(),
        ));
    }
    if chance.is(4) {
        let again = chance.below(fields.len());
        let (key, _) = fields.get(again).cloned().unwrap_or_default();
        fields.push((spelling(&key, chance), chance.one(NAMES).to_owned()));
    }
    fields
}

fn groups(indent: &str, chance: &mut Chance) -> String {
    if chance.is(6) {
        return chance.one(NAMES).to_owned();
    }
    let items: Vec<String> = (0..chance.below(4))
        .map(|_| written(chance.one(GROUPS), indent, chance))
        .collect();
    if items.is_empty() {
        return (chance.one(&["[]", "", "null", "~"])).to_owned();
    }
    if chance.is(25) {
        let flow: Vec<&str> = items.iter().map(|item| flow(item)).collect();
        return format!("[{}]", flow.join(", "));
    }
    let deeper = chance.one(&["  ", "    ", "  ", "   "]);
    let mut text = String::new();
    for item in items {
        let stray = if chance.is(3) { " " } else { "" };
        let _ = write!(text, "\n{indent}{deeper}{stray}- {item}");
    }
    text
}

/// A value to stand in brackets: a lone dash there is what our parser does not take.
fn flow(value: &str) -> &str {
    match value.trim() {
        "-" => "x",
        other => other,
    }
}

fn sso(indent: &str, chance: &mut Chance) -> String {
    let mut text = String::new();
    let name = chance.one(&["Admin", "ViewOnly", "View.Only", "Admin_Extra", "A*", "no"]);
    let account = chance.one(&["\"111122223333\"", "111122223333", "\"11112222333\""]);
    let _ = write!(
        text,
        "\n{indent}    {}: {name}",
        spelling("permissionSetName", chance)
    );
    let _ = write!(
        text,
        "\n{indent}    {}: {account}",
        spelling("accountID", chance)
    );
    if chance.is(20) {
        let partition = chance.one(&["aws", "aws-cn", "aws-nk", "\"\""]);
        let _ = write!(text, "\n{indent}    partition: {partition}");
    }
    text
}

/// A key as people spell it.
fn spelling(key: &str, chance: &mut Chance) -> String {
    match chance.below(40) {
        0 => key.to_uppercase(),
        1 => key.replace("arn", "ARN"),
        2 => key.replace("arn", "Arn").replace("name", "Name"),
        3 => format!("\"{key}\""),
        4 => key.chars().take(key.len() - 1).collect(),
        5 => key.replace('k', "\u{212a}").replace('s', "\u{17f}"),
        _ => key.to_owned(),
    }
}

/// A value in one of the styles of YAML.
fn written(text: &str, indent: &str, chance: &mut Chance) -> String {
    match chance.below(20) {
        0 | 1 => format!("\"{text}\""),
        2 | 3 => format!("'{text}'"),
        4 if chance.is(30) => format!("|\n{indent}      {text}"),
        5 if chance.is(30) => format!(">-\n{indent}      {text}"),
        6 if chance.is(20) => format!("!!str {text}"),
        _ => text.to_owned(),
    }
}

/// What a hand does to a text.
fn slip(text: &str, chance: &mut Chance) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let at = chance.below(lines.len());
    let line = lines.get(at).cloned().unwrap_or_default();
    let replaced = match chance.below(13) {
        0 => format!(" {line}"),
        1 => line.strip_prefix(' ').unwrap_or(&line).to_owned(),
        2 => line.replacen("  ", "\t", 1),
        3 => line.replacen(": ", ":", 1),
        4 => line.replacen(':', "", 1),
        5 => line.replacen('"', "", 1),
        6 => line.replacen("- ", "-", 1),
        7 => format!("{line} "),
        8 => format!("{line}\n{line}"),
        9 => String::new(),
        10 => format!("{line}\n---"),
        11 => line.replacen("- ", "  ", 1),
        _ => format!("# {line}"),
    };
    if let Some(slot) = lines.get_mut(at) {
        *slot = replaced;
    }
    lines.join("\n") + "\n"
}

const ODD_SECTIONS: &[&str] = &[
    "",
    "``",
    "\"\"",
    "''",
    "null",
    "~",
    "[]",
    "{}",
    "text",
    "5",
    "# only a comment\n",
    "---\n",
    "--- []\n",
    "rolearn: arn:aws:iam::111122223333:role/A\n",
    "[[]]",
    "- - x\n",
    "{",
    "[",
    "- a: b: c\n",
    "- rolearn: a\n  username: .inf\n",
    "...\n- x\n",
    "\u{feff}- userarn: a\n",
    "- &a [*a]\n",
];
const HEADERS: &[&str] = &[
    "---\n",
    "# head\n",
    "%YAML 1.1\n---\n",
    "%YAML 1.2\n---\n",
    "\n\n",
    "\u{feff}",
];
const BETWEEN: &[&str] = &[
    "\n",
    "# between\n",
    "      # deeper\n",
    "---\n",
    "...\n",
    "   \n",
];
const ODD_ITEMS: &[&str] = &[
    "null",
    "",
    "text",
    "5",
    "[]",
    "[a, b]",
    "{}",
    "~",
    "!!map {}",
    "{{SessionName}}",
];
const STRANGE_KEYS: &[&str] = &[
    "group",
    "user",
    "role_arn",
    "arn",
    "syncedBy",
    "1",
    "yes",
    "~",
    "2024-01-01",
    "rolearn ",
    "\"\"",
    "1.5",
    "0x1f",
];
const ACCOUNTS: &[&str] = &[
    "\"111122223333\"",
    "111122223333",
    "012345678901",
    "012345670123",
    "'444455556666'",
    "null",
    "~",
    "",
    "[x]",
    "{a: b}",
    "1e3",
    "yes",
    "0x1f",
    "444455556666 # c",
    "!!str 5",
    "!!int 5",
    "!!int x",
    "text",
    "1_000",
    "2024-01-01",
    "\" 111122223333\"",
    "!!float 5",
    "!!bool yes",
    "!!null x",
    "!!binary aGk=",
];
/// The first ones are asked about.
pub(crate) const ARNS: &[&str] = &[
    "arn:aws:iam::111122223333:role/Admin",
    "arn:aws:iam::111122223333:role/admin",
    "arn:aws:iam::111122223333:user/ann",
    "arn:aws:iam::111122223333:user/ANN",
    "arn:aws:iam::111122223333:role/\u{212a}ara",
    "arn:aws:iam::111122223333:role/Kara",
    "arn:aws:iam::111122223333:u\u{17f}er/ann",
    "arn:aws:iam::111122223333:user/ops/ann",
    "arn:aws:iam::111122223333:role/ops/Admin",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::444455556666:root",
    "arn:aws:sts::111122223333:federated-user/Bob",
    "arn:aws:sts::111122223333:assumed-role/Admin/session",
    "arn:aws:iam::111122223333:role/AWSReservedSSO_ViewOnly_0123456789abcdef",
    "arn:aws:iam::111122223333:role/dev-*",
    "arn:aws:iam::111122223333:instance-profile/Admin",
    "arn:aws:iam::11112222333:role/Admin",
    "arn:aws-cn:iam::111122223333:role/Admin",
    "arn:aws:iam:us-east-1:111122223333:role/Admin",
    "not an arn",
    "",
    "\u{1e9e}x",
    "5",
];
const NAMES: &[&str] = &[
    "admin",
    "ann",
    "system:node:{{EC2PrivateDNSName}}",
    "{{SessionName}}",
    "dev:{{SessionName}}",
    "a{{AccountID}}",
    "{{ SessionName }}",
    "no",
    "yes",
    "y",
    "n",
    "on",
    "Off",
    "TRUE",
    "tRue",
    "null",
    "~",
    "Null",
    "",
    "123",
    "0123",
    "1_000",
    "0x1F",
    "0b101",
    "0o14",
    "014",
    "+1",
    "-1",
    "1e3",
    "1e+3",
    ".5",
    "1.",
    "99999999999999999999",
    ".inf",
    "-.INF",
    ".nan",
    "2024-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "12:30:45",
    "190:20:30",
    "=",
    "1e",
    "0x",
    "_1",
    "1e400",
    "\u{e9}",
    "foo:bar",
    "foo#bar",
    "-foo",
    "?foo",
    "foo #bar",
    "!foo",
    "foo: bar",
    "@x",
    "%x",
    "*x",
    "`x",
    "&x y",
    "[x",
    "a, b",
    "{a: b}",
    "[a]",
    "'",
    "\\",
    "a\tb",
    "- a",
    "<<",
    "a\\nb",
    "a\\/b",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "1.7976931348623157e309",
    "0x_1",
    "1__0",
    "08",
    "0.1_0",
    "685_230.15",
    "1:2",
    "+.inf",
    "-0",
    "0b2",
    "0o8",
    "? a",
    ": a",
    "|",
    ">",
];
const GROUPS: &[&str] = &[
    "system:masters",
    "system:bootstrappers",
    "system:nodes",
    "dev",
    "developers",
    "system:bootstrappers - system:nodes",
    "on",
    "0123",
    "~",
    "",
    "1e3",
    "a b",
    "{{SessionName}}",
    "g:{{AccountID}}",
    "system:node-proxier",
    "yes",
    "5",
    "[x]",
    "{a: b}",
    "foo: bar",
    "*x",
    "a #b",
];
