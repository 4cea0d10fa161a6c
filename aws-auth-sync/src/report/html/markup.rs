//! HTML in which foreign text stays text.

/// A page that is being written. Markup is what the program was built with; everything else is
/// text.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn markup(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    pub(super) fn number(&mut self, number: usize) {
        self.0.push_str(&number.to_string());
    }

    /// Text, in an element or in a quoted attribute. What cannot be seen, or would turn the text
    /// around it, is written out.
    pub(super) fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                _ if is_hidden(character) => self.0.extend(character.escape_unicode()),
                _ => self.0.push(character),
            }
        }
    }

    /// A name from outside.
    pub(super) fn code(&mut self, text: &str) {
        self.markup("<code>");
        self.text(text);
        self.markup("</code>");
    }

    /// A cell of a table.
    pub(super) fn cell(&mut self, text: &str) {
        self.markup("<td>");
        self.text(text);
        self.markup("</td>");
    }

    /// A table with its head. It may scroll by itself, so the keyboard has to get there.
    pub(super) fn table(&mut self, label: &'static str, titles: &[&'static str]) {
        self.markup("<div class=scroll tabindex=0 role=region aria-label=\"");
        self.markup(label);
        self.markup("\">\n<table>\n<thead><tr>");
        for title in titles {
            self.markup("<th scope=col>");
            self.markup(title);
            self.markup("</th>");
        }
        self.markup("</tr></thead>\n<tbody>\n");
    }

    pub(super) fn end_of_table(&mut self) {
        self.markup("</tbody>\n</table>\n</div>\n");
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Control characters, and what Unicode hides or changes directions with.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup_and_hides_nothing() {
        let mut page = Page::default();
        page.text("<script>a&b</script>\"'\u{202e}\u{0}\n\u{200b}é漢");
        assert_eq!(
            page.into_text(),
            "&lt;script&gt;a&amp;b&lt;/script&gt;&quot;&#39;\\u{202e}\\u{0}\\u{a}\\u{200b}é漢"
        );
    }
}
