//! Monaco as the site serves it. The crate `monaco` brings it with some eighty languages, and with its icons
//! inside: a fifth of the download. A page needs Python, and the icons once one is seen.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The language that stays.
const LANGUAGE: &str = "python";

/// How a notice of the licence begins. One stands before each registration of a language, and before the
/// languages themselves.
const NOTICE: &str = "/*!-----";
const NOTICE_END: &str = "*/";

/// How a language's value begins, after its name.
const VALUE: &str = "=Object.freeze({__proto__:null,conf:";

const EXPORTS: &str = "export{";

/// How a language's configuration uses what the module exports.
const EXPORTS_USED: &str = ".languages.";

const FONT_FACE: &str = "@font-face {\\n\\tfont-family: \"codicon\"";
const FONT_DATA: &str = "url(data:font/ttf;base64,";

/// Monaco with one language, and its icons apart.
#[derive(Debug)]
pub(crate) struct EditorBundle {
    /// The module.
    pub(crate) script: String,
    /// The font `codicon`, in TrueType. The page's load script names it to the browser, which loads it once an
    /// icon is seen.
    pub(crate) icons: Vec<u8>,
}

impl EditorBundle {
    /// Takes the crate's module apart. It is of one version, and another may look different: then this fails.
    pub(crate) fn of(module: &str) -> Result<Self> {
        let (script, icons) = take_icons(module)?;
        Ok(Self {
            script: keep_one_language(&script)?,
            icons,
        })
    }
}

/// Cuts the rule out of the style sheet that the module holds as a string.
fn take_icons(module: &str) -> Result<(String, Vec<u8>)> {
    let take = || {
        let (before, rest) = module.split_once(FONT_FACE)?;
        let (rule, after) = rest.split_once('}')?;
        let (_, data) = rule.split_once(FONT_DATA)?;
        let (data, _) = data.split_once(')')?;
        Some((format!("{before}{after}"), data))
    };
    let (script, data) = take().context("Monaco's font of icons is not where it was")?;
    let icons = STANDARD
        .decode(data)
        .context("Monaco's font of icons can't be decoded")?;
    Ok((script, icons))
}

/// The languages come last. What is before them names them only in functions that are called when a text of that
/// language is opened, and there is none but of this one.
fn keep_one_language(module: &str) -> Result<String> {
    let (before, exports) = module
        .rfind(EXPORTS)
        .map(|at| module.split_at(at))
        .context("Monaco exports nothing")?;
    let mut pieces = before.split(NOTICE);
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    let mut name = None;
    for piece in pieces {
        let (notice, code) = piece
            .split_once(NOTICE_END)
            .context("a notice in Monaco has no end")?;
        let code = code.trim();
        if is_languages(code) {
            let name = name.with_context(|| format!("Monaco registers no {LANGUAGE}"))?;
            let value = value_of(code, name)
                .with_context(|| format!("Monaco's {LANGUAGE} is not where it was"))?;
            kept.extend([&*value, exports]);
            return Ok(kept);
        }
        if registered(code).is_none() {
            kept.extend([NOTICE, notice, NOTICE_END, "\n", code, "\n"]);
            continue;
        }
        // Some register two.
        let mut rest = code;
        while !rest.is_empty() {
            let Some(Registered {
                language,
                value,
                code,
                after,
            }) = registered(rest)
            else {
                bail!("Monaco does more than to register languages: {rest:.60}");
            };
            if language == LANGUAGE {
                name = Some(value);
                kept.extend([NOTICE, notice, NOTICE_END, "\n", code, ";\n"]);
            }
            rest = after;
        }
    }
    bail!("Monaco's languages are not where they were")
}

/// A language's registration.
struct Registered<'module> {
    language: &'module str,
    /// The name of its value.
    value: &'module str,
    code: &'module str,
    /// What follows the comma or the semicolon after it.
    after: &'module str,
}

/// The registration that code such as `f({id:"abap",loader:()=>…{return o}))}),` begins with.
fn registered(code: &str) -> Option<Registered<'_>> {
    let (function, rest) = code.split_once("({id:\"")?;
    let (language, rest) = rest.split_once('"')?;
    let (_, rest) = rest.split_once("{return ")?;
    let (value, rest) = rest.split_once("}))})")?;
    let after = rest.strip_prefix([',', ';'])?;
    (is_name(function) && is_name(value)).then(|| Registered {
        language,
        value,
        code: &code[..code.len() - rest.len()],
        after: after.trim_start(),
    })
}

fn is_languages(code: &str) -> bool {
    let first = code
        .strip_prefix("var ")
        .and_then(|code| code.split_once(VALUE));
    first.is_some_and(|(name, _)| is_name(name))
}

/// The statements that define a language's value. It is built of its configuration, which may name the module's
/// exports by a copy of its own: `…)(copy,exports);var configuration={…},value=Object.freeze({…conf:configuration,…})`.
fn value_of(code: &str, name: &str) -> Option<String> {
    let at = code.find(&format!(",{name}{VALUE}"))?;
    let rest = &code[at + 1 + name.len() + VALUE.len()..];
    let (configuration, _) = rest.split_once(',')?;
    let start = if is_name(configuration) {
        code[..at].rfind(&format!(" {configuration}={{"))? + 1
    } else {
        at + 1
    };
    // What another language begins with may come along.
    let end = match rest.find(VALUE) {
        Some(next) => code.len() - rest.len() + rest[..next].rfind("),")? + 1,
        None => code.len(),
    };
    let value = &code[start..end];
    let copied = match value.split_once(EXPORTS_USED) {
        Some((before, _)) => {
            let copy = before.rsplit(|it: char| !is_part_of_name(it)).next()?;
            let (_, exports) = code.split_once(&format!(")({copy},"))?;
            let (exports, _) = exports.split_once(')')?;
            format!("var {copy}={exports};")
        }
        None => String::new(),
    };
    Some(format!("{copied}var {value};"))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_part_of_name)
}

fn is_part_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTICE_TEXT: &str = "/*!-----\n * Released under the MIT license\n *-----*/";

    fn module() -> String {
        let style = "i('@font-face {\\n\\tfont-family: \"codicon\";\\n\\tsrc: \
                     url(data:font/ttf;base64,AAEC) format(\"truetype\");\\n}.codicon { top: 0 }')";
        let register = |language: &str, value: &str| {
            format!(
                "{NOTICE_TEXT}\nG({{id:\"{language}\",loader:()=>P.then((function(){{return {value}}}))}})"
            )
        };
        let python = register("python", "p9");
        let abap = register("abap", "o8");
        [
            "let editor;",
            style,
            ";",
            NOTICE_TEXT,
            "((e)=>{})(editor);",
            &abap,
            ",",
            &python,
            ",",
            &register("yaml", "y7"),
            ";",
            NOTICE_TEXT,
            "var command={id:\"fold\"};",
            NOTICE_TEXT,
            "var o8=Object.freeze({__proto__:null,conf:{},language:{a:1}}),k9={};((e)=>{})(k9,PH);\
             var c9={p:/[),]/,i:k9.languages.Indent},p9=Object.freeze({__proto__:null,conf:c9,language:{p:2}}),\
             y7=Object.freeze({__proto__:null,conf:{},language:{y:3}});",
            NOTICE_TEXT,
            "var html={};",
            "export{editor as editor};",
        ]
        .concat()
    }

    #[test]
    fn one_language_stays_and_the_icons_are_apart() {
        let bundle = EditorBundle::of(&module()).unwrap();
        assert_eq!(bundle.icons, [0, 1, 2]);
        let script = &bundle.script;
        for kept in [
            "let editor;",
            "((e)=>{})(editor);",
            "G({id:\"python\"",
            "var command={id:\"fold\"};",
            "var k9=PH;var c9={p:/[),]/,i:k9.languages.Indent},p9=Object.freeze({__proto__:null,conf:c9,\
             language:{p:2}});export{editor as editor};",
            "Released under the MIT license",
            "i('.codicon { top: 0 }')",
        ] {
            assert!(script.contains(kept), "{kept} is not in {script}");
        }
        for left_out in ["abap", "yaml", "a:1", "y:3", "html", "font-face", "base64"] {
            assert!(!script.contains(left_out), "{left_out} is in {script}");
        }
    }

    #[test]
    fn a_module_that_looks_different_is_an_error() {
        for (part, told) in [
            ("font-family", "font of icons"),
            ("AAEC", "can't be decoded"),
            ("python", "registers no python"),
            ("p9=Object", "not where it was"),
            ("var o8", "languages are not where"),
            ("export{", "exports nothing"),
            ("y7}))});", "more than to register languages"),
        ] {
            let other = module().replace(
                part,
                if part.ends_with(';') {
                    "y7}))});more();"
                } else {
                    "!"
                },
            );
            let error = EditorBundle::of(&other).unwrap_err().to_string();
            assert!(error.contains(told), "{part}: {error}");
        }
    }
}
