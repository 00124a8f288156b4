//! What a program writes to a terminal: SGR colours become styles, other escape sequences vanish.

/// A run of text in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyledText {
    /// The text, without escape sequences.
    pub text: String,
    /// Its style.
    pub style: TextStyle,
}

/// A terminal's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalColor {
    /// One of the theme's eight, by its SGR digit: black, red, green, yellow, blue, magenta, cyan,
    /// white.
    Named(u8),
    /// Red, green and blue, each from 0 to 255.
    Rgb(u8, u8, u8),
}

/// How text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextStyle {
    /// The text's colour; none is the theme's.
    pub foreground: Option<TerminalColor>,
    /// The colour behind it; none is the theme's.
    pub background: Option<TerminalColor>,
    /// Bold, faint or neither.
    pub weight: Weight,
    /// Whether the text is italic.
    pub is_italic: bool,
    /// Whether the text is underlined.
    pub is_underlined: bool,
    /// Whether the text is struck out.
    pub is_struck: bool,
    /// Whether the two colours are swapped.
    pub is_inverse: bool,
}

/// How heavy text is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weight {
    /// Lighter.
    Faint,
    /// As usual.
    #[default]
    Normal,
    /// Heavier.
    Bold,
}

/// The longest sequence, in bytes, whose end is waited for: a longer one is dropped.
const SEQUENCE_MAX: usize = 4096;

/// Reads what one stream of a program wrote, chunk by chunk: a style lasts until it is changed, and
/// a sequence may begin in one chunk and end in the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnsiReader {
    style: TextStyle,
    /// The beginning of a sequence, or of a line's end, whose rest is in the next chunk.
    begun: String,
}

/// What a text begins with.
enum Token<'text> {
    /// A control sequence with these parameters and this last character.
    Sequence { parameters: &'text str, last: char },
    /// A sequence that shows nothing.
    Silent,
    /// A character that is shown.
    Shown(char),
    /// The beginning of a sequence whose rest is in the next chunk.
    Begun,
}

impl AnsiReader {
    /// Cuts a chunk into texts of one style each.
    pub fn read(&mut self, chunk: &str) -> Vec<StyledText> {
        let joined;
        let mut rest = if self.begun.is_empty() {
            chunk
        } else {
            joined = std::mem::take(&mut self.begun) + chunk;
            &joined
        };
        let mut texts = StyledTexts::default();
        while let Some((token, length)) = first_token(rest) {
            match token {
                Token::Begun if rest.len() < SEQUENCE_MAX => {
                    rest.clone_into(&mut self.begun);
                    break;
                }
                Token::Sequence {
                    parameters,
                    last: 'm',
                } if is_sgr(parameters) => self.change(parameters),
                Token::Sequence { .. } | Token::Silent | Token::Begun => {}
                Token::Shown(character) => self.show(character, &mut texts),
            }
            rest = &rest[length..];
        }
        texts.found
    }

    fn show(&self, character: char, texts: &mut StyledTexts) {
        match character {
            '\r' => texts.push('\n', self.style),
            '\n' | '\t' => texts.push(character, self.style),
            control @ '\0'..='\x1f' => {
                for shown in crate::byte_view::picture(control as u8).chars() {
                    texts.push(shown, self.style);
                }
            }
            other => texts.push(other, self.style),
        }
    }

    /// Applies the parameters of one SGR sequence.
    fn change(&mut self, parameters: &str) {
        let mut groups = parameters.split(';').peekable();
        while let Some(group) = groups.next() {
            let style = &mut self.style;
            // Colons separate the values of one code, semicolons the codes; `38;5;n` is older than
            // that rule.
            let (code, values) = group.split_once(':').unwrap_or((group, ""));
            let code = number(code);
            let mut of_group = values.split(':').filter(|value| !value.is_empty());
            let has_values = !values.is_empty();
            let mut color = || match has_values {
                true => extended(&mut of_group.by_ref().map(number)),
                false => extended(&mut groups.by_ref().map(number)),
            };
            match code {
                0 => *style = TextStyle::default(),
                1 => style.weight = Weight::Bold,
                2 => style.weight = Weight::Faint,
                22 => style.weight = Weight::Normal,
                3 => style.is_italic = true,
                23 => style.is_italic = false,
                // `4:0` is no underline, and the others are kinds of it.
                4 => style.is_underlined = values != "0",
                24 => style.is_underlined = false,
                7 => style.is_inverse = true,
                27 => style.is_inverse = false,
                9 => style.is_struck = true,
                29 => style.is_struck = false,
                30..=37 => style.foreground = Some(named(code - 30)),
                90..=97 => style.foreground = Some(named(code - 90)),
                39 => style.foreground = None,
                40..=47 => style.background = Some(named(code - 40)),
                100..=107 => style.background = Some(named(code - 100)),
                49 => style.background = None,
                38 => style.foreground = color().or(style.foreground),
                48 => style.background = color().or(style.background),
                _ => {}
            }
        }
    }
}

#[derive(Default)]
struct StyledTexts {
    found: Vec<StyledText>,
}

impl StyledTexts {
    fn push(&mut self, character: char, style: TextStyle) {
        match self.found.last_mut() {
            Some(last) if last.style == style => last.text.push(character),
            _ => self.found.push(StyledText {
                text: character.to_string(),
                style,
            }),
        }
    }
}

/// The token at the start of a text, and its length.
fn first_token(text: &str) -> Option<(Token<'_>, usize)> {
    let character = text.chars().next()?;
    let whole = text.len();
    let token = match character {
        '\x1b' => match text[1..].chars().next() {
            None => (Token::Begun, whole),
            Some('[') => match text[2..].find(|next| ('@'..='~').contains(&next)) {
                None => (Token::Begun, whole),
                Some(end) => {
                    let parameters = &text[2..2 + end];
                    let last = char::from(text.as_bytes()[2 + end]);
                    (Token::Sequence { parameters, last }, 3 + end)
                }
            },
            // A title or a link, up to BEL or ESC \.
            Some(']') => match string_end(text) {
                None => (Token::Begun, whole),
                Some(end) => (Token::Silent, end),
            },
            // One that is broken off by the next.
            Some('\x1b') => (Token::Silent, 1),
            // A character set and the like: intermediate characters, then the final one.
            Some(' '..='/') => match text[1..].find(|next| !(' '..='/').contains(&next)) {
                None => (Token::Begun, whole),
                Some(at) => {
                    let last = text[1 + at..].chars().next().map_or(0, char::len_utf8);
                    (Token::Silent, 1 + at + last)
                }
            },
            Some(other) => (Token::Silent, 1 + other.len_utf8()),
        },
        '\r' if whole == 1 => (Token::Begun, 1),
        '\r' if text.as_bytes()[1] == b'\n' => (Token::Silent, 1),
        other => (Token::Shown(other), other.len_utf8()),
    };
    Some(token)
}

/// Whether the parameters of a sequence that ends in `m` are of a style: private ones are not.
fn is_sgr(parameters: &str) -> bool {
    let mut bytes = parameters.bytes();
    bytes.all(|byte| byte.is_ascii_digit() || matches!(byte, b';' | b':'))
}

/// Where an operating system command ends: after BEL, or after ESC \.
fn string_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let ends = (2..bytes.len()).find(|&at| match bytes[at] {
        b'\x07' => true,
        b'\\' => bytes[at - 1] == b'\x1b',
        _ => false,
    });
    ends.map(|at| at + 1)
}

/// A number of a sequence; one left out is 0.
fn number(digits: &str) -> u16 {
    digits.parse().unwrap_or(0)
}

fn named(number: u16) -> TerminalColor {
    TerminalColor::Named((number % 8) as u8)
}

/// The colour after 38 or 48: `5;n` from the palette of 256, or `2;r;g;b`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<TerminalColor> {
    let byte = |codes: &mut dyn Iterator<Item = u16>| u8::try_from(codes.next()?).ok();
    match codes.next()? {
        5 => byte(codes).map(of_table),
        2 => Some(TerminalColor::Rgb(byte(codes)?, byte(codes)?, byte(codes)?)),
        _ => None,
    }
}

/// A colour of xterm's palette of 256.
fn of_table(number: u8) -> TerminalColor {
    match number {
        0..=15 => TerminalColor::Named(number % 8),
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let cube = number - 16;
            TerminalColor::Rgb(level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
        232..=255 => {
            let grey = 8 + 10 * (number - 232);
            TerminalColor::Rgb(grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, TextStyle)> {
        AnsiReader::default()
            .read(text)
            .into_iter()
            .map(|run| (run.text, run.style))
            .collect()
    }

    fn plain(text: &str) -> (String, TextStyle) {
        (text.to_owned(), TextStyle::default())
    }

    #[test]
    fn colours_last_until_they_are_changed() {
        let red = TextStyle {
            foreground: Some(TerminalColor::Named(1)),
            weight: Weight::Bold,
            ..TextStyle::default()
        };
        assert_eq!(
            read("a\x1b[1;31mb\x1b[0mc"),
            [plain("a"), ("b".to_owned(), red), plain("c")]
        );
        let mut reader = AnsiReader::default();
        reader.read("\x1b[1;31m");
        assert_eq!(reader.read("d")[0].style, red);
    }

    #[test]
    fn all_three_tables_of_colours_are_read() {
        let foreground = |text: &str| read(text)[0].1.foreground;
        assert_eq!(foreground("\x1b[94mx"), Some(TerminalColor::Named(4)));
        assert_eq!(
            foreground("\x1b[38;5;208mx"),
            Some(TerminalColor::Rgb(255, 135, 0))
        );
        assert_eq!(
            foreground("\x1b[38;2;1;2;3mx"),
            Some(TerminalColor::Rgb(1, 2, 3))
        );
        assert_eq!(foreground("\x1b[38;5;999mx"), None);
    }

    #[test]
    fn other_sequences_leave_no_trace() {
        for text in [
            "\x1b[2J\x1b[Hx",
            "\x1b]0;title\x07x",
            "\x1b]8;;u\x1b\\x",
            "\x1b(Bx\x1b[",
            "\x1b\x1b[31m\x1b[0mx",
            "\x1b[>4;2mx",
            "\x1bcx",
        ] {
            let shown: String = read(text).into_iter().map(|(text, _)| text).collect();
            assert_eq!(shown, "x", "{text:?}");
        }
    }

    #[test]
    fn a_private_sequence_is_no_style() {
        assert_eq!(read("\x1b[>4;2mx"), [plain("x")]);
    }

    #[test]
    fn a_sequence_that_is_cut_anywhere_is_one_sequence() {
        let whole = "a\x1b[1;38;2;1;2;3mb\x1b]0;title\x1b\\c\r\nd\x1b[0me";
        let at_once = AnsiReader::default().read(whole);
        for at in 0..=whole.len() {
            let mut reader = AnsiReader::default();
            let mut texts = reader.read(&whole[..at]);
            for text in reader.read(&whole[at..]) {
                match texts.last_mut() {
                    Some(last) if last.style == text.style => last.text += &text.text,
                    _ => texts.push(text),
                }
            }
            assert_eq!(texts, at_once, "cut at {at}");
        }
    }

    #[test]
    fn a_sequence_without_end_is_not_waited_for_for_ever() {
        let mut reader = AnsiReader::default();
        assert!(reader.read("\x1b]").is_empty());
        assert!(reader.read(&"x".repeat(SEQUENCE_MAX)).is_empty());
        assert_eq!(reader.read("y")[0].text, "y");
    }

    #[test]
    fn colons_part_the_values_of_one_code() {
        let style = |text: &str| read(text)[0].1;
        let curly = style("\x1b[4:3mx");
        assert!(curly.is_underlined && !curly.is_italic);
        assert!(!style("\x1b[4m\x1b[4:0mx").is_underlined);
        let foreground = Some(TerminalColor::Rgb(1, 2, 3));
        assert_eq!(style("\x1b[38:2:1:2:3mx").foreground, foreground);
        assert_eq!(style("\x1b[38:2::1:2:3mx").foreground, foreground);
        assert!(style("\x1b[38;5;208;1mx").weight == Weight::Bold);
    }

    #[test]
    fn control_characters_are_seen() {
        assert_eq!(read("a\r\nb\rc\0\x08"), [plain("a\nb\nc␀␈")]);
    }
}
