//! Random patterns, replacements, rules and principals: most of them sound, some odd, some broken.

use crate::random::Random;

const ATOMS: [&str; 74] = [
    "a",
    "b",
    "A",
    "é",
    "ß",
    "-",
    "_",
    "0",
    ";",
    "@",
    "%",
    " ",
    ".",
    "a.b",
    "^",
    "$",
    "\\A",
    "\\z",
    "\\Z",
    "\\b",
    "\\B",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\h",
    "\\v",
    "\\R",
    "\\.",
    "\\$",
    "\\\\",
    "\\x41",
    "\\x{62}",
    "\\u0061",
    "\\0141",
    "\\cA",
    "\\t",
    "\\e",
    "\\-",
    "\\p{Lower}",
    "\\p{Upper}",
    "\\p{Alpha}",
    "\\P{Alnum}",
    "\\p{Punct}",
    "\\p{L}",
    "\\pL",
    "\\p{Lu}",
    "\\p{IsLl}",
    "\\p{Nd}",
    "\\Qa.b\\E",
    "\\Q*",
    "[ab]",
    "[^a]",
    "[a-c]",
    "[a-]",
    "[]a]",
    "[^-]",
    "[\\w.-]",
    "[a-z&&[^b]]",
    "[ab[0-9]]",
    "[^\\d;]",
    "[\\p{Upper}&&[A-M]]",
    "[a&b]",
    "[.$^*]",
    "[\\x41-\\x43]",
    "[\\Q^-]\\E]",
    "[a-c&&b-d&&c]",
    "[[a]b&&[b]]",
    "}",
    "]",
    "{",
    "\\ud83d\\ude00",
];

/// What stands in brackets.
const MEMBERS: [&str; 33] = [
    "a", "b", "c", "A", "0", "_", ";", "é", ".", "$", "(", "-", "&", "&&", "^", "]", "a-c", "b-d",
    "A-C", "!-~", "\\d", "\\w", "\\W", "\\s", "\\v", "\\h", "\\p{Lu}", "\\x41", "\\-", "\\[",
    "\\]", "\\Q-\\E", "\\Qb]",
];

const ODD: [&str; 36] = [
    "\\x\\Q41\\E",
    "\\0\\Q1\\E",
    "\\c\\Q1\\E",
    "*",
    "+",
    "?",
    "{2}",
    "\\",
    "\\i",
    "\\g",
    "\\1",
    "\\k<x>",
    "\\G",
    "\\X",
    "\\Q",
    "\\E",
    "[",
    "[]",
    "[^]",
    "[a-",
    "[z-a]",
    "[a&&]",
    "[^a[b]]",
    "[\\b]",
    "[\\R]",
    "\\x4",
    "\\x{}",
    "\\u12",
    "\\p",
    "\\p{",
    "\\p{Foo}",
    "\\p{IsGreek}",
    "\\08",
    "\\c",
    "a{2,1}",
    "\\N{DIGIT ONE}",
];

const QUANTIFIERS: [&str; 15] = [
    "*", "+", "?", "*?", "+?", "??", "{1}", "{2}", "{1,2}", "{1,}", "{0,2}?", "{2}?", "*+", "{0}",
    "{,2}",
];

const GROUPS: [&str; 16] = [
    "(", "(", "(", "(", "(?:", "(?:", "(?i:", "(?<x>", "(?i-s:", "(?-i:", "(?s)(", "(?=", "(?!",
    "(?<=", "(?>", "(?m:",
];

fn one<'a>(random: &mut Random, among: &[&'a str]) -> &'a str {
    random.pick::<&str>(among)
}

/// A pattern; in a filter there can be no `)`, so no group.
pub(crate) fn pattern(random: &mut Random, groups: bool) -> String {
    let mut text = String::new();
    if random.percent(20) {
        text.push_str(one(random, &["^", ".*", "(?i)"]));
    }
    alternatives(random, groups, 2, &mut text);
    if random.percent(20) {
        text.push_str(one(random, &["$", ".*", "\\z"]));
    }
    if !groups {
        text = text.replace(['(', ')'], "");
    }
    text.replace('/', "")
}

fn alternatives(random: &mut Random, groups: bool, depth: usize, text: &mut String) {
    sequence(random, groups, depth, text);
    while random.percent(15) {
        text.push('|');
        sequence(random, groups, depth, text);
    }
}

fn sequence(random: &mut Random, groups: bool, depth: usize, text: &mut String) {
    for _ in 0..random.below(4) {
        if random.once_in(40) {
            text.push_str(one(random, &ODD));
        } else if groups && depth > 0 && random.percent(25) {
            // Look-around and flags that are not supported stand at the end.
            let most = if random.percent(90) {
                GROUPS.len() - 5
            } else {
                GROUPS.len()
            };
            text.push_str(one(random, &GROUPS[..most]));
            alternatives(random, groups, depth - 1, text);
            if !random.once_in(60) {
                text.push(')');
            }
        } else if random.percent(10) {
            brackets(random, 2, text);
        } else if random.percent(60) {
            text.push_str(one(random, &ATOMS[..18]));
        } else {
            text.push_str(one(random, &ATOMS));
        }
        if random.percent(30) {
            let most = if random.percent(95) {
                QUANTIFIERS.len() - 3
            } else {
                QUANTIFIERS.len()
            };
            text.push_str(one(random, &QUANTIFIERS[..most]));
        }
    }
}

fn brackets(random: &mut Random, depth: usize, text: &mut String) {
    text.push('[');
    if random.percent(10) {
        text.push('^');
    }
    for _ in 0..=random.below(4) {
        if depth > 0 && random.percent(15) {
            brackets(random, depth - 1, text);
        } else {
            text.push_str(one(random, &MEMBERS));
        }
    }
    if !random.once_in(40) {
        text.push(']');
    }
}

const REPLACEMENTS: [&str; 22] = [
    "", "", "", "x", "x", "hdfs", "$0", "<$0>", "$1", "$1$1", "[$1|$2]", "$2", "\\$1", "a\\\\b",
    "${x}", "$01", "$10", "$3x", "$", "$x", "\\", "${y",
];

pub(crate) fn replacement(random: &mut Random) -> &'static str {
    one(random, &REPLACEMENTS)
}

const LETTERS: [&str; 17] = [
    "a", "a", "a", "b", "b", "c", "A", "B", "0", "_", "-", ".", ";", " ", "ab", "1", "%",
];
const FOREIGN: [&str; 7] = ["é", "É", "ß", "İ", "\u{a0}", "ǅ", "日"];

/// A part of a name, without `/` and `@`.
pub(crate) fn word(random: &mut Random, foreign: bool) -> String {
    let letters = random.below(6) + 1;
    (0..letters)
        .map(|_| match foreign && random.percent(20) {
            true => one(random, &FOREIGN),
            false => one(random, &LETTERS),
        })
        .collect()
}

const FORMATS: [&str; 20] = [
    "$1",
    "$1",
    "$1",
    "$1@$0",
    "$1@$0",
    "$1@$0",
    "$1/$2@$0",
    "$2",
    "$2@$0",
    "$1;$2",
    "$1%$2@$0",
    "",
    "x$1",
    "$0",
    "$01",
    "$3",
    "$",
    "$1$2",
    "$99999999999",
    "a\nb",
];

const FILTERS: [&str; 20] = [
    ".*",
    ".*@A",
    ".*@B\\.C",
    ".*@B.C",
    "a.*@B.C",
    "..*.C",
    ".*.@..*",
    "^.*;b$",
    "a.*",
    "[ab]+.*",
    "nn/.*@.*",
    ".*@.*",
    "a",
    "a@A",
    "[^@]*@A",
    ".*@[AB].*",
    "(a",
    "[nd]n@A",
    "\\w+@\\w+",
    ".+",
];

const FROMS: [&str; 17] = [
    "(.*)a$",
    "(.*);",
    "(.*)@",
    "@.*",
    "@.*",
    "/.*",
    ".*",
    "^.*$",
    "@A",
    ";b$",
    "([^@]*)@(.*)",
    "^(.*)@A$",
    "(?<x>a)|b",
    "[./@]",
    "",
    "(a)(b)?",
    "[A-Z]",
];

const COUNTS: [&str; 11] = [
    "1",
    "1",
    "1",
    "2",
    "2",
    "2",
    "2",
    "01",
    "3",
    "0",
    "99999999999",
];

/// What may stand for a rule.
fn rule(random: &mut Random) -> String {
    let whole = [
        "DEFAULT",
        "DEFAULT",
        "DEFAULT",
        "DEFAULT/L",
        "DEFAULTL",
        "RULE",
        "RULE:[:$1]",
        "RULE:[x:$1]",
        "default",
    ];
    if random.percent(20) {
        let most = if random.percent(85) { 4 } else { whole.len() };
        return (one(random, &whole[..most])).to_owned();
    }
    let most = if random.percent(93) { 7 } else { COUNTS.len() };
    let count = one(random, &COUNTS[..most]);
    let most = if random.percent(96) {
        10
    } else {
        FORMATS.len()
    };
    let mut format = one(random, &FORMATS[..most]);
    if count == "1" && format.contains("$2") && !random.once_in(20) {
        format = "$1@$0";
    }
    let mut text = format!("RULE:[{count}:{format}]");
    if random.percent(65) {
        let filter = match random.percent(70) {
            true => one(random, &FILTERS).to_owned(),
            false => pattern(random, false),
        };
        text.push_str(&format!("({filter})"));
    }
    if random.percent(70) {
        let from = match random.percent(75) {
            true => (one(random, &FROMS)).to_owned(),
            false => pattern(random, true),
        };
        let most = if random.percent(80) {
            6
        } else {
            REPLACEMENTS.len()
        };
        let to = one(random, &REPLACEMENTS[..most]);
        text.push_str(&format!("s/{from}/{to}/"));
        if random.percent(25) {
            text.push('g');
        }
    }
    text.push_str(one(random, &["", "", "", "", "/L", "L", "/"]));
    if random.once_in(60) {
        text.push_str(one(random, &[")", "x", "g", "/L/L", "(", "]", "s/a/b"]));
    }
    text
}

pub(crate) fn rules(random: &mut Random) -> String {
    let count = if random.once_in(40) {
        0
    } else {
        random.below(4) + 1
    };
    let mut text = String::from(one(random, &["", "", "\n ", "\u{1}"]));
    for _ in 0..count {
        text.push_str(&rule(random));
        text.push_str(one(random, &["", " ", "\n", "\t\u{b}", "\n  "]));
    }
    text
}

const REALMS: [&str; 6] = ["A", "A", "A", "B.C", "BxC", "EXAMPLE.COM"];

/// A principal, maybe with characters beyond ASCII.
pub(crate) fn principal(random: &mut Random, foreign: bool) -> String {
    let foreign = foreign && random.percent(20);
    let service = match random.percent(50) {
        true => (one(random, &["a", "nn", "dn", "Ab", "hdfs", "a;b"])).to_owned(),
        false => word(random, foreign),
    };
    let mut text = service;
    if random.percent(50) {
        text.push('/');
        let host = word(random, foreign);
        text.push_str(one(random, &["b", "root", "host.b.c", &host]));
    }
    if random.percent(92) {
        text.push('@');
        text.push_str(one(random, &REALMS));
    }
    if random.once_in(25) {
        text.push_str(one(
            random,
            &["@", "/", "@A", "/x", "\n", "\u{2028}", "\u{85}", "\t"],
        ));
    }
    if random.once_in(100) {
        text.clear();
    }
    text
}
