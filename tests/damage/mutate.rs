//! Stores with something wrong in them, at their seams.

use base64ct::{Base64, Encoding};

use crate::random::Random;

/// One to three changes: of single bytes anywhere, or of an element with all lengths around it made right again.
pub(crate) fn store(original: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(3) {
        bytes = match (random.below(3), bytes.first()) {
            (0, _) | (_, None) => plain(bytes, random),
            (_, Some(0x30)) => der(&bytes, random, 0),
            (_, Some(0xfe | 0xce)) => java(&bytes, random),
            _ => pem(&bytes, random),
        };
    }
    bytes
}

fn plain(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(3) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, byte(random)),
            _ => {
                let end = (at + random.below(64)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, part);
            }
        }
    }
    if random.once_in(16) && !bytes.is_empty() {
        bytes.truncate(random.below(bytes.len()));
    }
    bytes
}

fn byte(random: &mut Random) -> u8 {
    u8::try_from(random.below(256)).unwrap()
}

/// Something else in place of the content of an element.
fn content(old: &[u8], random: &mut Random) -> Vec<u8> {
    match random.below(6) {
        0 => Vec::new(),
        1 => old[..random.below(old.len() + 1)].to_vec(),
        2 => old.repeat(2 + random.below(3)),
        // As large a number as there is.
        3 => vec![0x7f; 1 + random.below(9)],
        4 => (0..random.below(40)).map(|_| byte(random)).collect(),
        _ => plain(old.to_vec(), random),
    }
}

/// Tag, content and rest, if this is an element.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk()?;
    let digits = if first < 0x80 {
        0
    } else {
        usize::from(first & 0x7f)
    };
    let (digits, rest) = rest.split_at_checked(digits.min(4))?;
    let len = match first {
        0..0x80 => usize::from(first),
        _ => digits
            .iter()
            .fold(0, |len, &digit| len << 8 | usize::from(digit)),
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u32::try_from(content.len()).unwrap().to_be_bytes();
    match content.len() {
        0..0x80 => [&[tag, len[3]], content].concat(),
        _ => [&[tag, 0x84], &len[..], content].concat(),
    }
}

/// Changes one of the elements, or one inside of it, inside of strings too.
fn der(bytes: &[u8], random: &mut Random, depth: usize) -> Vec<u8> {
    let mut elements = Vec::new();
    let mut rest = bytes;
    while let Some((tag, content, after)) = split(rest) {
        elements.push((tag, content));
        rest = after;
    }
    if elements.is_empty() {
        return plain(bytes.to_vec(), random);
    }
    let chosen = random.below(elements.len());
    let mut out = Vec::new();
    for (at, &(tag, old)) in elements.iter().enumerate() {
        if at != chosen {
            out.extend(wrap(tag, old));
            continue;
        }
        let whole = split(old).is_some_and(|(_, _, rest)| rest.is_empty());
        let inside = tag & 0x20 != 0 || (tag == 4 && whole);
        if inside && depth < 20 && !random.once_in(8) {
            out.extend(wrap(tag, &der(old, random, depth + 1)));
            continue;
        }
        match random.below(7) {
            0 => {}
            1 => out.extend(wrap(tag, old).repeat(2)),
            2 => out.extend(wrap(
                [2, 4, 0x24, 0x30, 0x31, 0xa0, 0x80][random.below(7)],
                old,
            )),
            3 => {
                let (tag, other) = elements[random.below(elements.len())];
                out.extend(wrap(tag, other));
            }
            // Without a length, and with or without an end.
            4 => {
                out.extend([tag | 0x20, 0x80]);
                out.extend(old);
                out.extend([0, 0].repeat(random.below(2)));
            }
            _ => out.extend(wrap(tag, &content(old, random))),
        }
    }
    out.extend(rest);
    out
}

/// The DER behind one of the lengths of four bytes; or another count or length.
fn java(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    if bytes.len() < 8 {
        return plain(bytes.to_vec(), random);
    }
    let fields: Vec<usize> = (0..bytes.len().saturating_sub(4))
        .filter(|&at| bytes[at + 4] == 0x30)
        .filter(|&at| {
            let len = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            at + 4 + usize::try_from(len).unwrap() <= bytes.len() && len > 60
        })
        .collect();
    if fields.is_empty() || random.once_in(4) {
        let mut bytes = bytes.to_vec();
        let at = 4 * random.below(bytes.len() / 4).min(6);
        bytes.splice(
            at..(at + 4).min(bytes.len()),
            [0, 0, 0, 1 << random.below(8)],
        );
        return bytes;
    }
    let at = *random.pick(&fields);
    let len = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let end = at + 4 + usize::try_from(len).unwrap();
    let new = der(&bytes[at + 4..end], random, 0);
    let len = u32::try_from(new.len()).unwrap().to_be_bytes();
    [&bytes[..at], &len, &new, &bytes[end..]].concat()
}

/// The DER of one of the sections; or a line of it.
fn pem(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return plain(bytes.to_vec(), random);
    }
    let at = random.below(lines.len());
    match random.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[random.below(lines.len())].clone()),
        2 => lines.swap(at, 0),
        _ => {
            let start = lines[..=at]
                .iter()
                .rposition(|line| line.starts_with("-----BEGIN"));
            let end = lines[at..]
                .iter()
                .position(|line| line.starts_with("-----END"));
            if let (Some(start), Some(end)) = (start, end)
                && let Ok(old) = Base64::decode_vec(&lines[start + 1..at + end].concat())
            {
                let new = Base64::encode_string(&der(&old, random, 0));
                lines.splice(start + 1..at + end, [new]);
            }
        }
    }
    lines.join("\n").into_bytes()
}
