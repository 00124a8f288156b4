//! The values at the end of a line of the program.

use super::{Moment, MomentFact};

/// More does not fit beside a line.
const VALUES_MAX: usize = 3;
const CHARACTERS_MAX: usize = 48;

/// What a line's variables are when it is about to run, or what it has done: `data = b'PING' · n = 3`.
/// Empty where there is nothing to say.
pub fn line_values(moment: &Moment, line: &str) -> String {
    match &moment.fact {
        Some(MomentFact::Returned(value)) => return format!("returns {}", cut(value)),
        Some(MomentFact::Raised(exception)) => return format!("raises {}", cut(exception)),
        Some(MomentFact::Printed(text)) => return format!("prints {}", cut(text.trim_end())),
        Some(MomentFact::Ended) => return "the end".to_owned(),
        None => {}
    }
    let find = |name: &str| {
        // The innermost call's, then the module's: those that the line can mean.
        let scopes = [moment.calls.first(), moment.calls.last()];
        let mut variables = scopes
            .into_iter()
            .flatten()
            .flat_map(|call| &call.variables);
        variables.find(|variable| variable.name == name)
    };
    let mut values: Vec<String> = Vec::new();
    for name in names(line) {
        let Some(variable) = find(name) else { continue };
        let value = format!("{name} = {}", cut(&variable.value));
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values.truncate(VALUES_MAX);
    values.join(" · ")
}

/// The names that a line of Python mentions, without its comment; a word in a string is one too, which
/// seldom is a variable's name.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split('#').next().unwrap_or_default();
    let words = code.split(|character: char| !(character.is_alphanumeric() || character == '_'));
    words.filter(|word| word.starts_with(|first: char| !first.is_numeric()))
}

fn cut(value: &str) -> String {
    let one_line = value.replace(['\n', '\r'], "⏎");
    if one_line.chars().count() <= CHARACTERS_MAX {
        return one_line;
    }
    let kept: String = one_line.chars().take(CHARACTERS_MAX - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::super::{MomentCall, Variable};
    use super::*;

    fn moment(own: &[(&str, &str)], caller: &[(&str, &str)], module: &[(&str, &str)]) -> Moment {
        let call = |function: Option<&str>, variables: &[(&str, &str)]| MomentCall {
            function: function.map(str::to_owned),
            line: 1,
            variables: variables
                .iter()
                .map(|(name, value)| Variable {
                    name: (*name).to_owned(),
                    value: (*value).to_owned(),
                    is_new: false,
                    set_at: None,
                })
                .collect(),
        };
        Moment {
            line: 1,
            at: String::new(),
            fact: None,
            calls: vec![
                call(Some("get"), own),
                call(Some("serve"), caller),
                call(None, module),
            ],
            threads: Vec::new(),
        }
    }

    #[test]
    fn the_values_are_those_of_the_names_in_the_line() {
        let moment = moment(
            &[("key", "b'a'"), ("n", "3")],
            &[("n", "7"), ("hidden", "9")],
            &[("data", "{}"), ("key", "'other'")],
        );
        for (line, expected) in [
            (
                "    return data.get(key, n)",
                "data = {} · key = b'a' · n = 3",
            ),
            ("if n > 1 and n < 9:  # key", "n = 3"),
            ("hidden = 1", ""),
            ("pass", ""),
        ] {
            assert_eq!(line_values(&moment, line), expected, "{line}");
        }
    }

    #[test]
    fn what_the_line_has_done_comes_before_its_values() {
        let mut moment = moment(&[("x", "1")], &[], &[]);
        moment.fact = Some(MomentFact::Returned("b'+OK\\r\\n'".to_owned()));
        assert_eq!(line_values(&moment, "return x"), "returns b'+OK\\r\\n'");
        moment.fact = Some(MomentFact::Printed("a\nb\n".to_owned()));
        assert_eq!(line_values(&moment, "print(x)"), "prints a⏎b");
    }

    #[test]
    fn a_long_value_is_cut() {
        let moment = moment(&[("x", &"y".repeat(100))], &[], &[]);
        let shown = line_values(&moment, "x");
        assert_eq!(shown.chars().count(), CHARACTERS_MAX + 4);
        assert!(shown.ends_with('…'));
    }
}
