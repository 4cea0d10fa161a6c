//! Kubeconfigs that an edit could get wrong.

/// What becomes of a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    /// It is edited.
    Edited,
    /// It is refused at this line and column, and not touched.
    Refused(usize, usize),
}

use Fate::{Edited, Refused};

/// Name, fate, text.
pub(crate) const FILES: &[(&str, Fate, &str)] = &[
    ("empty", Edited, ""),
    ("blank", Edited, "\n  \n\n"),
    ("comment_only", Edited, "# nothing yet\n"),
    ("comment_without_line_end", Edited, "# nothing yet"),
    ("null", Edited, "null\n"),
    ("document_mark_only", Edited, "---\n"),
    ("byte_order_mark_only", Edited, "\u{feff}"),
    (
        "skeleton",
        Edited,
        "apiVersion: v1\nclusters: []\ncontexts: []\ncurrent-context: \"\"\nkind: Config\npreferences: {}\nusers: []\n",
    ),
    (
        "kubectl_nulls",
        Edited,
        "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n",
    ),
    (
        "keys_without_values",
        Edited,
        "clusters:\ncontexts:\nusers:\n",
    ),
    (
        "keys_with_comments_for_values",
        Edited,
        "clusters: # none\ncontexts:\n# none here either\nusers:   # none\n",
    ),
    ("tildes", Edited, "clusters: ~\ncontexts: ~\nusers: ~\n"),
    (
        "no_line_end",
        Edited,
        "clusters:\n- name: a\n  cluster: {server: 'https://a'}",
    ),
    (
        "crlf",
        Edited,
        "apiVersion: v1\r\nclusters:\r\n- cluster:\r\n    server: https://a\r\n  name: a\r\ncurrent-context: a\r\nkind: Config\r\n",
    ),
    ("crlf_without_line_end", Edited, "clusters:\r\n- name: a"),
    (
        "mixed_line_ends",
        Edited,
        "clusters:\r\n- name: a\n- name: b\r\nkind: Config\n",
    ),
    (
        "byte_order_mark",
        Edited,
        "\u{feff}kind: Config\nclusters:\n- name: a\n",
    ),
    (
        "byte_order_mark_and_crlf",
        Edited,
        "\u{feff}kind: Config\r\nclusters:\r\n- name: a\r\n",
    ),
    (
        "document_marks",
        Edited,
        "---\nkind: Config\nclusters:\n- name: a\n...\n",
    ),
    ("directive", Edited, "%YAML 1.1\n---\nkind: Config\n"),
    (
        "comments_everywhere",
        Edited,
        "# top\nclusters: # list\n# first\n- name: a # name\n  # body\n  cluster: # of a\n    # deep\n    server: https://a # there\n# after\ncontexts: # none\n  []\n# bottom\n",
    ),
    (
        "indented_lists",
        Edited,
        "clusters:\n    - name: a\n      cluster:\n          server: https://a\ncontexts:\n    - name: a\nusers:\n    - name: a\n",
    ),
    (
        "lists_indented_differently",
        Edited,
        "clusters:\n- name: a\ncontexts:\n      - name: a\nusers:\n -  name: a\n",
    ),
    (
        "all_indented",
        Edited,
        "  kind: Config\n  clusters:\n  - name: a\n",
    ),
    (
        "dash_on_its_own_line",
        Edited,
        "clusters:\n-\n  name: a\n  cluster:\n    server: https://a\n-\n  # about b\n  name: b\n",
    ),
    ("null_items", Edited, "clusters:\n-\n- name: a\n"),
    (
        "flow_entries",
        Edited,
        "clusters:\n- {name: a, cluster: {server: 'https://a'}}\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n",
    ),
    (
        "flow_lists_over_lines",
        Edited,
        "clusters: [\n  {name: a},\n  {name: b}\n]\nusers: [\n  {name: a},\n  ]\n",
    ),
    (
        "flow_file",
        Edited,
        "{kind: Config, clusters: [{name: a}], current-context: a}\n",
    ),
    (
        "flow_file_over_lines",
        Edited,
        "{\n  kind: Config, # c\n  clusters: [ {name: a} ],\n}\n",
    ),
    (
        "json_compact",
        Edited,
        "{\"kind\":\"Config\",\"apiVersion\":\"v1\",\"clusters\":[{\"name\":\"a\",\"cluster\":{\"server\":\"https://a\"}}],\"users\":null,\"current-context\":\"a\"}",
    ),
    (
        "json_pretty",
        Edited,
        "{\n    \"kind\": \"Config\",\n    \"apiVersion\": \"v1\",\n    \"clusters\": [\n        {\n            \"name\": \"a\"\n        }\n    ],\n    \"contexts\": [],\n    \"current-context\": \"\"\n}\n",
    ),
    (
        "json_tabs",
        Edited,
        "{\n\t\"clusters\": [\n\t\t{\"name\": \"a\"}\n\t],\n\t\"kind\": \"Config\"\n}\n",
    ),
    ("json_empty", Edited, "{}"),
    (
        "json_crlf",
        Edited,
        "{\r\n  \"clusters\": [],\r\n  \"kind\": \"Config\"\r\n}\r\n",
    ),
    (
        "json_escapes",
        Edited,
        "{\"kind\":\"Config\",\"users\":[{\"name\":\"\\u00e9\\\"\\\\\",\"user\":{\"token\":\"a\"}}]}\n",
    ),
    (
        "quoted_keys",
        Edited,
        "\"clusters\":\n- 'name': a\n'current-context': 'a'\n\"kind\": 'Config'\n",
    ),
    (
        "spaces_before_colons",
        Edited,
        "clusters :\n- name : a\ncurrent-context : a\n",
    ),
    (
        "tabs_after_colons",
        Edited,
        "clusters:\n- name:\ta\ncurrent-context:\ta\t# c\n",
    ),
    (
        "words_and_numbers_quoted",
        Edited,
        "users:\n- name: \"on\"\n  user: {username: 'yes', password: \"012\"}\n- name: '1e3'\n  user:\n    exec: {command: \"y\", apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, args: ['no', \"0x1F\", '~', \"2020-01-01\", '12:30:45']}\n",
    ),
    (
        "unquoted_in_unknown_keys",
        Edited,
        "x-mine: {a: 012, b: yes, c: 1e3, d: 12:30:45, e: 0o17, f: 1_000, g: 2020-01-01}\nkind: Config\n",
    ),
    (
        "extensions",
        Edited,
        "extensions:\n- name: x\n  extension: {list: [1, two, null, {deep: [true]}], text: 'not yaml: ['}\nclusters: []\n",
    ),
    (
        "extension_block_text",
        Edited,
        "preferences:\n  extensions:\n  - name: x\n    extension: |\n      clusters:\n      - not: one\n\nclusters:\n- name: a\n",
    ),
    (
        "literal_kept_breaks",
        Edited,
        "clusters:\n- name: a\nx-note: |+\n  text\n\n\n",
    ),
    (
        "literal_last",
        Edited,
        "clusters:\n- name: a\nx-note: |\n  text\n     \n\n",
    ),
    (
        "folded_last",
        Edited,
        "clusters:\n- name: a\nx-note: >-\n  one\n  two\n",
    ),
    (
        "indentation_indicator",
        Edited,
        "x-note: |2\n    text\nclusters:\n- name: a\n",
    ),
    (
        "long_plain_text",
        Edited,
        "x-note: one\n  two\n  three\nclusters:\n- name: a\n",
    ),
    (
        "double_quoted_over_lines",
        Edited,
        "x-note: \"one\n  two \\\n  three\"\nclusters:\n- name: a\n",
    ),
    (
        "certificate_in_a_block",
        Edited,
        "clusters:\n- name: a\n  cluster:\n    certificate-authority-data: |\n      YWJj\n      ZGVm\n    server: https://a\n",
    ),
    (
        "names_that_look_like_syntax",
        Edited,
        "contexts:\n- name: '- a'\n- name: \"a: b\"\n- name: 'a #b'\n- name: \"{a}\"\n- name: '*a'\n- name: \"&a\"\n- name: '!a'\n- name: \"a\\nb\"\n- name: ''\n",
    ),
    (
        "unicode",
        Edited,
        "contexts:\n- name: prod-é☃\n- name: \"\\u00e9\"\n# ☃ 😀\n",
    ),
    (
        "long_names",
        Edited,
        concat!(
            "contexts:\n- name: ",
            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\n"
        ),
    ),
    (
        "anchors_elsewhere",
        Edited,
        "x-base: &base {proxy: 'http://p:1'}\nclusters:\n- name: a\n  cluster: &cluster {server: 'https://a'}\n- name: b\n  cluster: *cluster\nx-more: *base\n",
    ),
    (
        "merge_keys_elsewhere",
        Edited,
        "x-base: &base {server: 'https://a'}\nclusters:\n- name: a\n  cluster:\n    <<: *base\n    tls-server-name: t\n",
    ),
    (
        "tags_elsewhere",
        Edited,
        "users:\n- name: !!str a\n  user: {token: !!str 012}\n",
    ),
    (
        "duplicate_keys_elsewhere",
        Edited,
        "x-mine:\n- {a: 1}\n- {b: 1}\nclusters:\n- name: a\n",
    ),
    (
        "keys_out_of_order",
        Edited,
        "users: []\nclusters: []\nkind: Config\ncontexts: []\ncurrent-context: ''\npreferences: {}\napiVersion: v1\n",
    ),
    (
        "current_context_first",
        Edited,
        "current-context: 'a' # first\nkind: Config\n",
    ),
    (
        "current_context_plain_over_lines",
        Edited,
        "kind: Config\ncurrent-context:\n  # mine\n  a\nclusters: []\n",
    ),
    (
        "unknown_top_level",
        Edited,
        "kind: Config\nx: [[[[1]]]]\ny:\n  z: {}\n",
    ),
    (
        "ours_already_partly",
        Edited,
        "clusters:\n- cluster:\n    # where\n    server: https://old # old\n  name: a\n- name: b\n  cluster: {}\n",
    ),
    (
        "trailing_blank_lines",
        Edited,
        "clusters:\n- name: a\n\n\n\n",
    ),
    (
        "trailing_spaces",
        Edited,
        "clusters:   \n- name: a   \n  cluster:   \n    server: https://a   \ncurrent-context: a   \n",
    ),
    ("no_known_keys", Edited, "x: 1\n"),
    // What is refused.
    (
        "two_null_items",
        Refused(3, 3),
        "clusters:\n-\n- ~\n- name: a\n",
    ),
    (
        "json_escape_that_yaml_1_1_has_not",
        Refused(1, 39),
        "{\"users\":[{\"name\":\"a\",\"user\":{\"token\":\"a\\/b\"}}]}\n",
    ),
    ("top_level_list", Refused(1, 1), "- kind: Config\n"),
    ("top_level_text", Refused(1, 1), "kubeconfig\n"),
    ("clusters_text", Refused(1, 11), "clusters: String\n"),
    ("clusters_mapping", Refused(1, 11), "clusters: {}\n"),
    ("item_text", Refused(2, 3), "users:\n- String\n"),
    ("name_number", Refused(2, 9), "users:\n- name: 5\n"),
    (
        "token_boolean",
        Refused(3, 17),
        "users:\n- name: a\n  user: {token: on}\n",
    ),
    (
        "current_context_number",
        Refused(1, 18),
        "current-context: 5\n",
    ),
    ("other_kind", Refused(1, 7), "kind: Pod\napiVersion: v1\n"),
    (
        "not_base64",
        Refused(3, 41),
        "clusters:\n- name: a\n  cluster: {certificate-authority-data: \"*\"}\n",
    ),
    (
        "two_documents",
        Refused(2, 1),
        "kind: Config\n---\nkind: Config\n",
    ),
    ("tab_indentation", Refused(2, 2), "clusters:\n\t- name: a\n"),
    ("cut_off", Refused(1, 11), "clusters: [\n"),
    (
        "duplicate_names",
        Refused(3, 9),
        "users:\n- name: a\n- name: a\n",
    ),
    (
        "duplicate_lists",
        Refused(2, 1),
        "clusters: []\nclusters: []\n",
    ),
    (
        "list_by_alias",
        Refused(2, 11),
        "x: &list [{name: a}]\nclusters: *list\n",
    ),
    (
        "list_with_anchor",
        Refused(1, 17),
        "clusters: &list [{name: a}]\nx: *list\n",
    ),
    (
        "file_with_merge_key",
        Refused(2, 1),
        "x: &base {kind: Config}\n<<: *base\n",
    ),
    (
        "carriage_returns",
        Refused(1, 13),
        "kind: Config\rclusters: []\r",
    ),
    (
        "line_separator",
        Refused(2, 3),
        "kind: Config\n# \u{2028}\n",
    ),
    ("explicit_keys", Refused(1, 1), "? kind\n: Config\n"),
];
