//! A learner's program as a mistake's conditions see it: without comments and docstrings, and for `code`
//! without what is in strings.

/// A program, with blanks in the place of what is left out, so that lines stay where they are.
#[derive(Debug, Clone, Default)]
pub struct PythonSource {
    /// Without comments and docstrings.
    source: String,
    /// Also without what is in strings; their quotes stay.
    code: String,
}

impl PythonSource {
    /// Reads a program, which may be broken: what is open at its end is closed there.
    pub fn new(program: &str) -> Self {
        let mut scanner = Scanner {
            rest: program,
            scanned: Self::default(),
            depth: 0,
            is_at_start: true,
        };
        while scanner.step() {}
        scanner.scanned
    }

    /// The program without comments and docstrings.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The program without comments and without what is in strings.
    pub fn code(&self) -> &str {
        &self.code
    }
}

#[derive(Debug)]
struct Scanner<'a> {
    rest: &'a str,
    scanned: PythonSource,
    /// How many brackets are open.
    depth: u32,
    /// Whether a statement may begin here: nothing but blanks stands before on this line.
    is_at_start: bool,
}

impl<'a> Scanner<'a> {
    /// Takes the next token; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else {
            return false;
        };
        match first {
            '#' => {
                let length = self.rest.find('\n').unwrap_or(self.rest.len());
                let comment = self.take(length);
                self.push(&blank(comment), &blank(comment));
            }
            '"' | '\'' => self.string(first),
            '\\' => {
                // A line that goes on in the next one, where no statement begins.
                let length = self
                    .rest
                    .char_indices()
                    .nth(2)
                    .map_or(self.rest.len(), |(at, _)| at);
                let text = self.take(length);
                self.push(text, text);
                self.is_at_start = false;
            }
            _ => {
                match first {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                let text = self.take(first.len_utf8());
                self.push(text, text);
                if first == '\n' {
                    self.is_at_start = self.depth == 0;
                } else if !first.is_whitespace() && !self.is_prefix(first) {
                    self.is_at_start = false;
                }
            }
        }
        true
    }

    fn string(&mut self, quote: char) {
        let long: String = std::iter::repeat_n(quote, 3).collect();
        let is_long = self.rest.starts_with(&long);
        let quotes = if is_long { 3 } else { 1 };
        let length = string_length(self.rest, quotes, quote, is_long);
        let is_docstring = self.is_at_start && {
            let after = self.rest.get(length..).unwrap_or_default();
            let line = after.lines().next().unwrap_or_default();
            line.trim_start().is_empty() || line.trim_start().starts_with('#')
        };
        let text = self.take(length);
        let is_closed = text.len() >= 2 * quotes && text.ends_with(&long[..quotes]);
        let closing = if is_closed { quotes } else { 0 };
        let inside = text.get(quotes..text.len() - closing).unwrap_or_default();
        let code = format!(
            "{}{}{}",
            text.get(..quotes).unwrap_or_default(),
            blank(inside),
            text.get(text.len() - closing..).unwrap_or_default()
        );
        if is_docstring {
            self.push(&blank(text), &blank(text));
        } else {
            self.push(text, &code);
        }
        self.is_at_start = false;
    }

    /// Whether `letter`, which was just taken, stands right before a string and belongs to it.
    fn is_prefix(&self, letter: char) -> bool {
        let follows = self
            .rest
            .trim_start_matches(['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F']);
        "rRbBuUfF".contains(letter)
            && self.rest.len() - follows.len() <= 1
            && follows.starts_with(['"', '\''])
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn push(&mut self, source: &str, code: &str) {
        self.scanned.source.push_str(source);
        self.scanned.code.push_str(code);
    }
}

/// The length in bytes of the string that `text` begins with, its quotes included. One of a single
/// line ends with the line, closed or not.
fn string_length(text: &str, quotes: usize, quote: char, is_long: bool) -> usize {
    let mut characters = text.char_indices().skip(quotes);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '\n' if !is_long => return at,
            _ if character == quote => {
                let end = at + quotes;
                let found = text.get(at..end).unwrap_or_default();
                if !found.is_empty() && found.chars().all(|one| one == quote) {
                    return end;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Blanks in the place of all characters but line breaks.
fn blank(text: &str) -> String {
    let characters = text.chars();
    characters
        .map(|character| if character == '\n' { '\n' } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(program: &str) -> String {
        PythonSource::new(program).source
    }

    fn code(program: &str) -> String {
        PythonSource::new(program).code
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(source("x = 1 # split()\ny"), "x = 1          \ny");
        assert_eq!(source("x = '#' + \"#\""), "x = '#' + \"#\"");
        assert_eq!(source("# é\nx"), "   \nx");
    }

    #[test]
    fn docstrings_are_left_out_and_other_strings_stay() {
        let program = "def f():\n    \"\"\"split()\"\"\"\n    return '''a'''\n";
        assert_eq!(
            source(program),
            "def f():\n                 \n    return '''a'''\n"
        );
        assert_eq!(source("r\"\"\"split\"\"\"\n"), "r           \n");
        assert_eq!(source("    'split'  # why\nx"), "                  \nx");
        let expression = "'a'.join(x)\nb'c' + d\n";
        assert_eq!(source(expression), expression);
        // Arguments, whatever they look like.
        let argument = "f(\n\"\"\"x\"\"\"\n)";
        assert_eq!(source(argument), argument);
        let continued = "x = \\\n\"\"\"y\"\"\"";
        assert_eq!(source(continued), continued);
    }

    #[test]
    fn strings_keep_their_quotes_alone_in_the_code() {
        assert_eq!(code("send(b\"PONG\", 'a')"), "send(b\"    \", ' ')");
        assert_eq!(
            code(r#"x = "a\"b" + r'\'' + c"#),
            r#"x = "    " + r'  ' + c"#
        );
        assert_eq!(code("x = ''\ny"), "x = ''\ny");
        assert_eq!(code("x = '''a\n'b'''\ny"), "x = ''' \n  '''\ny");
    }

    #[test]
    fn what_is_not_closed_ends_with_its_line_or_the_program() {
        assert_eq!(code("x = 'abc\ny = 1"), "x = '   \ny = 1");
        assert_eq!(code("x = '''abc\ny"), "x = '''   \n ");
        assert_eq!(code("x = 'a\\"), "x = '  ");
        assert_eq!(code("\\"), "\\");
    }

    #[test]
    fn lines_stay_where_they_are() {
        for program in [
            "",
            "#",
            "'",
            "\"\"\"",
            "''''",
            "'''\n\néa'",
            "a\\\n#b\n'c\n",
            "é = 'é' # é\n\"\"\"é\né\"\"\"",
        ] {
            for text in [source(program), code(program)] {
                assert_eq!(text.chars().count(), program.chars().count(), "{program:?}");
                assert_eq!(text.matches('\n').count(), program.matches('\n').count());
            }
        }
    }
}
