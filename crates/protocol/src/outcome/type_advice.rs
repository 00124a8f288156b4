//! Advice on values of the wrong type.

pub(super) const COROUTINE: &str = "That is a coroutine, of which nothing has run yet: put `await` before the \
                         call that makes it.";
pub(super) const FUNCTION: &str =
    "That is a function, not what it returns: parentheses after its name call it.";

pub(super) fn wrong_type(detail: &str) -> Option<&'static str> {
    let says = |words: &str| detail.contains(words);
    if says("'coroutine'") {
        return Some(COROUTINE);
    }
    if says("type 'builtin_function_or_method'")
        || says("type 'method'")
        || says("not 'builtin_function_or_method'")
        || says("not builtin_function_or_method")
        || says("method' object is not subscriptable")
        || says("'function' object is not subscriptable")
    {
        return Some(FUNCTION);
    }
    if says("bytes-like object is required, not 'str'")
        || says("must be a bytes-like object, not 'str'")
        || says("must be bytes or a tuple of bytes, not str")
        || says("a bytes-like object, or an integer") && says("'str'")
    {
        return Some(
            "That line needs bytes and has a text: put a `b` before plain quotes, or call `encode` on \
             the text.",
        );
    }
    if says("string as left operand, not bytes")
        || says("must be str or a tuple of str, not bytes")
        || says("must be str or None, not bytes")
        || says("must be str, not bytes")
    {
        return Some(
            "That line needs a text and has bytes: leave out the `b` before quotes, or call `decode` \
             on the bytes.",
        );
    }
    if says("can't concat str to bytes") || says("can only concatenate str (not \"bytes\")") {
        return Some(
            "Bytes and text don't join: `decode` makes a text of bytes, and `encode` or a `b` before \
             plain quotes makes bytes of a text.",
        );
    }
    if says("can't concat int to bytes") {
        return Some("Only bytes join bytes: `b\"%d\" % number` writes a number in digits.");
    }
    if says("can only concatenate str (not ") {
        return Some(
            "`+` joins a text with nothing but a text. In an f-string, as in `f\"{…}\"`, anything can \
             stand between the braces.",
        );
    }
    if detail == "'module' object is not callable" {
        return Some(
            "A module can't be called: name the class or the function in it, as in \
             `socket.socket()`.",
        );
    }
    if detail.starts_with("recv() takes at least 1 argument") {
        return Some("`recv` wants to know how many bytes to take at most, as in `recv(1024)`.");
    }
    if says("'NoneType' object is not ") {
        return Some(
            "`None` stands where a value was meant. A function that ends without `return` gives `None`, \
             for example.",
        );
    }
    is_self_missing(detail)
        .then_some("Python hands a method its object as the first argument: is `self` missing?")
}

/// Whether a method was given one argument more than it takes, as in `Server.run() takes 0
/// positional arguments but 1 was given`.
fn is_self_missing(detail: &str) -> bool {
    let given = || {
        let (name, rest) = detail.split_once("() takes ")?;
        let (takes, rest) = rest.split_once(" positional argument")?;
        let (_, rest) = rest.split_once(" but ")?;
        let (given, _) = rest.split_once(' ')?;
        let takes: u32 = takes.parse().ok()?;
        Some(name.contains('.') && given.parse() == Ok(takes + 1))
    };
    given().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::wrong_type;

    #[test]
    fn none_in_place_of_a_value_is_explained() {
        for detail in [
            "'NoneType' object is not subscriptable",
            "'NoneType' object is not iterable",
        ] {
            let advice = wrong_type(detail).unwrap();
            assert!(advice.starts_with("`None` stands"), "{advice}");
        }
    }
}
