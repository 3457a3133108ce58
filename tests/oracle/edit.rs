//! Changing ACLs: setfacl(1), HDFS's `AclTransformation`, Alluxio's `setAcl`.

use super::{Acl, Bits, Entry, Tag, bits, find, names_somebody};

/// The ACLs of an inode. Without a default ACL, `default` is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lists<'a> {
    pub(crate) access: Acl<'a>,
    pub(crate) default: Acl<'a>,
}

impl Lists<'_> {
    /// In one order, to compare.
    #[must_use]
    pub(crate) fn sorted(mut self) -> Self {
        for list in [&mut self.access, &mut self.default] {
            list.sort_by_key(|e| (e.tag, e.name));
        }
        self
    }
}

/// What a request does with its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Modify,
    Remove,
    Set,
}

/// An entry of a request; to remove it, its bits do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change<'a> {
    pub(crate) default: bool,
    pub(crate) entry: Entry<'a>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refused {
    /// An owner's, owning group's or others' entry would be missing.
    Base,
    /// Somebody would be named, and no mask be there.
    Mask,
    /// A file would get a default ACL.
    File,
    /// Too many entries.
    Limit,
}

/// What the request leads to, or all that is wrong with it: upstream names the first that it comes across.
pub(crate) type Outcome<'a> = Result<Lists<'a>, Vec<Refused>>;

fn outcome(after: Lists<'_>, wrong: Vec<Refused>) -> Outcome<'_> {
    if wrong.is_empty() {
        Ok(after)
    } else {
        Err(wrong)
    }
}

fn put<'a>(list: &mut Acl<'a>, entry: Entry<'a>) {
    take(list, entry);
    list.push(entry);
}

/// Whether it was there.
fn take(list: &mut Acl<'_>, entry: Entry<'_>) -> bool {
    let before = list.len();
    list.retain(|e| (e.tag, e.name) != (entry.tag, entry.name));
    list.len() < before
}

fn set_mask(list: &mut Acl<'_>, bits: Bits) {
    put(
        list,
        Entry {
            tag: Tag::Mask,
            name: "",
            bits,
        },
    );
}

/// The owning group and all who are named: what a mask is calculated from.
fn group_class(list: &Acl<'_>) -> Bits {
    let class = [Tag::User, Tag::GroupObj, Tag::Group];
    list.iter()
        .filter(|e| class.contains(&e.tag))
        .fold(Bits::default(), |all, e| all.or(e.bits))
}

const BASE: [Tag; 3] = [Tag::UserObj, Tag::GroupObj, Tag::Other];

fn lacks_base(list: &Acl<'_>) -> bool {
    BASE.iter().any(|tag| find(list, *tag, "").is_none())
}

/// Whatever base entry a default ACL lacks, it gets from the access ACL.
fn complete(lists: &mut Lists<'_>) {
    for tag in BASE {
        if let (None, Some(bits)) = (find(&lists.default, tag, ""), find(&lists.access, tag, "")) {
            lists.default.push(Entry {
                tag,
                name: "",
                bits,
            });
        }
    }
}

/// setfacl(1): `-m`, `-x`, `--set`.
pub(crate) fn posix<'a>(
    before: &Lists<'a>,
    verb: Verb,
    request: &[Change<'a>],
    directory: bool,
) -> Outcome<'a> {
    let mut wrong = Vec::new();
    let mut after = before.clone();
    let touched = |default| request.iter().any(|c| c.default == default);
    let gives_mask = |default| {
        request
            .iter()
            .any(|c| c.default == default && c.entry.tag == Tag::Mask)
    };
    // --set begins with an empty list, but only in a scope that it says something about.
    if verb == Verb::Set {
        if touched(false) {
            after.access.clear();
        }
        if touched(true) {
            after.default.clear();
        }
    }
    for change in request {
        let list = if change.default {
            &mut after.default
        } else {
            &mut after.access
        };
        match verb {
            Verb::Modify | Verb::Set => put(list, change.entry),
            // What is not there need not be removed; the ACL counts as touched all the same.
            Verb::Remove => {
                take(list, change.entry);
            }
        }
    }
    // A default ACL with any entry at all is completed from the access ACL.
    if !after.default.is_empty() {
        complete(&mut after);
    }
    // A mask is recalculated whenever its ACL was touched and has anything besides base entries, unless the request
    // mentioned that very mask.
    for (default, list) in [(false, &mut after.access), (true, &mut after.default)] {
        if !touched(default) || list.is_empty() && default {
            continue;
        }
        let extended = names_somebody(list) || find(list, Tag::Mask, "").is_some();
        if extended && !gives_mask(default) {
            set_mask(list, group_class(list));
        }
        // What acl_check(3) finds wrong.
        if lacks_base(list) {
            wrong.push(Refused::Base);
        }
        if names_somebody(list) && find(list, Tag::Mask, "").is_none() {
            wrong.push(Refused::Mask);
        }
    }
    if !directory && !after.default.is_empty() {
        wrong.push(Refused::File);
    }
    outcome(after, wrong)
}

/// `setfacl -b`: all but the base entries goes, and the default ACL. The owning group gets no more than it had under the
/// mask.
pub(crate) fn posix_remove_all<'a>(before: &Lists<'a>) -> Lists<'a> {
    let mut access = before.access.clone();
    if let Some(mask) = find(&access, Tag::Mask, "") {
        let group = bits(&access, Tag::GroupObj).and(mask);
        put(
            &mut access,
            Entry {
                tag: Tag::GroupObj,
                name: "",
                bits: group,
            },
        );
    }
    access.retain(|e| BASE.contains(&e.tag));
    Lists {
        access,
        default: Acl::new(),
    }
}

/// `AclTransformation`: `mergeAclEntries`, `filterAclEntriesByAclSpec`, `replaceAclEntries`.
pub(crate) fn hdfs<'a>(
    before: &Lists<'a>,
    verb: Verb,
    request: &[Change<'a>],
    directory: bool,
) -> Outcome<'a> {
    let mut wrong = Vec::new();
    let mut after = Lists::default();
    for default in [false, true] {
        let old = if default {
            &before.default
        } else {
            &before.access
        };
        let mut list = old.clone();
        // Whether any entry of this scope is new, replaced or gone, and whether the mask is.
        let (mut dirty, mut mask_dirty) = (false, false);
        let mine = || request.iter().filter(|c| c.default == default);
        if mine().count() > 32 {
            wrong.push(Refused::Limit);
        }
        if verb == Verb::Set && mine().count() > 0 {
            list.clear();
        }
        for change in mine() {
            let found = match verb {
                Verb::Remove => take(&mut list, change.entry),
                Verb::Modify | Verb::Set => {
                    put(&mut list, change.entry);
                    true
                }
            };
            dirty = dirty || found;
            mask_dirty = mask_dirty || found && change.entry.tag == Tag::Mask;
        }
        // The mask is kept apart from the other entries. In a scope where there are none, it is forgotten.
        let mask = find(&list, Tag::Mask, "");
        list.retain(|e| e.tag != Tag::Mask);
        if default {
            after.default = list;
            if !after.default.is_empty() {
                complete(&mut after);
            }
        } else {
            after.access = list;
        }
        let list = if default {
            &mut after.default
        } else {
            &mut after.access
        };
        if list.is_empty() {
            continue;
        }
        let named = names_somebody(list);
        match mask {
            None if named && mask_dirty => wrong.push(Refused::Mask),
            // Given in the request, or of a scope in which nothing changed.
            Some(mask) if !dirty || mask_dirty => set_mask(list, mask),
            // Else it is what the group class holds, where there is a mask to be had.
            _ if named || mask.is_some() => set_mask(list, group_class(list)),
            _ => {}
        }
    }
    if after.access.len() > 32 || after.default.len() > 32 {
        wrong.push(Refused::Limit);
    }
    if lacks_base(&after.access) || !after.default.is_empty() && lacks_base(&after.default) {
        wrong.push(Refused::Base);
    }
    if !directory && !after.default.is_empty() {
        wrong.push(Refused::File);
    }
    outcome(after, wrong)
}

/// `removeAcl`: back to the mode, whose group bits become those of the owning group's entry.
pub(crate) fn hdfs_remove_all<'a>(before: &Lists<'a>) -> Lists<'a> {
    let mut access = before.access.clone();
    access.retain(|e| BASE.contains(&e.tag));
    Lists {
        access,
        default: Acl::new(),
    }
}

/// `FileSystemMaster.setAcl` with `MODIFY`, `REMOVE` or `REPLACE`.
///
/// The library differs on purpose in three points, and so does this. To replace, base entries are asked for in the scope that
/// is replaced. Whether a mask may go is judged by the result and not in the order of the entries. And where a request
/// replaces the access ACL, a default ACL that it makes gets no base entry before there is one to copy.
pub(crate) fn alluxio<'a>(
    before: &Lists<'a>,
    verb: Verb,
    request: &[Change<'a>],
    directory: bool,
) -> Outcome<'a> {
    let mut wrong = Vec::new();
    let mut after = before.clone();
    // A file is not asked about default entries at all.
    if !directory && request.iter().any(|c| c.default) {
        wrong.push(Refused::File);
    }
    // Replacing clears the access ACL if the request has anything for it, the default ACL never. A request without anything
    // for it must have the base entries of the default ACL.
    if verb == Verb::Set {
        let given = |tag| request.iter().any(|c| c.entry.tag == tag);
        if request.iter().any(|c| !c.default) {
            after.access.clear();
        } else if !BASE.into_iter().all(given) {
            wrong.push(Refused::Base);
        }
    }
    for change in request {
        match (verb, change.default) {
            (Verb::Modify | Verb::Set, false) => put(&mut after.access, change.entry),
            // The first entry of a default ACL brings with it the base entries of the access ACL, as they are then.
            (Verb::Modify | Verb::Set, true) => {
                put(&mut after.default, change.entry);
                complete(&mut after);
            }
            (Verb::Remove, false) => {
                if BASE.contains(&change.entry.tag) {
                    wrong.push(Refused::Base);
                }
                take(&mut after.access, change.entry);
            }
            // A base entry of a default ACL falls back to that of the access ACL.
            (Verb::Remove, true) => {
                if take(&mut after.default, change.entry) {
                    complete(&mut after);
                }
            }
        }
    }
    if lacks_base(&after.access) {
        wrong.push(Refused::Base);
    }
    if !after.default.is_empty() {
        complete(&mut after);
    }
    // No mask is recalculated if the request has one for either scope. Otherwise it is where the request has a named entry
    // or the owning group, whether there was such an entry or not.
    let has_mask = request.iter().any(|c| c.entry.tag == Tag::Mask);
    let class = [Tag::User, Tag::GroupObj, Tag::Group];
    for (default, list) in [(false, &mut after.access), (true, &mut after.default)] {
        let mine = || request.iter().filter(|c| c.default == default);
        if names_somebody(list) {
            let removed = mine().any(|c| c.entry.tag == Tag::Mask) && verb == Verb::Remove;
            if removed {
                wrong.push(Refused::Mask);
            }
            if !has_mask && mine().any(|c| class.contains(&c.entry.tag)) {
                set_mask(list, group_class(list));
            }
            // A mask that was never calculated grants nothing.
            let mask = bits(list, Tag::Mask);
            set_mask(list, mask);
        } else {
            // Beside no named entry a mask is not shown and not applied.
            list.retain(|e| e.tag != Tag::Mask);
        }
    }
    outcome(after, wrong)
}

/// `REMOVE_ALL`: the extended entries of the access ACL; the default ACL stays.
pub(crate) fn alluxio_remove_all<'a>(before: &Lists<'a>) -> Lists<'a> {
    let mut after = before.clone();
    after.access.retain(|e| BASE.contains(&e.tag));
    after
}
