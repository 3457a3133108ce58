//! Rules and principals, one by one. Many more are in `tests/auth_to_local`, beside Java.

use super::*;

fn rules(text: &str) -> AuthToLocal {
    AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM").unwrap()
}

fn refused(text: &str) -> String {
    AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM")
        .unwrap_err()
        .to_string()
}

fn answer(rules: &AuthToLocal, principal: &str) -> String {
    match rules.translate(principal) {
        Ok(name) => name.into_owned(),
        Err(error) => format!("! {error}"),
    }
}

#[test]
fn the_first_rule_that_applies_decides() {
    let rules = rules(
        "RULE:[1:$1@$0](.*@A)s/@.*//\n\tRULE:[2:$1;$2](^.*;admin$)s/;admin$// RULE:[2:$2](root)DEFAULT",
    );
    for (principal, expected) in [
        ("a@A", "a"),
        ("a@B", "! No rules applied to a@B"),
        ("a@EXAMPLE.COM", "a"),
        ("a/admin@X", "a"),
        ("a/root@X", "root"),
        ("a/b@EXAMPLE.COM", "a"),
        ("a/b@X", "! No rules applied to a/b@X"),
        ("a/b", "! No rules applied to a/b"),
        ("a/root", "root"),
        // No rule is asked.
        ("a", "a"),
        ("", ""),
        ("a/b/c", "a/b/c"),
        ("a@b@c", "! Malformed Kerberos name: a@b@c"),
    ] {
        assert_eq!(answer(&rules, principal), expected, "{principal}");
    }
}

#[test]
fn a_name_that_is_not_simple_ends_the_search() {
    let text = "RULE:[1:$1@$0]/L RULE:[1:$1] RULE:[2:$1](a)s/a/x@y/g";
    let hadoop = rules(text);
    assert_eq!(
        answer(&hadoop, "A@B"),
        "! Non-simple name A@B after auth_to_local rule RULE:[1:$1@$0]/L"
    );
    assert_eq!(
        answer(&hadoop, "a/b@B"),
        "! Non-simple name x@y after auth_to_local rule RULE:[2:$1](a)s/a/x@y/g"
    );
    let mit = AuthToLocal::parse(text, RuleMechanism::Mit, "EXAMPLE.COM").unwrap();
    assert_eq!(answer(&mit, "A@B"), "a@b");
    assert_eq!(mit.short_name("A@B").unwrap().as_str(), "a@b");
    assert_eq!(answer(&mit, "c/d@E"), "c/d@E");
    assert_eq!(
        mit.short_name("c/d@E").unwrap_err().to_string(),
        "local name of c/d@E: user name \"c/d@E\" holds '/' at byte 1"
    );
}

#[test]
fn what_is_no_user_name_is_said_to_be_none() {
    let rules = rules("RULE:[1:]s/x/y/ RULE:[2:$1:$2]");
    assert_eq!(answer(&rules, "a@B"), "");
    assert_eq!(
        rules.short_name("a@B").unwrap_err().to_string(),
        "local name of a@B: user name is empty"
    );
    assert_eq!(
        rules.short_name("a/b@B").unwrap_err().to_string(),
        "local name of a/b@B: user name \"a:b\" holds ':' at byte 1"
    );
    assert_eq!(
        rules.short_name("").unwrap_err().to_string(),
        "local name of : user name is empty"
    );
    let error = rules.short_name("a\u{2028}@B").unwrap_err().to_string();
    assert_eq!(
        error,
        "Kerberos name \"a\\u{2028}@B\" holds a line terminator at byte 1"
    );
}

#[test]
fn without_rules_nobody_has_a_name_or_everybody_their_own() {
    for text in ["", " \n"] {
        assert_eq!(answer(&rules(text), "a@B"), "! No rules applied to a@B");
        let mit = AuthToLocal::parse(text, RuleMechanism::Mit, "").unwrap();
        assert_eq!(answer(&mit, "a/b@B"), "a/b@B");
    }
    let rules = rules(AuthToLocal::WITHOUT_KERBEROS);
    assert_eq!(answer(&rules, "a/b@B"), "a");
    assert_eq!(answer(&rules, "a@B"), "a");
}

#[test]
fn the_grammar_is_as_odd_as_that_of_hadoop() {
    for (text, principal, expected) in [
        ("DEFAULT/L", "A@EXAMPLE.COM", "A"),
        ("DEFAULTL", "A@EXAMPLE.COM", "A"),
        ("DEFAULT/", "A@EXAMPLE.COM", "A"),
        ("RULE:[1:$1]L", "A@B", "a"),
        ("RULE:[1:$1]/", "A@B", "A"),
        ("RULE:[01:$1]", "A@B", "A"),
        ("RULE:[1:$1](A)s/A/b/g/L", "A@B", "b"),
        // The text of one format is not for the next.
        ("RULE:[1:x$1](xB)RULE:[1:y$1](yA)", "A@B", "yA"),
        ("RULE:[1:$1](A)s/A/B///L", "A@B", "! Invalid rule: /L"),
        ("RULE:[1:$1]DEFAULT", "A@B", "A"),
        ("RULE:[2:$1]\x0bDEFAULT", "A@EXAMPLE.COM", "A"),
        ("RULE:[2:$2](a/b)", "A@B", "! No rules applied to A@B"),
        ("RULE:[1:$1;$0]s/;.*/[/", "A@B", "A["),
        ("RULE:[0:$9] RULE:[3:$]s/a/$4/ RULE:[1:$1]", "A@B", "A"),
        // The name of a realm that is not there.
        ("RULE:[2:$0]", "a/b", "null"),
        ("RULE:[1:$1]/L", "İΑΣ@B", "i\u{307}ας"),
    ] {
        match AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM") {
            Ok(rules) => assert_eq!(answer(&rules, principal), expected, "{text}"),
            Err(error) => assert_eq!(format!("! {error}"), expected, "{text}"),
        }
    }
}

#[test]
fn what_is_wrong_with_rules_is_said_with_its_place() {
    for (text, expected) in [
        ("FOO", "Invalid rule: FOO"),
        ("DEFAULT foo ", "Invalid rule:  foo"),
        ("RULE:[1:$1", "Invalid rule: RULE:[1:$1"),
        ("RULE:[x:$1]", "Invalid rule: RULE:[x:$1]"),
        ("RULE:[1:$1](a", "Invalid rule: (a"),
        ("RULE:[1:$1]s/a/b", "Invalid rule: s/a/b"),
        ("RULE:[1:$1](a))", "Invalid rule: )"),
        (
            "RULE:[:$1]",
            "For input string: \"\" (rule 1 at byte 6: expected the number of components)",
        ),
        (
            "RULE:[2147483648:$1]",
            "For input string: \"2147483648\" (rule 1 at byte 6: expected the number of components)",
        ),
        (
            "DEFAULT RULE:[1:x$2]",
            "index 2 from x$2 is outside of the valid range 0 to 1 (rule 2 at byte 17)",
        ),
        (
            "RULE:[1:$]",
            "bad format in username mapping in  (rule 1 at byte 8)",
        ),
        (
            "RULE:[1:$1](a**)",
            "there is nothing that `*` could repeat (rule 1 at byte 14, pattern `a**`)",
        ),
        (
            "RULE:[1:$1]s/(?=a)/b/",
            "look-ahead `(?=` is not supported: names are matched in linear time, without going back \
             (rule 1 at byte 13, pattern `(?=a)`)",
        ),
        (
            "RULE:[1:$1]s/a/x$1/",
            "No group 1 (rule 1 at byte 16, replacement `x$1`)",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
    let many = "DEFAULT ".repeat(1001);
    assert_eq!(
        refused(&many),
        "auth_to_local rules take more than 1000 rules: the limit is 1000"
    );
    assert!(refused(&"x".repeat(MAX_TEXT + 1)).contains("262145 bytes"));
    let large = refused("RULE:[1:$1]s/(?:\\p{L}{100}){100}/a/");
    assert!(
        large.contains(
            "too much memory for the pattern `(?:\\p{L}{100}){100}` of rule 1 at byte 13"
        ),
        "{large}"
    );
}

#[test]
fn what_java_has_and_this_has_not_is_named_with_its_place() {
    for (pattern, at, construct) in [
        ("a(?=b)", 1, "look-ahead `(?=`"),
        ("(?!b)", 0, "look-ahead `(?!`"),
        ("a(?<=b)", 1, "look-behind `(?<=`"),
        ("(?<!b)", 0, "look-behind `(?<!`"),
        ("a(?>b)", 1, "atomic group `(?>`"),
        ("a(?im)", 4, "flag `m`"),
        ("(a)\\1", 3, "`\\1`"),
        ("(?<x>a)\\k<x>", 7, "`\\k`"),
        ("ab*+", 2, "possessive quantifier"),
        ("a(b*)*", 1, "repetition of a group that may match nothing"),
        (
            "(?:b|){2}",
            0,
            "repetition of a group that may match nothing",
        ),
        ("\\G", 0, "`\\G`"),
        ("a\\X", 1, "`\\X`"),
        ("\\b{g}", 0, "`\\b`"),
        ("\\N{DIGIT ONE}", 0, "`\\N`"),
        ("a\\p{IsGreek}", 1, "class `\\p{IsGreek}`"),
        ("(?i)\\p{Lu}", 4, "class `\\p{Lu}`"),
        ("[^a[b]]", 0, "`[^` before `[` or `&&` in brackets"),
        // In Java the first is `b` or `&abd`, by the version.
        ("[ab&&[bc]&d]", 3, "`&&` in this place"),
        ("[ab&&[bc]d]", 3, "`&&` in this place"),
        ("[\\v-a]", 1, "`\\v`"),
        ("[\\t-\\v]", 4, "`\\v`"),
        ("\\c\\Q1\\E", 0, "`\\Q` within an escape"),
        ("\\x4\\Q1\\E", 0, "`\\Q` within an escape"),
        (
            "(?:[a&&b]|(x*))*",
            0,
            "repetition of a group that may match nothing",
        ),
        ("a{2}{3}", 4, "`{` in this place"),
        ("a{1001}", 1, "so great a count"),
        ("\\ud800", 0, "surrogate"),
    ] {
        let rule = format!("RULE:[1:$1]s/{pattern}/x/");
        let error = AuthToLocal::parse(&rule, RuleMechanism::Hadoop, "R").unwrap_err();
        let RulesError::Unsupported {
            rule: 1,
            at: place,
            construct: named,
            ..
        } = &error
        else {
            panic!("{pattern}: {error}");
        };
        assert_eq!((place - 13, named.as_str()), (at, construct), "{error}");
    }
    let deep = format!("RULE:[1:$1]s/{}/x/", "(?:".repeat(51));
    assert!(refused(&deep).starts_with("so deep a nesting is not supported: the limit is 50"));
    let groups = format!("RULE:[1:$1]s/{}/x/", "(a)".repeat(32));
    assert!(refused(&groups).starts_with("so many groups is not supported: the limit is 31"));
    let long = format!("RULE:[1:$1]s/{}/x/", "a".repeat(1025));
    assert!(refused(&long).starts_with("a pattern of so many characters is not supported"));
}

/// In Java `(?:a(b))*c|.*` finds all of `abd` and leaves `b` in its group, also with `{1}`.
#[test]
fn groups_that_java_fills_in_passing_are_not_asked() {
    for (pattern, at) in [
        ("x(?:a(b))*c|.*", 1),
        ("((a)b){2}", 0),
        ("(?:(alice)@){1}EXAMPLE\\.COM|.*", 0),
        ("x(?:a(b)){1,1}?c|.*", 1),
    ] {
        let with = |replacement| {
            let rule = format!("RULE:[1:$1]s/{pattern}/{replacement}/");
            AuthToLocal::parse(&rule, RuleMechanism::Hadoop, "R")
        };
        let error = with("u$1").unwrap_err();
        let RulesError::Unsupported {
            at: place,
            construct,
            ..
        } = error
        else {
            panic!("{pattern}: {error}");
        };
        assert_eq!(construct, "repetition of what holds a group");
        assert_eq!(place - 13, at, "{pattern}");
        for replacement in ["", "u", "$0"] {
            assert!(with(replacement).is_ok(), "{pattern} {replacement}");
        }
    }
    for pattern in ["(a)*", "(?:(a)b)?", "(a){1}"] {
        let rule = format!("RULE:[1:$1]s/{pattern}/$1/");
        assert!(AuthToLocal::parse(&rule, RuleMechanism::Hadoop, "R").is_ok());
    }
    let rules = rules(r"RULE:[1:$1@$0]s/@(([A-Z0-9]+)\.)*EXAMPLE\.COM$//");
    assert_eq!(answer(&rules, "a@B.C.EXAMPLE.COM"), "a");
}

#[test]
fn an_octal_escape_ends_before_it_is_too_great() {
    let rules = rules(r"RULE:[1:$1]s/\0611|\0141|\060/x/g");
    assert_eq!(answer(&rules, "11a0b@R"), "xxxb");
}

/// It would take longer than anybody waits if the engine went back.
#[test]
fn a_rule_that_is_exponential_in_java_is_linear() {
    let rules = rules(r"RULE:[1:$1]s/^(a+)+(a|aa)+(.*a){9}$/x/");
    let principal = format!("{}b@R", "a".repeat(1000));
    assert_eq!(answer(&rules, &principal), principal.trim_end_matches("@R"));
}

#[test]
fn mechanisms_are_read_in_any_case() {
    assert_eq!("HADOOP".parse(), Ok(RuleMechanism::Hadoop));
    assert_eq!("Mit".parse(), Ok(RuleMechanism::Mit));
    let error = "heimdal".parse::<RuleMechanism>().unwrap_err();
    assert_eq!(error.to_string(), "Invalid rule mechanism: heimdal");
}

#[test]
fn an_explanation_says_why_each_rule_does_not_apply() {
    let rules = rules("RULE:[2:$1] RULE:[1:$1](b) DEFAULT RULE:[1:x@y] DEFAULT");
    let explained = |principal| rules.explain(principal).to_string();
    assert_eq!(
        explained("a@B"),
        "Non-simple name x@y after auth_to_local rule RULE:[1:x@y]
  1. RULE:[2:$1]: is for 2 components, and there is 1
  2. RULE:[1:$1](b): the filter does not match `a`
  3. DEFAULT: is for the default realm `EXAMPLE.COM` only
  4. RULE:[1:x@y]: applies, and makes `x@y`
  5. DEFAULT: is not asked any more
"
    );
    assert_eq!(
        explained("a"),
        "a is a\n  No rule made the name: the principal is its own.\n"
    );
    assert_eq!(explained("a@b@c"), "Malformed Kerberos name: a@b@c\n");
    let mit = AuthToLocal::parse("RULE:[2:$1]", RuleMechanism::Mit, "").unwrap();
    assert_eq!(
        mit.explain("a@B").to_string(),
        "a@B is a@B
  1. RULE:[2:$1]: is for 2 components, and there is 1
  No rule made the name: the principal is its own.
"
    );
}
