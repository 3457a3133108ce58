//! One parameter of a query, decoded.

use std::borrow::Cow;

/// The value of a parameter whose name is compared as Hadoop does, without regard to case. Twice is an error: another
/// reader might take the other one.
pub(super) fn parameter<'a>(
    query: &'a str,
    name: &str,
) -> Result<Option<Cow<'a, str>>, &'static str> {
    let mut found = None;
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !decoded(key).is_ok_and(|key| key.eq_ignore_ascii_case(name)) {
            continue;
        }
        if found.replace(value).is_some() {
            return Err("it is given twice");
        }
    }
    found.map(decoded).transpose()
}

/// Without `+` and `%` (the form encoding that browsers and Java use in queries).
fn decoded(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if !text.contains(['+', '%']) {
        return Ok(text.into());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = rest.next().and_then(digit).zip(rest.next().and_then(digit));
                let (high, low) = digits.ok_or("a percent sign without two digits follows")?;
                high << 4 | low
            }
            other => other,
        });
    }
    String::from_utf8(bytes)
        .map(Cow::from)
        .map_err(|_| "it is not UTF-8")
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_however_it_is_spelt_and_never_guessed() {
        for (query, expected) in [
            ("op=OPEN&doas=alice", Ok(Some("alice"))),
            ("op=OPEN&doAs=alice", Ok(Some("alice"))),
            ("d%6fas=a%6Cice", Ok(Some("alice"))),
            ("doas=a+b", Ok(Some("a b"))),
            ("doas=%C3%BC", Ok(Some("ü"))),
            ("doas", Ok(Some(""))),
            ("doas=", Ok(Some(""))),
            ("xdoas=a&doas2=b&x=doas", Ok(None)),
            ("", Ok(None)),
            ("doas=a&doas=a", Err("it is given twice")),
            ("doas=a&DOAS", Err("it is given twice")),
            ("doas=%4", Err("a percent sign without two digits follows")),
            (
                "doas=%+1a",
                Err("a percent sign without two digits follows"),
            ),
            ("doas=%FF", Err("it is not UTF-8")),
            ("x=%FF&%=1&doas=a", Ok(Some("a"))),
        ] {
            let found = parameter(query, "doas");
            assert_eq!(found, expected.map(|value| value.map(Cow::from)), "{query}");
        }
    }
}
