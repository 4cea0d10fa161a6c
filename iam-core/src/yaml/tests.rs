use proptest::prelude::*;

use super::*;

fn position(line: usize, column: usize, start: usize, end: usize) -> Position {
    Position {
        line,
        column,
        span: Span { start, end },
    }
}

fn only(text: &str) -> Node {
    let mut documents = parse(text, &Limits::default()).unwrap();
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

/// Every node with its depth, in the order of the text.
fn nodes(root: &Node) -> Vec<&Node> {
    let mut found = vec![root];
    match &root.value {
        Value::Scalar(_) | Value::Alias(_) => {}
        Value::Sequence(sequence) => found.extend(sequence.items.iter().flat_map(nodes)),
        Value::Mapping(mapping) => {
            found.extend(
                mapping
                    .pairs
                    .iter()
                    .flat_map(|(key, value)| [nodes(key), nodes(value)])
                    .flatten(),
            );
        }
    }
    found
}

fn scalars(root: &Node) -> Vec<(&str, Style, Position)> {
    let of = |node: &Node| node.position;
    nodes(root)
        .into_iter()
        .filter_map(|node| match &node.value {
            Value::Scalar(scalar) => Some((scalar.text.as_str(), scalar.style, of(node))),
            Value::Sequence(_) | Value::Mapping(_) | Value::Alias(_) => None,
        })
        .collect()
}

#[test]
fn gives_each_scalar_its_text_style_and_place() {
    let text = "# é\na: 'é'\nb: \"x\\ny\"\nc:\n  - plain\n  -\n  - {d: e}\n";
    assert_eq!(
        scalars(&only(text)),
        [
            ("a", Style::Plain, position(2, 1, 5, 6)),
            ("é", Style::SingleQuoted, position(2, 4, 8, 12)),
            ("b", Style::Plain, position(3, 1, 13, 14)),
            ("x\ny", Style::DoubleQuoted, position(3, 4, 16, 22)),
            ("c", Style::Plain, position(4, 1, 23, 24)),
            ("plain", Style::Plain, position(5, 5, 30, 35)),
            ("", Style::Plain, position(6, 4, 39, 39)),
            ("d", Style::Plain, position(7, 6, 45, 46)),
            ("e", Style::Plain, position(7, 9, 48, 49)),
        ]
    );
}

#[test]
fn a_block_scalar_reaches_from_its_header_to_its_last_line() {
    let table = [
        ("k: |\n  a\n  b\n\nl: x\n", "|\n  a\n  b", (1, 4), "a\nb\n"),
        ("k: |\n\n\n  a\nl: x\n", "|\n\n\n  a", (1, 4), "\n\na\n"),
        ("k: !t &n >-\n  a\n  b\n", ">-\n  a\n  b", (1, 10), "a b"),
        ("k: # | no\n  |\n  a  \n", "|\n  a  ", (2, 3), "a  \n"),
        ("- |+\n a\n\n", "|+\n a", (1, 3), "a\n\n"),
        ("--- |\n  a\n", "|\n  a", (1, 5), "a\n"),
        ("- |\n  a", "|\n  a", (1, 3), "a"),
        ("- |\n  a ", "|\n  a ", (1, 3), "a "),
        ("- |\r\n  a\r\n- b\r\n", "|\r\n  a", (1, 3), "a\n"),
    ];
    for (text, slice, place, value) in table {
        let root = only(text);
        let (found, style, position) = *scalars(&root)
            .iter()
            .find(|(_, style, _)| matches!(style, Style::Literal | Style::Folded))
            .unwrap();
        assert_eq!(found, value, "{text:?} {style:?}");
        assert_eq!(text.get(position.span.range()), Some(slice), "{text:?}");
        assert_eq!((position.line, position.column), place, "{text:?}");
    }
}

#[test]
fn a_collection_ends_with_its_last_value_or_its_bracket() {
    let text = "- a: 1\n  b: [x, y ]  # c\n\n- {k: v}\n";
    let root = only(text);
    let slices: Vec<_> = nodes(&root)
        .into_iter()
        .filter(|node| !matches!(node.value, Value::Scalar(_)))
        .map(|node| text.get(node.position.span.range()).unwrap())
        .collect();
    assert_eq!(
        slices,
        [
            "- a: 1\n  b: [x, y ]  # c\n\n- {k: v}",
            "a: 1\n  b: [x, y ]",
            "[x, y ]",
            "{k: v}"
        ]
    );
}

#[test]
fn keeps_tags_anchors_and_where_they_begin() {
    let root = only("- &x !!str 5\n- ! y\n- !local &z\n  k: v\n- *x\n");
    let found: Vec<_> = root
        .as_sequence()
        .unwrap()
        .items
        .iter()
        .map(|node| (node.tag(), node.anchor(), node.start()))
        .collect();
    assert_eq!(
        found,
        [
            (Some("tag:yaml.org,2002:str"), Some("x"), 2),
            (Some("!"), None, 15),
            (Some("!local"), Some("z"), 21),
            (None, None, 40),
        ]
    );
    let alias = &root.as_sequence().unwrap().items[3];
    assert_eq!(alias.as_scalar().unwrap().text, "5");
    assert_eq!(alias.position, position(5, 3, 40, 42));
}

#[test]
fn gives_all_documents_or_the_first_and_where_it_ends() {
    let text = "a\n---\nb\n---\n";
    let documents = parse(text, &Limits::default()).unwrap();
    let texts: Vec<_> = documents
        .iter()
        .map(|node| node.as_scalar().unwrap().text.as_str())
        .collect();
    assert_eq!(texts, ["a", "b", ""]);
    let table = [
        ("a\n---\n{", Some("a"), 2, Some(position(2, 1, 2, 5))),
        ("a\n...\n", Some("a"), 2, None),
        ("a\n...\n}", Some("a"), 2, Some(position(3, 1, 6, 6))),
        (
            "a # c\n\n...\n\t- b",
            Some("a"),
            7,
            Some(position(4, 2, 12, 12)),
        ),
        ("a\n", Some("a"), 2, None),
        ("# only a comment\n", None, 17, None),
        ("", None, 0, None),
    ];
    for (text, value, end, rest) in table {
        let first = parse_first(text, &Limits::default()).unwrap();
        let found = first
            .node
            .as_ref()
            .map(|node| node.as_scalar().unwrap().text.as_str());
        assert_eq!(
            (found, first.end, first.rest),
            (value, end, rest),
            "{text:?}"
        );
    }
}

#[test]
fn names_the_place_of_a_fault_and_quotes_nothing() {
    let table = [
        ("a: b\n\tsecret: x\n", "line 1, column 4: "),
        ("a: [secret, b\n", "line 1, column 4: "),
        ("a: 'secret\n", "line 2, column 1: "),
        ("secret\nb: c: d\n", "line 2, column 2: "),
        ("é: *secret\n", "line 1, column 4: "),
        ("&a [secret, *a]\n", "line 1, column 13: "),
    ];
    for (text, place) in table {
        let error = parse(text, &Limits::default()).unwrap_err().to_string();
        assert!(error.starts_with(place), "{text:?}: {error}");
        assert!(!error.contains("secret"), "{text:?}: {error}");
    }
}

#[test]
fn refuses_more_than_the_limits_allow_at_the_place_where_it_is_too_much() {
    let limits = Limits {
        bytes: 40,
        depth: 2,
        nodes: 6,
        aliases: 2,
        events: 12,
    };
    let long = "x".repeat(41);
    let table = [
        (
            long.as_str(),
            YamlError::TooLong {
                bytes: 41,
                limit: 40,
            },
        ),
        (
            "[[[",
            YamlError::TooDeep {
                position: position(1, 3, 2, 2),
                limit: 2,
            },
        ),
        (
            "- - - a",
            YamlError::TooDeep {
                position: position(1, 5, 4, 4),
                limit: 2,
            },
        ),
        (
            "[a, b, c, d, e, f]",
            YamlError::TooMany {
                position: position(1, 17, 16, 17),
                what: "nodes",
                limit: 6,
            },
        ),
        (
            "[&a x, *a, *a, *a]",
            YamlError::TooMany {
                position: position(1, 16, 15, 17),
                what: "aliases",
                limit: 2,
            },
        ),
        (
            "---\n---\n---\n---\n---\n",
            YamlError::TooMany {
                position: position(4, 4, 15, 15),
                what: "events",
                limit: 12,
            },
        ),
    ];
    for (text, error) in table {
        assert_eq!(parse(text, &limits).unwrap_err(), error, "{text}");
    }
    assert!(parse("[[a, b, c, d]]", &limits).is_ok());
}

#[test]
fn an_alias_costs_all_that_it_stands_for() {
    let mut bomb = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("- &a{level} [{aliases}]\n"));
    }
    let error = parse(&bomb, &Limits::default()).unwrap_err();
    assert!(
        matches!(error, YamlError::TooMany { what: "nodes", .. }),
        "{error}"
    );
    let mut chain = "- &a0 [x]\n".to_owned();
    for level in 1..40 {
        chain.push_str(&format!("- &a{level} [*a{}]\n", level - 1));
    }
    let error = parse(&chain, &Limits::default()).unwrap_err();
    assert!(
        matches!(error, YamlError::TooDeep { limit: 32, .. }),
        "{error}"
    );
}

#[test]
fn refuses_hostile_text_without_working_through_it() {
    let million = 1 << 20;
    for text in [
        "[".repeat(million),
        "{".repeat(million),
        "- ".repeat(million / 2),
        "? ".repeat(million / 2),
        "[,".repeat(million / 2),
        "!".repeat(million),
        "&a ".repeat(million / 3),
        "*".repeat(million),
        "a: ".repeat(million / 3),
        "a:\n ".repeat(million / 4),
        "\"".repeat(million),
        "--- ".repeat(million / 4),
        "a".repeat(10 * million),
        format!("[{}", "a, ".repeat(million / 3)),
        format!("k: |\n{}", " \n".repeat(million / 2 - 4)),
    ] {
        let _ = parse(&text, &Limits::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_or_refused_with_positions_inside_of_it(text in "[-a:{}\\[\\],&*!|>'\"#\\n\\t é~<]{0,40}") {
        if let Ok(documents) = parse(&text, &Limits::default()) {
            for node in documents.iter().flat_map(nodes) {
                let Position { line, column, span } = node.position;
                prop_assert!(text.get(span.range()).is_some(), "{span:?}");
                prop_assert!(node.start() <= span.start);
                let before = text.get(..span.start).unwrap();
                prop_assert_eq!(line, before.matches('\n').count() + 1);
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                prop_assert_eq!(column, before.get(line_start..).unwrap().chars().count() + 1);
            }
        }
    }

    #[test]
    fn splices_leave_every_other_byte_alone(text in "[a-zé\\n]{0,30}", cuts in prop::collection::btree_set(0usize..40, 0..8), new in "[A-Z]{0,3}") {
        let cuts: Vec<usize> = cuts.into_iter().filter(|at| text.is_char_boundary(*at) && *at <= text.len()).collect();
        let edits: Vec<splice::Splice> = cuts
            .chunks_exact(2)
            .rev()
            .map(|pair| splice::Splice { range: pair[0]..pair[1], text: new.clone() })
            .collect();
        let result = splice::apply(&text, &edits).unwrap();
        let mut rest = result.as_str();
        let mut at = 0;
        for edit in edits.iter().rev() {
            let kept = text.get(at..edit.range.start).unwrap();
            rest = rest.strip_prefix(kept).unwrap().strip_prefix(new.as_str()).unwrap();
            at = edit.range.end;
        }
        prop_assert_eq!(rest, text.get(at..).unwrap());
    }
}
