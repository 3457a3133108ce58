//! Texts that setfacl reads, and does not.

use bailiwick::acl::Kind;

use crate::{Inode, folder};

/// What becomes of a text here and there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    /// Both do the same.
    Same,
    /// Both refuse.
    Refused,
    /// We refuse what setfacl takes for something.
    Stricter,
    /// We read what the manual promises and setfacl refuses.
    AsManual,
}

#[test]
fn texts_mean_what_they_mean_to_setfacl() {
    use Read::{AsManual, Refused, Same, Stricter};
    let texts = [
        ("-m", "u:1001:rwx", Same),
        ("-m", "user:1001:rwx", Same),
        ("-m", "1001:rw", Same),
        ("-m", "1001:", Refused),
        ("-m", "1001", Refused),
        ("-m", "u:1001", Refused),
        ("-m", "u:1001:", Refused),
        ("-m", "u::rw", Same),
        ("-m", "u:rw", Refused),
        ("-m", "user:rw", Refused),
        ("-m", ":rw", Stricter),
        ("-m", "::rw", Refused),
        ("-m", "d::rw", Stricter),
        ("-m", "d:u::rw", Same),
        ("-m", "d:1001:rw", Same),
        ("-m", "d:d:u:1001:r", Refused),
        ("-m", "default:g:1002:r", Same),
        ("-m", "def:g:1002:r", Refused),
        ("-m", "o:r", Same),
        ("-m", "o::r", Same),
        ("-m", "other:r", Same),
        ("-m", "o:1001:r", Refused),
        ("-m", "m:r", Same),
        ("-m", "m::r", Same),
        ("-m", "mask::r", Same),
        ("-m", "m:::r", Refused),
        ("-m", "m:1001:r", Refused),
        ("-m", "d:m:r", Same),
        ("-m", "USER:1001:r", Refused),
        ("-m", "U:1001:r", Refused),
        ("-m", "use:1001:r", Refused),
        ("-m", "u:1001:r,", Same),
        ("-m", "u:1001:r,,", Refused),
        ("-m", ",u:1001:r", Refused),
        ("-m", "u:1001:r,,g:1001:r", Refused),
        ("-m", "", Refused),
        ("-m", ",", Refused),
        ("-m", "u:1001:r,u:1001:w", Stricter),
        ("-m", "u : 1001 : rwx", Same),
        ("-m", "u:1001:rwx ", Same),
        ("-m", "u:1001:r ,g:1002:w", Same),
        ("-m", "u:1001:r, g:1002:w", AsManual),
        ("-m", " u:1001:r", AsManual),
        ("-m", "d: u:1001:r", AsManual),
        ("-m", "d :u:1001:r", Same),
        ("-m", "u:1001:r\n", Same),
        ("-m", "u:1001:r #x", Refused),
        ("-m", "u:1001:r:", Refused),
        ("-m", "u:1001:r:x", Refused),
        ("-m", "u:1001:7", Same),
        ("-m", "u:1001:0", Same),
        ("-m", "u:1001:007", Same),
        ("-m", "u:1001:000", Same),
        ("-m", "u:1001:8", Refused),
        ("-m", "u:1001:08", Refused),
        ("-m", "u:1001:77", Refused),
        ("-m", "u:1001:7r", Refused),
        ("-m", "u:1001:r7", Refused),
        ("-m", "u:1001:xwr", Same),
        ("-m", "u:1001:rr", Refused),
        ("-m", "u:1001:r-r", Refused),
        ("-m", "u:1001:XX", Refused),
        ("-m", "u:1001:xX", Same),
        ("-m", "u:1001:X", Same),
        ("-m", "d:u:1001:X", Same),
        ("-m", "u:1001:-", Same),
        ("-m", "u:1001:--------", Same),
        ("-m", "u:1001:-----x---", Same),
        ("-m", "u:1001:rwxt", Refused),
        ("-m", "u:1001:R", Refused),
        ("-m", "u:\\061\\060\\060\\061:r", Same),
        ("-m", "\\061001:r", Same),
        ("-x", "u:1003", Same),
        ("-x", "u:1003:", Same),
        ("-x", "u:1003::", Refused),
        ("-x", "u:1003:rwx", Refused),
        ("-x", "1003", Same),
        ("-x", "g:1003", Same),
        ("-x", "u:1003,g:1003", Same),
        ("-x", "u:1003,g:1003,m", Same),
        ("-x", "m", Refused),
        ("-x", "m,u:1003,g:1003", Same),
        ("-x", "m:", Refused),
        ("-x", "u:1003,u:1003", Stricter),
        ("-x", "u", Refused),
        ("-x", "u:", Refused),
        ("-x", "o", Refused),
        ("-x", "d:u:1003", Same),
        ("-x", "d:u", Same),
        ("-x", "d:u:", Same),
        ("-x", "d:u::", Same),
        ("-x", "d:g,d:o", Same),
        ("-x", "d:m", Refused),
        ("-x", "d:u:1003,d:m", Same),
        ("-x", "d:u:1003,d:m,d:u,d:g,d:o", Same),
        ("-x", "d", Stricter),
        ("-x", "default", Stricter),
        ("-x", "d:", Stricter),
        ("-x", "u:1009", Same),
        ("-x", "d:g:1009", Same),
        ("-x", "u:1003,", Same),
        ("-x", "u:1003,,g:1003", Refused),
        ("-x", "", Refused),
    ];
    let folder = folder();
    for (index, (option, text, expected)) in texts.into_iter().enumerate() {
        let mut inode = Inode::new(folder.path(), &index.to_string(), Kind::Directory, 0o750);
        // Masks that a change would recalculate.
        let start = "u:1003:rwx,g:1003:r,m::rw,d:u:1003:rwx,d:m::w";
        let start = ["-m", start].map(str::to_owned);
        assert!(inode.setfacl(&start).status.success());
        inode.do_ours(&start).unwrap();
        let words = [option, text].map(str::to_owned);
        let theirs = inode.setfacl(&words);
        let ours = inode.do_ours(&words);
        let seen = match (theirs.status.success(), &ours) {
            (true, Ok(())) => Same,
            (false, Err(_)) => Refused,
            (true, Err(_)) => Stricter,
            (false, Ok(())) => AsManual,
        };
        assert_eq!(seen, expected, "{words:?}: {theirs:?} {ours:?}");
        if matches!(seen, Same | Refused) {
            assert_eq!(inode.our_getfacl(), inode.getfacl(), "{words:?}");
        }
    }
}
