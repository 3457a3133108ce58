//! Entries of Alluxio and HDFS: parts between colons, whatever is empty at the end dropped, as Java's `split` does.

use super::item::{Item, Type};
use super::perm::read_perm;
use crate::acl::{AclError, Blanks, Dialect, Entry, Keywords, Perm, Scope};

pub(super) fn read(item: Item<'_>, dialect: &Dialect) -> Result<(Entry, bool), AclError> {
    let mut text = item.text;
    if item.form.comments {
        text = text.split("\t#").next().unwrap_or_default();
    }
    let mut parts = text
        .trim_end_matches(':')
        .split(':')
        .map(|part| match dialect.blanks {
            Blanks::Ignored => part.trim_matches(|c| c <= ' '),
            Blanks::Literal => part,
        });
    let mut next = || parts.next();
    let mut keyword = next().unwrap_or_default();
    let mut scope = Scope::Access;
    if keyword == "default" {
        scope = Scope::Default;
        keyword = next().unwrap_or_default();
    }
    let name = next().unwrap_or_default();
    let perm = next().unwrap_or_default();
    if next().is_some() {
        return Err(
            item.expected("unexpected acl components: expected [default:]type:[name]:permission")
        );
    }
    let of = type_of(keyword, dialect).ok_or_else(|| {
        item.expected(if keyword.is_empty() {
            "ACL entry type is empty: expected user, group, mask or other"
        } else {
            "unexpected ACL entry type: expected user, group, mask or other"
        })
    })?;
    let tag = item.tag(of, name, dialect)?;
    let (perm, conditional) = match (item.form.removal, perm) {
        (true, "") => (Perm::NONE, false),
        (true, _) => {
            return Err(item.expected("ACL permissions cannot be specified in a removal"));
        }
        (false, "") => {
            return Err(item.expected(
                "unexpected acl components: expected a permission such as rw- at the end",
            ));
        }
        (false, text) => match read_perm(text, dialect) {
            Some((asked, "")) => asked,
            _ => {
                return Err(
                    item.expected("invalid permission: expected three characters such as rw-")
                );
            }
        },
    };
    Ok((Entry { scope, tag, perm }, conditional))
}

fn type_of(keyword: &str, dialect: &Dialect) -> Option<Type> {
    let is = |word: &str| match dialect.keywords {
        Keywords::AnyCase => keyword.eq_ignore_ascii_case(word),
        Keywords::LowerCase | Keywords::Abbreviated => keyword == word,
    };
    let types = [
        ("user", Type::User),
        ("group", Type::Group),
        ("mask", Type::Mask),
        ("other", Type::Other),
    ];
    types
        .into_iter()
        .find_map(|(word, of)| is(word).then_some(of))
}
