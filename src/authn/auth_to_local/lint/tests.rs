//! Rules with and without findings.

use super::*;

fn findings(text: &str) -> Vec<String> {
    let rules = AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM").unwrap();
    let findings = rules.lint();
    findings.iter().map(ToString::to_string).collect()
}

/// Of Hadoop's, Ambari's and Cloudera's documentation, with the dots escaped.
#[test]
fn usual_rules_are_not_suspicious() {
    for text in [
        "DEFAULT",
        AuthToLocal::WITHOUT_KERBEROS,
        r"RULE:[2:$1/$2@$0]([ndj]n/.*@REALM\.TLD)s/.*/hdfs/
          RULE:[2:$1/$2@$0]([rn]m/.*@REALM\.TLD)s/.*/yarn/
          RULE:[2:$1/$2@$0](jhs/.*@REALM\.TLD)s/.*/mapred/
          DEFAULT",
        r"RULE:[1:$1@$0](^.*@YAHOO\.COM$)s/^(.*)@YAHOO\.COM$/$1/ RULE:[2:$1](johndoe)s/^.*$/guest/
          RULE:[2:$1;$2](^.*;admin$)s/;admin$// RULE:[2:$2](root) DEFAULT",
        r"RULE:[1:$1@$0](.*@ACME\.COM)s/@ACME\.COM// RULE:[2:$1@$0](.*@ACME\.COM)s/@.*// DEFAULT",
        r"RULE:[2:$1%$2@$0](.*%admin@APACHE\.ORG)s/.*/admin/ DEFAULT",
        r"RULE:[2:$1@$0]([jt]t@.*EXAMPLE\.COM)s/.*/mapred/ RULE:[2:$1@$0](rm@EXAMPLE\.COM)s/(.*)@.*/yarn/
          RULE:[1:$1@$0](ambari-qa-c1@EXAMPLE\.COM)s/.*/ambari-qa/
          RULE:[1:$1@$0](.*@EXAMPLE\.COM)s/@.*///L RULE:[1:$1]/L RULE:[2:$1]/L",
        r"RULE:[1:$1@$0](\d.b@\QA.B\E[C.D]\..*)s/@.*//",
        // The earlier rules are for others.
        r"DEFAULT RULE:[1:$1@$0](.*@SUB\.EXAMPLE\.COM)s/@.*// RULE:[1:$1](.*EXAMPLE\.COM)
          RULE:[1:$1@$0](.*@B)s/@.*// RULE:[1:$0](.*@B) RULE:[2:$1@$0](.*@B)s/@.*//",
        // The one that would become no name is decided before.
        r"RULE:[1:$1](a.*)s/.*/x/ RULE:[1:$1](a|b)s/^a/:/",
        r"RULE:[1:$1@$0](.*@EXAMPLE\.COM)s/@.*// RULE:[1:$1@$0]",
        // Everywhere is what is meant.
        r"RULE:[1:$1]s/\./_/g",
        r"RULE:[1:$1@$0](.*@A\.ORG)s/(@.*)//",
        "RULE:[1:$1]([]a.b]*)s/.*/x/ RULE:[2:$1]([^]a.b]*)s/.*/x/",
    ] {
        assert_eq!(findings(text), [""; 0], "{text}");
    }
}

#[test]
fn what_is_probably_not_meant_is_found() {
    for (text, expected) in [
        (
            "RULE:[1:$1] RULE:[1:$1](a) RULE:[2:$1] DEFAULT",
            vec![
                "rule 2 at byte 12: it is never asked, because rule 1 decides before it; move it up or remove it",
                "rule 4 at byte 39: it is never asked, because rules 1 and 3 decide before it; move it up or remove it",
            ],
        ),
        (
            "DEFAULT DEFAULT/L",
            vec![
                "rule 2 at byte 8: it is never asked, because rule 1 decides before it; move it up or remove it",
            ],
        ),
        (
            r"RULE:[1:$1@$0](.*@A\.B)s/@.*// RULE:[1:$1@$0](root@A\.B)s/.*/admin/ RULE:[1:$1@$0](r.*@A\.B)s/@.*///L",
            vec![
                "rule 2 at byte 31: it is never asked, because rule 1 decides before it; move it up or remove it",
                "rule 3 at byte 68: it is never asked, because rule 1 decides before it; move it up or remove it",
            ],
        ),
        (
            r"DEFAULT RULE:[1:$1@$0](.*@EXAMPLE\.COM)s/@.*///L RULE:[2:$1@$0](HTTP@EXAMPLE\.COM)s/.*/web/",
            vec![
                "rule 2 at byte 8: it is never asked, because rule 1 decides before it; move it up or remove it",
                "rule 3 at byte 49: it is never asked, because rule 1 decides before it; move it up or remove it",
            ],
        ),
        (
            r"RULE:[1:$1@$0](.*)s/@EXAMPLE\.COM//",
            vec![
                r"rule 1 at byte 20: `@EXAMPLE\.COM` may be found in the middle of a name; begin it with `^` or end it with `$`",
            ],
        ),
        (
            "RULE:[1:$1@$0](a{5,}@R)",
            vec![
                "rule 1 at byte 0: it makes `aaaaa@R` of `aaaaa@R`, which is no user name; replace what is too much, as in `(.*@REALM)s/@.*//`",
            ],
        ),
        (
            r"RULE:[1:$1@$0]s/@EXAMPLE\.COM//",
            vec![
                r"rule 1 at byte 16: `@EXAMPLE\.COM` may be found in the middle of a name; begin it with `^` or end it with `$`",
            ],
        ),
        (
            "RULE:[1:$1](a)s/a/b/ RULE:[1:$1](a)s/a/c/ RULE:[1:$1](b) RULE:[1:$1](.*) RULE:[1:$1](c)",
            vec![
                "rule 2 at byte 21: it is never asked, because rule 1 decides before it; move it up or remove it",
                "rule 5 at byte 73: it is never asked, because rule 4 decides before it; move it up or remove it",
            ],
        ),
        (
            "DEFAULT/L",
            vec![
                "rule 1 at byte 0: `DEFAULT` ignores the `L`; write `RULE:[1:$1@$0](.*@REALM)s/@.*///L` and the same with `2:`",
            ],
        ),
        (
            "RULE:[3:$1]",
            vec![
                "rule 1 at byte 0: it is for 3 components, and Hadoop reads principals with 1 or 2; write 1 or 2, or remove it",
            ],
        ),
        (
            "RULE:[1:$1@$0]",
            vec![
                "rule 1 at byte 0: it makes `alice@EXAMPLE.COM` of `alice@EXAMPLE.COM`, which is no user name; replace what is too much, as in `(.*@REALM)s/@.*//`",
            ],
        ),
        (
            r"RULE:[2:$1/$2@$0](hdfs/.*@A\.ORG)s/@.*//",
            vec!["rule 1 at byte 0: it makes `hdfs/a` of `hdfs/a@A.ORG`, which is no user name"],
        ),
        (
            r"RULE:[2:$1;$2](.*;admin)s/;admin//",
            vec![
                "rule 1 at byte 26: `;admin` may be found in the middle of a name; begin it with `^` or end it with `$`",
            ],
        ),
        (
            r"RULE:[1:$1@$0](.*@A\.ORG)s/^(.*)@A\.ORG$/$1/g RULE:[1:$1@$0](.*@B)s/@.*//g",
            vec![
                "rule 1 at byte 27: there is only one match for the pattern; remove the `g`",
                "rule 2 at byte 68: there is only one match for the pattern; remove the `g`",
            ],
        ),
        (
            r"RULE:[1:$1@$0](nn@A)s/.*/hdfs/g RULE:[1:$1]s/(.*)/$1/g",
            vec![
                "rule 1 at byte 22: with `g` the empty end is replaced as well, and `nn@A` becomes `hdfshdfs`; remove the `g`",
            ],
        ),
        (
            r"RULE:[1:$1@$0](.*@A\.B.C)s/@.*//",
            vec![
                r"rule 1 at byte 22: the dot in `.*@A\.B.C` stands for any character, and lets other names in; write `\.`",
            ],
        ),
    ] {
        assert_eq!(findings(text), expected, "{text}");
    }
    let mit = AuthToLocal::parse("RULE:[1:$1@$0]", RuleMechanism::Mit, "R").unwrap();
    assert_eq!(mit.lint(), []);
    // Whoever has no realm is of none, whatever it is called.
    let text = "DEFAULT RULE:[2:$1@$0](.*@null)s/@.*//";
    let null = AuthToLocal::parse(text, RuleMechanism::Hadoop, "null").unwrap();
    assert_eq!(null.lint(), []);
}
