//! What a program writes to a terminal: SGR colours become styles, other escape sequences go.

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
    /// One of the eight, as the theme has them: black, red, green, yellow, blue, magenta, cyan,
    /// white.
    Named(u8),
    /// A colour of its own.
    Rgb(u8, u8, u8),
}

/// How text is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextStyle {
    /// The text's colour.
    pub foreground: Option<TerminalColor>,
    /// The colour behind it.
    pub background: Option<TerminalColor>,
    /// Heavier or lighter than usual.
    pub weight: Weight,
    /// Slanted.
    pub is_italic: bool,
    /// Underlined.
    pub is_underlined: bool,
    /// Struck out.
    pub is_struck: bool,
    /// The two colours change places.
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

/// Reads what one stream of a program wrote, piece by piece: styles last until they are changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnsiReader {
    style: TextStyle,
}

impl AnsiReader {
    /// The runs of a piece.
    pub fn read(&mut self, piece: &str) -> Vec<StyledText> {
        let mut runs = Runs::default();
        let mut characters = piece.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\x1b' => match characters.peek() {
                    Some('[') => {
                        characters.next();
                        let mut parameters = String::new();
                        let last = characters.by_ref().find(|next| {
                            let is_last = ('@'..='~').contains(next);
                            if !is_last {
                                parameters.push(*next);
                            }
                            is_last
                        });
                        if last == Some('m') {
                            self.change(&parameters);
                        }
                    }
                    // A title or a link: up to BEL or ESC \.
                    Some(']') => {
                        let mut before = ' ';
                        characters.by_ref().find(|next| {
                            let is_last = *next == '\x07' || (before == '\x1b' && *next == '\\');
                            before = *next;
                            is_last
                        });
                    }
                    _ => {
                        characters.next();
                    }
                },
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' => runs.push('\n', self.style),
                '\n' | '\t' => runs.push(character, self.style),
                control @ '\0'..='\x1f' => {
                    for shown in crate::byte_view::picture(control as u8).chars() {
                        runs.push(shown, self.style);
                    }
                }
                other => runs.push(other, self.style),
            }
        }
        runs.found
    }

    /// Applies the parameters of one SGR sequence.
    fn change(&mut self, parameters: &str) {
        let mut codes = parameters
            .split([';', ':'])
            .map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            let style = &mut self.style;
            match code {
                0 => *style = TextStyle::default(),
                1 => style.weight = Weight::Bold,
                2 => style.weight = Weight::Faint,
                22 => style.weight = Weight::Normal,
                3 => style.is_italic = true,
                23 => style.is_italic = false,
                4 => style.is_underlined = true,
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
                38 => style.foreground = extended(&mut codes).or(style.foreground),
                48 => style.background = extended(&mut codes).or(style.background),
                _ => {}
            }
        }
    }
}

#[derive(Default)]
struct Runs {
    found: Vec<StyledText>,
}

impl Runs {
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

fn named(number: u16) -> TerminalColor {
    TerminalColor::Named((number % 8) as u8)
}

/// The colour after 38 or 48: `5;n` of the table of 256, or `2;r;g;b`.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<TerminalColor> {
    let byte = |codes: &mut dyn Iterator<Item = u16>| u8::try_from(codes.next()?).ok();
    match codes.next()? {
        5 => byte(codes).map(of_table),
        2 => Some(TerminalColor::Rgb(byte(codes)?, byte(codes)?, byte(codes)?)),
        _ => None,
    }
}

/// A colour of xterm's table of 256.
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
            "\x1b(x\x1b[",
            "\x1bcx",
        ] {
            let shown: String = read(text).into_iter().map(|(text, _)| text).collect();
            assert!(
                shown == "x" || shown.is_empty(),
                "{text:?} became {shown:?}"
            );
        }
    }

    #[test]
    fn control_characters_are_seen() {
        assert_eq!(read("a\r\nb\rc\0\x08"), [plain("a\nb\nc␀␈")]);
    }
}
